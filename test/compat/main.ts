import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import type { Cleanup } from '../../demo/cleanup';
import { exclusively } from '../../demo/lock';
import { root } from '../../demo/paths';
import { runProgram } from '../../demo/program';
import { say } from '../../demo/progress';
import type { Stop } from '../../demo/stop';
import type { Outcome } from './outcome';
import { play } from './play';
import { CANARY, PROMISES, testFile } from './promises';
import { writeOutcomes } from './table';
import { chosenVersions, install, installedIn, type Version } from './versions';

/** Of what passes on the newest n8n, so much has to pass on each. */
const SHARE = 0.9;

/**
 * Runs the workflow tests on several versions of n8n: `-- 2.30 newest` on these only, `--canary <folder>` a few of them
 * on the n8n that is installed in that folder. `--write` puts what comes out into docs/COMPATIBILITY.md.
 */
async function compat({ signal }: Stop, cleanup: Cleanup): Promise<Array<[Version, Outcome]>> {
  const { values, positionals } = parseArgs({
    options: { canary: { type: 'string' }, write: { type: 'boolean' } },
    allowPositionals: true,
  });
  const missing = Object.values(PROMISES)
    .flat()
    .map(testFile)
    .filter((file) => !existsSync(path.join(root, file)));
  if (missing.length) throw new Error(`There is no ${missing.join(', ')}: see test/compat/promises.ts.`);
  const { canary } = values;
  const versions = canary === undefined ? chosenVersions(positionals) : [installedIn(path.resolve(canary))];
  const files = canary === undefined ? [] : CANARY.flatMap((promise) => PROMISES[promise]).map(testFile);
  await exclusively(signal, () => Promise.all(versions.map((version) => install(version, signal))));
  const folder = cleanup.temporaryFolder('compat');
  const outcomes: Array<[Version, Outcome]> = [];
  for (const version of versions) {
    const began = Date.now();
    const outcome = await play(version, folder, files, signal);
    const { passed, failed, skipped } = outcome;
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(
      `n8n ${version.n8n}: ${passed} passed, ${failed} failed, ${skipped} skipped, in ${seconds} s`,
    );
    outcomes.push([version, outcome]);
  }
  if (values.write && canary === undefined) writeOutcomes(outcomes);
  return outcomes;
}

/** What does not hold of what was run. */
function shortcomings(outcomes: Array<[Version, Outcome]>): string[] {
  const newest = outcomes.find(([{ engine }]) => engine === installedIn(root).engine)?.[1];
  return outcomes.flatMap(([{ n8n, engine }, { passed, failed, skipped }]) => {
    // Where the newest did not run, it is taken to pass all of these tests.
    const onNewest = newest?.passed ?? passed + failed + skipped;
    return [
      ...(failed ? [`n8n ${n8n}: ${failed} tests failed.`] : []),
      ...(passed < SHARE * onNewest || passed === 0
        ? [`n8n ${n8n} passes only ${passed} of ${onNewest} tests.`]
        : []),
      ...(engine === installedIn(root).engine && skipped
        ? [`n8n ${n8n} is the newest, but skips ${skipped} tests.`]
        : []),
    ];
  });
}

void runProgram(compat, (outcomes) => {
  const found = shortcomings(outcomes);
  for (const text of found) say(text);
  const versions = outcomes.map(([{ engine }, { passed, failed, skipped, differs }]) => [
    engine,
    { passed, failed, skipped, differs },
  ]);
  console.log(JSON.stringify({ versions: Object.fromEntries(versions) as object }));
  return found.length === 0;
});
