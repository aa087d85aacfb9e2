import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { Cleanup } from '../../demo/cleanup';
import { exclusively } from '../../demo/lock';
import { root } from '../../demo/paths';
import { say } from '../../demo/progress';
import { Stop } from '../../demo/stop';
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
async function compat(signal: AbortSignal, folder: string): Promise<Array<[Version, Outcome]>> {
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

async function main(): Promise<void> {
  const stop = new Stop();
  const cleanup = new Cleanup();
  process.exitCode = 1;
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'processmaker-compat-'));
    cleanup.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const outcomes = await compat(stop.signal, folder);
    await cleanup.run();
    const found = shortcomings(outcomes);
    for (const text of found) say(text);
    if (found.length === 0) process.exitCode = 0;
    const versions = outcomes.map(([{ engine }, { passed, failed, skipped, differs }]) => [
      engine,
      { passed, failed, skipped, differs },
    ]);
    console.log(JSON.stringify({ versions: Object.fromEntries(versions) as object }));
  } catch (error) {
    if (stop.exitCode) process.exitCode = stop.exitCode;
    else say(error instanceof Error ? error.message : String(error));
    await cleanup.run();
  }
  // A connection or timer that a library has left open must not keep the program alive.
  process.exit();
}

void main();
