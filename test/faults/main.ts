import { parseArgs } from 'node:util';
import { Cleanup } from '../../demo/cleanup';
import { Stop } from '../../demo/stop';
import { VirtualClock } from '../support/virtual-clock';
import { killsInN8n } from './n8n';
import { twiceAtOnce } from './pairs';
import { missedBy, type Part } from './part';
import { startsUnderFaults } from './starts';
import { Tally } from './tally';

const DEFAULT_ITEMS = '6000';
/** Many more than its tries, looks and slow responses need. */
const MOST_TIMERS_OF_AN_ITEM = 1000;

async function prove(seed: number, items: number, folder: string, stop: Stop, cleanup: Cleanup) {
  const clock = new VirtualClock({ sockets: true, mostTimers: MOST_TIMERS_OF_AN_ITEM * items });
  const underFaults = await clock.run(() => startsUnderFaults(seed, items, folder, clock, cleanup));
  const pairs = await clock.run(() => twiceAtOnce(seed, items, folder, clock, cleanup));
  clock.uninstall();
  const parts = [...underFaults, ...pairs, ...(await killsInN8n(folder, stop.signal, cleanup))];
  const total = new Tally();
  for (const { tally } of parts) total.add(tally);
  console.table(Object.fromEntries(parts.map(({ name, tally }) => [name, { ...tally }])));
  return { total, byFault: byFaultOf(parts), missed: parts.flatMap(missedBy) };
}

function byFaultOf(parts: Part[]): Record<string, number> {
  return Object.assign({}, ...parts.map(({ byFault }) => byFault)) as Record<string, number>;
}

function readArguments(): { seed: number; items: number } {
  const options = { seed: { type: 'string' }, items: { type: 'string', default: DEFAULT_ITEMS } } as const;
  const { values } = parseArgs({ options });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const items = Number(values.items);
  if (!Number.isSafeInteger(seed)) throw new Error(`'${values.seed}' is no whole number for '--seed'.`);
  if (!Number.isSafeInteger(items) || items < 1) throw new Error(`'${values.items}' is no number of items.`);
  return { seed, items };
}

function lastLine(total: Tally, byFault: Record<string, number>, seed: number): string {
  const { items, started, lost, duplicated, falselyReported, reportedUnknown } = total;
  return JSON.stringify({
    items,
    started,
    lost,
    duplicated,
    falselyReported,
    reportedUnknown,
    byFault,
    seed,
  });
}

/** Proves under faults that no start is lost, doubled or falsely reported. Ends with a line of JSON. */
async function main(): Promise<void> {
  const stop = new Stop();
  const cleanup = new Cleanup();
  const stopped = stop.requested().then(() => Promise.reject(new Error('Stopped.')));
  try {
    const { seed, items } = readArguments();
    console.log(`Seed ${seed}`);
    const folder = cleanup.temporaryFolder('faults');
    const { total, byFault, missed } = await Promise.race([
      prove(seed, items, folder, stop, cleanup),
      stopped,
    ]);
    await cleanup.run();
    for (const text of missed) console.log(`✗ ${text}`);
    process.exitCode = missed.length === 0 ? 0 : 1;
    console.log(lastLine(total, byFault, seed));
  } catch (error) {
    process.exitCode = stop.exitCode ?? 1;
    if (!stop.signal.aborted) console.error(error);
    await cleanup.run();
  }
  // Calls that were cut leave timers and connections behind.
  process.exit();
}

void main();
