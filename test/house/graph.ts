/** The files that each file imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** The groups of files that import each other, directly or through others, each sorted by name. */
export function findCircles(graph: Graph): string[][] {
  const reached = new Map([...graph.keys()].map((file) => [file, reachOf(graph, ...importsOf(graph, file))]));
  const inCircle = [...reached].filter(([file, files]) => files.has(file)).map(([file]) => file);
  const circles = new Map<string, string[]>();
  for (const file of inCircle) {
    const circle = inCircle.filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file));
    circles.set(circle.sort().join('\n'), circle);
  }
  return [...circles.values()];
}

/** The given files and all that they import, directly or through others. */
export function reachOf(graph: Graph, ...files: string[]): Set<string> {
  const reached = new Set(files);
  // A set also visits what is added to it on the way.
  for (const file of reached) for (const imported of importsOf(graph, file)) reached.add(imported);
  return reached;
}

function importsOf(graph: Graph, file: string): readonly string[] {
  return graph.get(file) ?? [];
}
