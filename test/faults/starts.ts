import path from 'node:path';
import type { Cleanup } from '../../demo/cleanup';
import { createEngine } from '../support/engine';
import { makeNodeThrow } from '../support/unforeseen';
import type { VirtualClock } from '../support/virtual-clock';
import type { Part } from './part';
import { FaultProxy } from './fault-proxy';
import { runAll } from './runs';
import { Server } from './server';

/** The real engine and the built node against a server behind faults, in each setting. */
export async function startsUnderFaults(
  seed: number,
  items: number,
  folder: string,
  clock: VirtualClock,
  cleanup: Cleanup,
): Promise<Part[]> {
  const server = new Server(path.join(folder, 'processmaker.sqlite'));
  cleanup.add(() => server.close());
  await clock.hold(server.start());
  const proxy = new FaultProxy(server, seed, clock);
  cleanup.add(() => proxy.close());
  await proxy.open();

  const began = Date.now();
  makeNodeThrow();
  const judge = await runAll(await createEngine(), server, proxy, items);
  await proxy.settle();
  await proxy.close();
  await clock.hold(server.close());
  console.log(`${items} items in ${Math.round((Date.now() - began) / 1000)} s`);
  console.log(proxy.counts.lines().join('\n'));

  const parts = [...judge()].map(([setting, tally]): Part => ({
    name: setting.name,
    tally,
    missed: setting.missed(tally),
  }));
  // The faults meet all settings alike.
  parts[0]?.missed.push(...proxy.counts.missed());
  if (parts[0]) parts[0].byFault = proxy.counts.byFault;
  return parts;
}
