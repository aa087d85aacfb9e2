import { type Figures, LAST_RELEASE, LIMITS } from './limits';
import type { House } from './measure';
import type { Source } from './source';

/** Prints lines and files by folder, what has to be moved, and each figure beside the last release's and its limit. */
export function report(house: House, figures: Figures): void {
  console.table(byFolder(house.sources));
  for (const circle of house.circles) printList('A circle of imports', circle);
  printList('Imports against the order of the layers', house.upward);
  printList('Files outside the folders of the house', house.outside);
  for (const [figure, { name, lines }] of Object.entries(house.longest))
    console.log(`${figure}: ${lines} lines, ${name}`);
  const limits: Partial<Figures> = LIMITS;
  const rows = (Object.keys(LAST_RELEASE) as Array<keyof Figures>).map((name) => {
    return [name, { figure: figures[name], lastRelease: LAST_RELEASE[name], limit: limits[name] ?? '' }];
  });
  console.table(Object.fromEntries(rows));
}

/** Prints the functions that one start ran, by file, and the files within reach of its operation. */
export function reportStart({ start, reach }: House): void {
  for (const { path, functions } of start) {
    const names = functions.map((name) => name || '(anonymous)');
    console.log(`${path}: ${names.join(', ')}`);
  }
  printList('Within reach of start.operation.ts', reach);
}

function printList(title: string, names: string[]): void {
  if (names.length) console.log(`${title} (${names.length}):\n  ${names.join('\n  ')}`);
}

function byFolder(sources: Source[]): Record<string, { files: number; lines: number }> {
  const rows: Record<string, { files: number; lines: number }> = {};
  for (const { path, lines } of sources) {
    const row = (rows[folderOf(path)] ??= { files: 0, lines: 0 });
    row.files += 1;
    row.lines += lines;
  }
  return rows;
}

/** The folder below nodes/ProcessMaker, or the outermost one. */
function folderOf(path: string): string {
  return path.split('/').slice(0, -1).slice(0, 3).join('/');
}
