import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { outdatedFile } from '../../support/current-build';

let root: string;

/** Writes a file as it was at a second. */
function write(file: string, second: number, content = 'content'): void {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
  utimesSync(target, second, second);
}

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'build-'));
  write('nodes/a/a.ts', 100);
  write('nodes/a/a.node.json', 100);
  write('credentials/c.ts', 100);
  write('icons/i.svg', 100);
  write('dist/nodes/a/a.js', 200);
  write('dist/nodes/a/a.node.json', 100);
  write('dist/credentials/c.js', 200);
  write('dist/icons/i.svg', 100);
});

afterEach(() => rmSync(root, { recursive: true }));

it('takes a build for current whose code is newer than the sources, and whose copies are the same', () => {
  expect(outdatedFile(root)).toBeUndefined();
});

it('names a source that has changed since it was built', () => {
  write('nodes/a/a.ts', 201);
  expect(outdatedFile(root)).toBe('nodes/a/a.ts');
});

it('names a new source that is not built', () => {
  write('nodes/a/b.ts', 100);
  expect(outdatedFile(root)).toBe('nodes/a/b.ts');
});

it('names a copied file with another content, whatever its time', () => {
  write('nodes/a/a.node.json', 100, 'other');
  expect(outdatedFile(root)).toBe('nodes/a/a.node.json');
});

it('does not mind a copied file that was only touched', () => {
  write('icons/i.svg', 300);
  expect(outdatedFile(root)).toBeUndefined();
});

it('names a source where nothing is built', () => {
  rmSync(path.join(root, 'dist'), { recursive: true });
  expect(outdatedFile(root)).toBe('nodes/a/a.node.json');
});
