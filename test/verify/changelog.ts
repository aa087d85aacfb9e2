import type { Changelog } from 'keep-a-changelog';
import { format, resolveConfig } from 'prettier';

import type { Copy } from './copy';

/** A folder that has a changelog. */
export type WithChangelog = Pick<Copy, 'path' | 'read' | 'write'>;

export const CHANGELOG = 'CHANGELOG.md';

/** Reads CHANGELOG.md. */
export async function readChangelog(folder: Pick<Copy, 'read'>): Promise<Changelog> {
  const { parser } = await import('keep-a-changelog');
  return parser(folder.read(CHANGELOG));
}

/** @returns whether something is under 'Unreleased' */
export async function hasUnreleased(folder: Pick<Copy, 'read'>): Promise<boolean> {
  const { releases } = await readChangelog(folder);
  return releases.some((release) => release.version === undefined && !release.isEmpty());
}

/** Gives what is under 'Unreleased' a version and a date, and begins a new 'Unreleased'. */
export async function releaseChanges(folder: WithChangelog, version: string): Promise<void> {
  const { Release } = await import('keep-a-changelog');
  const changelog = await readChangelog(folder);
  const unreleased = changelog.releases.find((release) => release.version === undefined);
  if (!unreleased || unreleased.isEmpty())
    throw new Error(`CHANGELOG.md has nothing under 'Unreleased' to release as ${version}.`);
  unreleased.setVersion(version);
  unreleased.setDate(new Date());
  changelog.addRelease(new Release());
  const options = await resolveConfig(folder.path(CHANGELOG));
  folder.write(CHANGELOG, await format(changelog.toString(), { ...options, parser: 'markdown' }));
}

/** What a release says of a version: its part of CHANGELOG.md, without the heading. */
export async function notesOf(folder: Pick<Copy, 'read'>, version: string): Promise<string> {
  const release = (await readChangelog(folder)).findRelease(version);
  if (!release) throw new Error(`CHANGELOG.md has no part for version ${version}.`);
  return (
    release
      .toString()
      .replace(/^## .*\n+/, '')
      .trimEnd() + '\n'
  );
}
