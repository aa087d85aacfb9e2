import { createEngine, type Engine } from '../../support/engine';
import { Poller } from '../../support/poller';
import { SimulatedServer } from '../../trigger/server';

let engine: Engine;
let server: SimulatedServer;

beforeAll(async () => {
  engine = await createEngine();
  server = await SimulatedServer.open();
});
afterAll(() => server.close());
beforeEach(() => server.reset(Date.now(), 'UTC'));

const PROCESS = 4;
const DAY_MS = 24 * 3_600_000;
const NEVER_DUE_MS = 1000 * DAY_MS;
const sqlTime = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

/** Requests with a Task each, a minute apart. */
function makeMany(count: number): void {
  for (let id = 1; id <= count; id++) {
    server.now += 60_000;
    server.insertRequest(id, PROCESS, server.now);
    server.insertTask(id, id, PROCESS, server.now, server.now + NEVER_DUE_MS);
  }
}

/** The sample that a manual test shows, and how many calls it took. */
async function sampleOf(kind: string): Promise<{ id: unknown; calls: number }> {
  const credential = { instanceUrl: server.url, accessToken: server.token };
  const poller = new Poller(engine, { triggerOn: [kind] }, { processMakerApi: credential });
  const before = server.calls;
  const items = await poller.test();
  return { id: items?.[0]?.json.id, calls: server.calls - before };
}

const COUNT = 150;

/** Makes the event of a kind happen to a Request, or its Task. */
const DEEDS: Record<string, (id: number) => void> = {
  requestCompleted: (id) =>
    server.update('requests', id, server.now, { status: 'COMPLETED', completed_at: sqlTime(server.now) }),
  requestCanceled: (id) =>
    server.update('requests', id, server.now, { status: 'CANCELED', completed_at: sqlTime(server.now) }),
  requestErrored: (id) =>
    server.update('requests', id, server.now, {
      status: 'ERROR',
      errors: JSON.stringify([
        { created_at: `${sqlTime(server.now).replace(' ', 'T')}+00:00`, message: 'It broke.' },
      ]),
    }),
  taskCompleted: (id) =>
    server.update('tasks', id, server.now, { status: 'CLOSED', completed_at: sqlTime(server.now) }),
  taskOverdue: (id) => server.update('tasks', id, server.now, { due_at: sqlTime(server.now) }),
};

describe.each(Object.entries(DEEDS))('a manual test of the kind %s', (kind, happen) => {
  it.each([
    ['minutes', 0],
    ['months', 100 * DAY_MS],
  ])('shows what came last, to the oldest Request, %s ago', async (_, agoMs) => {
    makeMany(COUNT);
    for (let id = COUNT; id >= 1; id--) {
      server.now += 1000;
      happen(id);
    }
    server.now += agoMs;
    const { id, calls } = await sampleOf(kind);
    expect(id).toBe(1);
    expect(calls).toBeLessThan(30);
  });
});

it('shows a Request that broke last, and not one that was edited since', async () => {
  makeMany(30);
  for (let id = 1; id <= 30; id++) {
    server.now += 60_000;
    DEEDS.requestErrored?.(id);
  }
  server.now += 10 * DAY_MS;
  for (let id = 1; id <= 5; id++) server.update('requests', id, server.now, {});
  expect((await sampleOf('requestErrored')).id).toBe(30);
});

it('shows one of very many of one second', async () => {
  for (let id = 1; id <= 500; id++) server.insertRequest(id, PROCESS, server.now);
  server.now += 10 * DAY_MS;
  const { id, calls } = await sampleOf('requestStarted');
  expect(id).toBeGreaterThan(0);
  expect(calls).toBeLessThan(40);
});

it('asks a few times where there is nothing, or little', async () => {
  makeMany(1);
  server.now += 1000 * DAY_MS;
  const { id, calls } = await sampleOf('requestStarted');
  expect(id).toBe(1);
  expect(calls).toBeLessThan(8);
  await expect(sampleOf('requestCanceled')).rejects.toThrow('There is no event');
});
