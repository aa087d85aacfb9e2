import { existsSync } from 'node:fs';
import { serve } from '../../processmaker';
import { Instance } from '../../processmaker/instance';
import { runScript } from '../../processmaker/requests/run-script';
import { compareResponses } from './compare';
import { lackingFor } from './lacking';
import { addressedTo, readRecordings, type Recording } from './recording';
import { isUsedRoute } from './routes';
import { send } from './send';
import { restsOnSetting } from './settings';
import { storeOAuth } from './shown-oauth';
import { optionsFor, prepare } from './situation';

/** Compares one recording; returns the differences. */
async function check(recording: Recording, all: Recording[]): Promise<string[]> {
  const options = optionsFor(recording);
  const instance = new Instance(options, runScript);
  await prepare(instance, recording, all);
  const processMaker = await serve(instance, options);
  // Only now, since the stand-in registers a client of its own.
  await storeOAuth(instance, recording);
  try {
    const addressed = addressedTo(recording, processMaker.url);
    return compareResponses(addressed, await send(processMaker, recording, options.bodyLimitBytes ?? 0));
  } finally {
    await processMaker.close();
  }
}

/** Compares the stand-in with every recording in a folder. */
async function main(folder: string | undefined): Promise<boolean> {
  if (folder === undefined || !existsSync(folder)) {
    throw new Error('Give the folder with the recordings: npm run test:recordings -- <folder>');
  }
  const recordings = await readRecordings(folder);
  let passed = 0;
  let failed = 0;
  let unused = 0;
  let settings = 0;
  let lacking = 0;
  for (const recording of recordings) {
    const title = `${recording.name}: ${recording.request.method} ${recording.request.path.slice(0, 160)}`;
    const setting = restsOnSetting(recording);
    if (!isUsedRoute(recording.request.method, recording.request.path)) {
      unused += 1;
      console.log(`skipped ${title}\n    the node never calls this route`);
    } else if (setting !== undefined) {
      settings += 1;
      console.log(`skipped ${title}\n    ${setting}`);
    } else {
      const differences = await check(recording, recordings).catch((error: unknown) => [
        `could not be checked: ${String(error)}`,
      ]);
      const lack = lackingFor(recording);
      if (lack !== undefined && differences.length > 0) {
        lacking += 1;
        console.log(`skipped ${title}\n    the stand-in lacks ${lack}`);
        continue;
      }
      if (lack !== undefined) differences.push('is the same now: take it out of the list of what is lacking');
      if (differences.length === 0) passed += 1;
      else failed += 1;
      for (const difference of differences) console.log(`FAILED ${title}\n    ${difference}`);
    }
  }
  const expected = recordings.filter(
    (recording) =>
      isUsedRoute(recording.request.method, recording.request.path) &&
      restsOnSetting(recording) !== undefined,
  ).length;
  if (settings !== expected)
    throw new Error(`${expected} recordings rest on a setting, but ${settings} were skipped.`);
  console.log(
    `${unused} of routes that the node never calls, ${settings} that rest on a server setting, ${lacking} of what the stand-in lacks`,
  );
  console.log(`${passed} passed, ${failed} failed, ${unused + settings + lacking} skipped`);
  return failed === 0 && passed > 0;
}

main(process.argv[2])
  .then((good) => process.exit(good ? 0 : 1))
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
