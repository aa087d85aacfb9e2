import { useSimulatedHarness } from '../../support/simulated-harness';

const harness = useSimulatedHarness();

const PROCESS = 4;
const DAY_MS = 24 * 3_600_000;
const NEVER_DUE_MS = 1000 * DAY_MS;
const sqlTime = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

/** Requests with a Task each, a minute apart. */
function makeMany(count: number): void {
  for (let id = 1; id <= count; id++) {
    harness.server.now += 60_000;
    harness.server.insertRequest(id, PROCESS, harness.server.now);
    harness.server.insertTask(id, id, PROCESS, harness.server.now, harness.server.now + NEVER_DUE_MS);
  }
}

/** The sample that a manual test shows, and how many calls it took. */
async function sampleOf(kind: string): Promise<{ id: unknown; calls: number }> {
  const poller = harness.watcher({ triggerOn: [kind] });
  const before = harness.server.calls;
  const items = await poller.test();
  return { id: items?.[0]?.json.id, calls: harness.server.calls - before };
}

const COUNT = 150;

/** Makes the event of a kind happen to a Request, or its Task. */
const DEEDS: Record<string, (id: number) => void> = {
  requestCompleted: (id) =>
    harness.server.update('requests', id, harness.server.now, {
      status: 'COMPLETED',
      completed_at: sqlTime(harness.server.now),
    }),
  requestCanceled: (id) =>
    harness.server.update('requests', id, harness.server.now, {
      status: 'CANCELED',
      completed_at: sqlTime(harness.server.now),
    }),
  requestErrored: (id) =>
    harness.server.update('requests', id, harness.server.now, {
      status: 'ERROR',
      errors: JSON.stringify([
        { created_at: `${sqlTime(harness.server.now).replace(' ', 'T')}+00:00`, message: 'It broke.' },
      ]),
    }),
  taskCompleted: (id) =>
    harness.server.update('tasks', id, harness.server.now, {
      status: 'CLOSED',
      completed_at: sqlTime(harness.server.now),
    }),
  taskOverdue: (id) =>
    harness.server.update('tasks', id, harness.server.now, { due_at: sqlTime(harness.server.now) }),
};

describe.each(Object.entries(DEEDS))('a manual test of the kind %s', (kind, happen) => {
  it.each([
    ['minutes', 0],
    ['months', 100 * DAY_MS],
  ])('shows what came last, to the oldest Request, %s ago', async (_, agoMs) => {
    makeMany(COUNT);
    for (let id = COUNT; id >= 1; id--) {
      harness.server.now += 1000;
      happen(id);
    }
    harness.server.now += agoMs;
    const { id, calls } = await sampleOf(kind);
    expect(id).toBe(1);
    expect(calls).toBeLessThan(30);
  });
});

it('shows a Request that broke last, and not one that was edited since', async () => {
  makeMany(30);
  for (let id = 1; id <= 30; id++) {
    harness.server.now += 60_000;
    DEEDS.requestErrored?.(id);
  }
  harness.server.now += 10 * DAY_MS;
  for (let id = 1; id <= 5; id++) harness.server.update('requests', id, harness.server.now, {});
  expect((await sampleOf('requestErrored')).id).toBe(30);
});

it('shows one of very many of one second', async () => {
  for (let id = 1; id <= 500; id++) harness.server.insertRequest(id, PROCESS, harness.server.now);
  harness.server.now += 10 * DAY_MS;
  const { id, calls } = await sampleOf('requestStarted');
  expect(id).toBeGreaterThan(0);
  expect(calls).toBeLessThan(40);
});

it('asks a few times where there is nothing, or little', async () => {
  makeMany(1);
  harness.server.now += 1000 * DAY_MS;
  const { id, calls } = await sampleOf('requestStarted');
  expect(id).toBe(1);
  expect(calls).toBeLessThan(8);
  await expect(sampleOf('requestCanceled')).rejects.toThrow('There is no event');
});

it('does not say that there is nothing where it has not looked at everything', async () => {
  harness.server.insertRequest(1, PROCESS, harness.server.now);
  for (let id = 2; id <= 4000; id++) {
    harness.server.now += 500;
    harness.server.insertRequest(id, PROCESS, harness.server.now);
    harness.server.update('requests', id, harness.server.now, { data: '{"_n8n_key":"1.a.0.0"}' });
  }
  const poller = harness.watcher({ triggerOn: ['requestStarted'], filters: { ignoreN8n: true } });
  await expect(poller.test()).rejects.toThrow(
    "Among the latest events of the kind 'Request Started' in ProcessMaker is none that could serve as a sample",
  );
});
