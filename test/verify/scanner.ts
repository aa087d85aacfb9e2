import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { npm } from '../../demo/command';
import { once } from '../../demo/install';

const FOLDER = path.join(__dirname, 'scanner');
const SCRIPT = 'node_modules/@n8n/scan-community-package/scanner/scanner.mjs';

/** The parts of `@n8n/scan-community-package` that check a folder. */
interface Scanner {
  SOURCE_FILE_PATTERNS: string[];
  analyzePackage(
    folder: string,
    patterns: string[],
  ): Promise<{ passed: boolean; message?: string; details?: string }>;
}

/** What the scanner itself uses to find its files. */
interface FastGlob {
  sync(patterns: string[], options: { cwd: string }): string[];
}

/** Installs the scanner from its lockfile; does nothing when that was done before. */
export async function installScanner(signal: AbortSignal): Promise<void> {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  await once(FOLDER, () => npm(args, { cwd: FOLDER, signal }));
}

/** Scans a folder of sources, as n8n's reviewers do. */
export async function scanSources(folder: string): Promise<string[]> {
  const { SOURCE_FILE_PATTERNS } = await load();
  return await scan(folder, SOURCE_FILE_PATTERNS, ['package.json', 'nodes/', 'credentials/']);
}

/** Scans an unpacked tarball, as n8n's reviewers do. */
export async function scanTarball(folder: string): Promise<string[]> {
  return await scan(
    folder,
    ['**/*.js', 'package.json'],
    ['package.json', 'dist/nodes/', 'dist/credentials/'],
  );
}

/** The scanner passes a folder in which it finds no file: `parts` are the beginnings of paths that it has to see. */
async function scan(folder: string, patterns: string[], parts: string[]): Promise<string[]> {
  const glob = createRequire(path.join(FOLDER, SCRIPT))('fast-glob') as FastGlob;
  const seen = glob.sync(patterns, { cwd: folder });
  const unseen = parts.filter((part) => !seen.some((file) => file.startsWith(part)));
  if (unseen.length) return unseen.map((part) => `The scanner has seen no file of ${part}.`);
  const { passed, message, details } = await (await load()).analyzePackage(folder, patterns);
  return passed ? [] : [`${message}\n${details ?? ''}`.trimEnd()];
}

async function load(): Promise<Scanner> {
  return (await import(pathToFileURL(path.join(FOLDER, SCRIPT)).href)) as Scanner;
}
