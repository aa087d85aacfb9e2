import { findCircles, reachOf } from './graph';
import { isOutside, isUpward, layerOf } from './layers';
import type { Figures } from './limits';
import type { Source } from './source';
import { runOneStart, type RunFile } from './start';
import { graphOf, listFiles, readSources } from './tree';

const PRODUCT = ['nodes', 'credentials'];
const STAND_IN = ['test/processmaker'];
const OPERATION = /\.operation\.ts$/;
const START = /\/request\/(start\/)?start\.operation\.ts$/;

interface Longest {
  name: string;
  lines: number;
}

export interface House {
  sources: Source[];
  circles: string[][];
  /** Each as `importer → imported`. */
  upward: string[];
  outside: string[];
  /** All files that Start's operation imports, directly or through others, itself included. */
  reach: string[];
  start: RunFile[];
  longest: Record<'longestFile' | 'longestOperation' | 'longestFunction', Longest>;
}

/** Measures the sources, and the built nodes while they start one item. */
export async function measure(): Promise<House> {
  const sources = readSources(...PRODUCT);
  const graph = graphOf(sources);
  const start = sources.find(({ path }) => START.test(path));
  if (!start) throw new Error('There is no start.operation.ts to measure.');
  const operations = sources.filter(({ path }) => OPERATION.test(path));
  const edges = [...graph].flatMap(([from, imported]) => imported.map((to) => [from, to] as const));
  return {
    sources,
    circles: [...findCircles(graph), ...findCircles(graphOf(readSources(...STAND_IN)))],
    upward: edges.filter(([from, to]) => isUpward(from, to)).map((edge) => edge.join(' → ')),
    outside: listFiles(...PRODUCT).filter(isOutside),
    reach: [...reachOf(graph, start.path)].sort(),
    start: await runOneStart(),
    longest: {
      longestFile: longest(sources.map(({ path, lines }) => ({ name: path, lines }))),
      longestOperation: longest(operations.map(({ path, lines }) => ({ name: path, lines }))),
      longestFunction: longest(
        sources.flatMap(({ path, functions }) =>
          functions.map(({ name, lines }) => ({ name: `${name} in ${path}`, lines })),
        ),
      ),
    },
  };
}

/** In the order in which they are shown. */
export function figuresOf({ sources, circles, upward, outside, reach, start, longest }: House): Figures {
  return {
    lines: sources.reduce((total, { lines }) => total + lines, 0),
    files: sources.length,
    circles: circles.length,
    upward: upward.length,
    startFiles: start.length,
    startFunctions: start.flatMap(({ functions }) => functions).length,
    reach: reach.length,
    outside: outside.length,
    longestFile: longest.longestFile.lines,
    longestOperation: longest.longestOperation.lines,
    longestFunction: longest.longestFunction.lines,
    starting: linesOf(sources, 'starting'),
    fields: linesOf(sources, 'fields'),
  };
}

function linesOf(sources: Source[], layer: string): number {
  return sources.filter(({ path }) => layerOf(path) === layer).reduce((total, { lines }) => total + lines, 0);
}

function longest(all: Longest[]): Longest {
  return all.reduce((first, next) => (next.lines > first.lines ? next : first), { name: 'none', lines: 0 });
}
