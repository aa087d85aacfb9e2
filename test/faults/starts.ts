import path from 'node:path';
import type { Cleanup } from '../../demo/cleanup';
import { createEngine } from '../support/engine';
import type { Part } from './part';
import { Road } from './road';
import { runAll } from './runs';
import { Server } from './server';

/** The real engine and the built node against a server behind faults, in each setting. */
export async function startsUnderFaults(
  seed: number,
  items: number,
  folder: string,
  cleanup: Cleanup,
): Promise<Part[]> {
  const server = new Server(path.join(folder, 'processmaker.sqlite'));
  cleanup.add(() => server.close());
  await server.start();
  const road = new Road(server, seed);
  cleanup.add(() => road.close());
  await road.open();

  const began = Date.now();
  const judge = await runAll(await createEngine(), server, road, items);
  await road.settle();
  await road.close();
  await server.close();
  console.log(`${items} items in ${Math.round((Date.now() - began) / 1000)} s`);
  console.log(road.counts.lines().join('\n'));

  const parts = [...judge()].map(([setting, tally]) => ({
    name: setting.name,
    tally,
    missed: setting.missed(tally),
  }));
  parts[0]?.missed.push(...road.counts.missed());
  return parts;
}
