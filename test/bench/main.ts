import { installN8n } from '../../demo/install';
import { exclusively } from '../../demo/lock';
import { Stop } from '../../demo/stop';
import { cpuPerItem } from './cpu';
import { memoryOf } from './memory';
import { machine, writeReport } from './report';
import {
  COMPARED,
  HTTP_REQUEST,
  LARGEST,
  LOOP,
  node,
  PHP,
  SIZES,
  SMALL,
  START_AGAIN,
  TIGHT,
} from './settings';
import { raceOnReal } from './real';
import { medianOf, race, raceOn } from './speed';
import { costOfStartup } from './startup';
import { targetsOf, type Results } from './targets';
import { onTrack } from './track';
import { pollCosts } from './trigger';

async function bench(): Promise<Results> {
  console.log('What takes long because it waits, and the memory …');
  const [loop, oneByOne, five, small, tight, memory] = await Promise.all([
    raceOn(PHP, [LOOP]),
    raceOn(PHP, [node(1)]),
    raceOn(PHP, [node(5)]),
    raceOn(SMALL, [HTTP_REQUEST, node(5)], [LARGEST]),
    raceOn(TIGHT, [START_AGAIN], [LARGEST]),
    memoryOf(),
  ]);
  console.log('The PHP-like server, one after another …');
  const quick = await onTrack(PHP, async (track) => [
    ...(await race(track, [LOOP, node(10)], [COMPARED])),
    ...(await race(
      track,
      [node(20)],
      SIZES.filter((items) => items !== LARGEST),
    )),
    await medianOf(3, track, node(20), LARGEST),
    ...(await race(track, [node(50), HTTP_REQUEST])),
  ]);
  console.log('The fast server …');
  const fast = await raceOn('fast', [LOOP, node(1), node(5), node(20), node(50), HTTP_REQUEST]);
  const cpu = await cpuPerItem();
  const startup = costOfStartup();
  console.log('The polls of the trigger …');
  const polls = await pollCosts();
  const real = await raceOnReal();
  return {
    php: [...loop, ...oneByOne, ...five, ...quick],
    small,
    tight,
    fast,
    cpu,
    memory,
    startup,
    polls,
    real,
  };
}

/** Runs the benchmark and writes docs/BENCHMARK.md. Ends with a line of JSON. */
async function main(): Promise<void> {
  const stop = new Stop();
  try {
    // The HTTP Request node is part of n8n.
    await exclusively(stop.signal, () => installN8n(stop.signal));
    const stopped = stop.requested().then(() => Promise.reject(new Error('Stopped.')));
    const results = await Promise.race([bench(), stopped]);
    const targets = targetsOf(results);
    await writeReport(results, targets);
    console.table(targets);
    process.exitCode = targets.every(({ met }) => met) ? 0 : 1;
    console.log(JSON.stringify({ ...machine(), ...results, targets }));
  } catch (error) {
    process.exitCode = stop.exitCode ?? 1;
    console.error(error);
  }
  process.exit();
}

void main();
