import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { npm } from '../../demo/command';
import { root } from '../../demo/paths';
import { say } from '../../demo/progress';
import { CHANGELOG, hasUnreleased, notesOf, releaseChanges, type WithChangelog } from './changelog';
import { RELEASE_RULES, RULES } from './rules';
import { runSession, type Session } from './session';

const USAGE =
  "Give the version to release, and '--dry-run' to only try it: npm run release -- 1.2.3 --dry-run";

/** Gives package.json, its lockfile and the changelog their new version. */
async function setVersion(folder: WithChangelog, version: string, signal: AbortSignal): Promise<void> {
  await releaseChanges(folder, version);
  const flags = ['--no-git-tag-version', '--allow-same-version', '--ignore-scripts'];
  await npm(['version', version, ...flags], { cwd: folder.path(), signal });
}

/** Releases a version in a copy of the checkout, up to the point where npm would publish it. */
async function dryRun(session: Session, version: string): Promise<void> {
  const { checks, signal } = session;
  const copy = session.copy({ ...process.env });
  if (!(await hasUnreleased(copy))) {
    say("The changelog has nothing under 'Unreleased'. The dry run adds a line there.");
    copy.replace(CHANGELOG, /^## \[?Unreleased\]?$/m, '$&\n\n### Changed\n\n- Nothing yet.');
  }
  await checks.check(`The version becomes ${version}, with a part of the changelog`, () =>
    setVersion(copy, version, signal),
  );
  for (const rule of RULES) await session.check(rule, copy);
  await checks.check('npm would publish the tarball that was checked', async () => {
    const { tarball } = await copy.packed();
    await npm(['publish', tarball, '--dry-run', '--access', 'public'], { cwd: copy.folder, signal });
  });
  say(`\nThe release would say:\n\n${await notesOf(copy, version)}`);
  const open = (await Promise.all(RELEASE_RULES.map(async (rule) => await rule.check(copy)))).flat();
  if (open.length) say(`Before the real one:\n- ${open.join('\n- ')}`);
}

const checkout: WithChangelog = {
  path: (file = '') => path.join(root, file),
  read: (file) => readFileSync(path.join(root, file), 'utf8'),
  write: (file, text) => writeFileSync(path.join(root, file), text),
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { 'dry-run': { type: 'boolean' } },
    allowPositionals: true,
  });
  const [version] = positionals;
  if (!version || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) throw new Error(USAGE);
  if (values['dry-run']) return await runSession((session) => dryRun(session, version));
  await setVersion(checkout, version, new AbortController().signal);
  say(
    `package.json, its lockfile and CHANGELOG.md are at ${version}. Commit them, and push the tag v${version}.`,
  );
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
