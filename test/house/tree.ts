import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Graph } from './graph';
import { readSource, ROOT, type Source } from './source';

/** All files below these folders, from the root of the repository. */
export function listFiles(...folders: string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => posix.join(folder, posix.relative(join(ROOT, folder), entry.parentPath), entry.name)),
    )
    .sort();
}

/** The TypeScript files below these folders. */
export function readSources(...folders: string[]): Source[] {
  return listFiles(...folders)
    .filter((path) => path.endsWith('.ts'))
    .map(readSource);
}

/** Which of the files import which others of them; imports of types count as others do. */
export function graphOf(sources: Source[]): Graph {
  const known = new Set(sources.map(({ path }) => path));
  return new Map(
    sources.map(({ path, imports }) => {
      const files = imports.map((specifier) => resolveImport(known, path, specifier));
      return [path, [...new Set(files.filter((file) => file !== undefined))]];
    }),
  );
}

function resolveImport(known: Set<string>, from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = posix.join(posix.dirname(from), specifier);
  return [`${path}.ts`, `${path}/index.ts`].find((file) => known.has(file));
}
