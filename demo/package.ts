import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { npm } from './command';
import { root } from './paths';
import { say } from './progress';

/** Builds the package. */
export async function buildPackage(signal: AbortSignal): Promise<void> {
  say('Building the node …');
  await npm(['run', 'build'], { cwd: root, signal });
}

/** Packs the built package as it would be published; gives the tarball's path. */
export async function packPackage(folder: string, signal: AbortSignal, cwd = root): Promise<string> {
  await npm(['pack', '--pack-destination', folder], { cwd, signal });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (!tarball) throw new Error(`'npm pack' left no tarball in ${folder}.`);
  return path.join(folder, tarball);
}

/** Unpacks the tarball to where n8n looks for community packages. */
export async function addCommunityPackage(
  tarball: string,
  userFolder: string,
  signal: AbortSignal,
): Promise<void> {
  const nodes = path.join(userFolder, '.n8n', 'nodes');
  mkdirSync(nodes, { recursive: true });
  // The peer n8n-workflow is n8n's own.
  const flags = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await npm(['install', tarball, '--prefix', nodes, ...flags], { cwd: nodes, signal });
}
