import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { installN8n, type N8nRuntime } from './install';
import { exclusively } from './lock';
import { startN8n, type N8n } from './n8n';
import { addCommunityPackage, buildPackage, packPackage } from './package';

/** An n8n that can be started, and started again. */
export interface InstalledN8n {
  runtime: N8nRuntime;
  userFolder: string;
}

/** Starts a fresh n8n, in a folder of its own, that has this package installed from its tarball. */
export async function startN8nWithPackage(folder: string, signal: AbortSignal): Promise<N8n> {
  const { runtime, userFolder } = await installN8nWithPackage(folder, signal, true);
  return startN8n(runtime, userFolder, signal);
}

/** Prepares an n8n, in a folder of its own, that has this package installed from its tarball. */
export async function installN8nWithPackage(
  folder: string,
  signal: AbortSignal,
  build: boolean,
): Promise<InstalledN8n> {
  const userFolder = path.join(folder, 'n8n');
  mkdirSync(userFolder);
  const { runtime, tarball } = await exclusively(signal, async () => {
    const installed = await installN8n(signal);
    if (build) await buildPackage(signal);
    return { runtime: installed, tarball: await packPackage(folder, signal) };
  });
  await addCommunityPackage(tarball, userFolder, signal);
  return { runtime, userFolder };
}
