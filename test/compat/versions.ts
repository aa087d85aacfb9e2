import { readFileSync } from 'node:fs';
import path from 'node:path';

import { npm } from '../../demo/command';
import { once } from '../../demo/install';
import { root } from '../../demo/paths';

/** An n8n, by the packages that its engine is made of. */
export interface Version {
  /** The n8n that people install. */
  n8n: string;
  /** The version of `n8n-core` in it. */
  engine: string;
  /** Where that is installed. */
  folder: string;
  /** Whether it has to be installed first, from a lockfile of its own. */
  hasLockfile: boolean;
}

/** The n8n that the tests run on besides that of package.json: with `n8n-core` where its number is another one. */
const OLDER: Array<[n8n: string, engine?: string]> = [
  ['1.123.81', '1.122.48'],
  ['2.0.0'],
  ['2.14.1'],
  ['2.30.0'],
  ['2.36.0'],
];

/** All versions, the oldest first and the newest last. */
function allVersions(): Version[] {
  const older = OLDER.map(([n8n, engine = n8n]) => ({
    n8n,
    engine,
    folder: path.join(__dirname, 'versions', engine),
    hasLockfile: true,
  }));
  return [...older, installedIn(root)];
}

/** The n8n that is installed in a folder already. */
export function installedIn(folder: string): Version {
  const file = path.join(folder, 'node_modules', 'n8n-core', 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return { n8n: version, engine: version, folder, hasLockfile: false };
}

/** The versions that were asked for, such as `2.30`, `oldest` and `newest`; all where nothing was. @throws for an unknown one */
export function chosenVersions(names: string[]): Version[] {
  const all = allVersions();
  const isMeant = (name: string, version: Version) =>
    name === 'oldest' || name === 'newest'
      ? version === all.at(name === 'oldest' ? 0 : -1)
      : [version.n8n, version.engine].some((number) => `${number}.`.startsWith(`${name}.`));
  for (const name of names) {
    if (all.some((version) => isMeant(name, version))) continue;
    const known = all.map(({ n8n }) => n8n).join(', ');
    throw new Error(`There is no version '${name}'. There are ${known}, 'oldest' and 'newest'.`);
  }
  return names.length ? all.filter((version) => names.some((name) => isMeant(name, version))) : all;
}

/** Installs a version from its lockfile; does nothing when that was done before. */
export async function install({ folder, hasLockfile }: Version, signal: AbortSignal): Promise<void> {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  if (hasLockfile) await once(folder, () => npm(args, { cwd: folder, signal }));
}
