import { Poller } from '../support/poller';
import { createEngine, type Engine } from '../support/engine';
import { simulateOwnClock, withOwnClock } from '../trigger/own-clock';
import { EVENT_TYPES } from '../trigger/plan';
import { SimulatedServer } from '../trigger/server';

export const REQUESTS = [10_000, 100_000];
/** So many Requests are started between two polls, each with a Task. */
export const BURST = 200;

/** The processes that the Requests belong to in turn. */
const PROCESS_IDS = [2, 4];
const DAY_MS = 24 * 3_600_000;
/** What is older is not read again. */
const SETTLING_MS = 10 * 60_000;

/** What a poll cost. */
export interface PollRow {
  requests: number;
  poll: string;
  calls: number;
  milliseconds: number;
  kilobytes: number;
  events: number;
}

/** Polls all types of events of a server with very many Requests, quiet and after a burst. */
export async function pollCosts(): Promise<PollRow[]> {
  simulateOwnClock();
  const engine = await createEngine();
  const rows: PollRow[] = [];
  for (const requests of REQUESTS) rows.push(...(await costsWith(engine, requests)));
  return rows;
}

async function costsWith(engine: Engine, requests: number): Promise<PollRow[]> {
  const server = await SimulatedServer.open();
  server.reset(Date.now(), 'UTC');
  // As many older ones, spread over a month.
  for (let id = 1; id <= requests; id++) {
    addRequest(server, id, server.now - SETTLING_MS - Math.floor((30 * DAY_MS * (requests - id)) / requests));
  }
  try {
    return await withOwnClock(server, () => measure(engine, server, requests));
  } finally {
    await server.close();
  }
}

/** A Request whose Task is due in a month. */
function addRequest(server: SimulatedServer, id: number, time: number): void {
  const processId = PROCESS_IDS[id % PROCESS_IDS.length] ?? 0;
  server.insertRequest(id, processId, time);
  server.insertTask(id, id, processId, time, server.now + 30 * DAY_MS);
}

async function measure(engine: Engine, server: SimulatedServer, requests: number): Promise<PollRow[]> {
  const parameters = { triggerOn: [...EVENT_TYPES] };
  const { token, url } = server;
  const credentials = { processMakerApi: { instanceUrl: url, accessToken: token } };
  const poller = new Poller(engine, parameters, credentials);
  const rows: PollRow[] = [];
  const take = async (poll: string, work: () => Promise<void>) => {
    let bytes = 0;
    server.beforeResponse = (body) => (bytes += Buffer.byteLength(String(body)));
    const [calls, items, began] = [server.calls, poller.items.length, performance.now()];
    await work();
    const [error] = poller.errors;
    if (error) throw error;
    const milliseconds = performance.now() - began;
    const events = poller.items.length - items;
    const cost = { calls: server.calls - calls, milliseconds, kilobytes: bytes / 1024, events };
    console.log(`Poll of ${requests} Requests, ${poll}: ${JSON.stringify(cost)}`);
    rows.push({ requests, poll, ...cost });
  };
  const next = async () => {
    server.now += 60_000;
    await poller.poll();
  };
  await take('switched on', async () => await poller.activate());
  await take('quiet', next);
  for (let count = 1; count <= BURST; count++) addRequest(server, requests + count, server.now);
  await take(`after ${BURST} starts`, next);
  await take('a minute later', next);
  server.now += SETTLING_MS;
  await take('after ten more minutes', next);
  await take('quiet again', next);
  return rows;
}
