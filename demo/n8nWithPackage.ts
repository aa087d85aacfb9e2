import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { installN8n } from './install';
import { exclusively } from './lock';
import { startN8n, type N8n } from './n8n';
import { addCommunityPackage, packPackage } from './package';

/** Starts a fresh n8n, in a folder of its own, that has this package installed from its tarball. */
export async function startN8nWithPackage(folder: string, signal: AbortSignal): Promise<N8n> {
  const userFolder = path.join(folder, 'n8n');
  mkdirSync(userFolder);
  const { runtime, tarball } = await exclusively(signal, async () => ({
    runtime: await installN8n(signal),
    tarball: await packPackage(folder, signal),
  }));
  await addCommunityPackage(tarball, userFolder, signal);
  return startN8n(runtime, userFolder, signal);
}
