import { toSqlTime } from '../../processmaker/database/time';
import { useServerClock, useSimulatedHarness } from '../../support/simulated-harness';

const harness = useSimulatedHarness();
useServerClock(harness);

const PROCESS = 4;
const DAY_MS = 24 * 3_600_000;
const NEVER_DUE_MS = 1000 * DAY_MS;
const sqlTime = (milliseconds: number) => toSqlTime(new Date(milliseconds));

/** Requests with a Task each, a minute apart. */
function makeMany(count: number): void {
  for (let id = 1; id <= count; id++) {
    harness.server.now += 60_000;
    harness.server.insertRequest(id, PROCESS, harness.server.now);
    harness.server.insertTask(id, id, PROCESS, harness.server.now, harness.server.now + NEVER_DUE_MS);
  }
}

/** The sample that a manual test shows, and how many calls it took. */
async function sampleOf(eventType: string): Promise<{ id: unknown; calls: number }> {
  const poller = harness.watcher({ triggerOn: [eventType] });
  const before = harness.server.calls;
  const items = await poller.test();
  return { id: items?.[0]?.json.id, calls: harness.server.calls - before };
}

/** They fit on one page. */
const COUNT = 90;

/** Makes the event of a type happen to a Request or its Task. */
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

describe.each(Object.entries(DEEDS))('a manual test of the event type %s', (eventType, happen) => {
  it.each([
    ['minutes', 0],
    ['months', 100 * DAY_MS],
  ])('shows the latest event in a manual test, also that of the oldest Request, %s ago', async (_, agoMs) => {
    makeMany(COUNT);
    for (let id = COUNT; id >= 1; id--) {
      harness.server.now += 1000;
      happen(id);
    }
    harness.server.now += agoMs;
    const { id, calls } = await sampleOf(eventType);
    expect(id).toBe(1);
    expect(calls).toBeLessThan(4);
  });
});

it('shows in a manual test the Request that last came into ERROR, not one that was edited since', async () => {
  makeMany(30);
  for (let id = 1; id <= 30; id++) {
    harness.server.now += 60_000;
    DEEDS.requestErrored?.(id);
  }
  harness.server.now += 10 * DAY_MS;
  for (let id = 1; id <= 5; id++) harness.server.update('requests', id, harness.server.now, {});
  expect((await sampleOf('requestErrored')).id).toBe(30);
});

it('shows in a manual test one of very many events of one second', async () => {
  for (let id = 1; id <= 500; id++) harness.server.insertRequest(id, PROCESS, harness.server.now);
  harness.server.now += 10 * DAY_MS;
  const { id, calls } = await sampleOf('requestStarted');
  expect(id).toBeGreaterThan(0);
  expect(calls).toBeLessThan(4);
});

it('does not show a Task in a manual test before it is due', async () => {
  makeMany(3);
  DEEDS.taskOverdue?.(2);
  expect((await sampleOf('taskOverdue')).id).toBe(2);
});

it('makes few calls in a manual test where there are few events or none', async () => {
  makeMany(1);
  harness.server.now += 1000 * DAY_MS;
  const { id, calls } = await sampleOf('requestStarted');
  expect(id).toBe(1);
  expect(calls).toBeLessThan(4);
  await expect(sampleOf('requestCanceled')).rejects.toThrow('There is no event');
});

/** What a Request holds that n8n has started. */
const BY_N8N = { data: '{"_n8n_key":"1.a.0.0"}' };

it('does not show ignored Requests of n8n in a manual test', async () => {
  makeMany(10);
  for (let id = 5; id <= 10; id++) harness.server.update('requests', id, harness.server.now, BY_N8N);
  const poller = harness.watcher({ triggerOn: ['requestStarted'], filters: { ignoreN8n: true } });
  expect((await poller.test())?.[0]?.json.id).toBe(4);
});

it('does not say in a manual test that there is no event when it has not read all', async () => {
  harness.server.insertRequest(1, PROCESS, harness.server.now);
  for (let id = 2; id <= 150; id++) {
    harness.server.now += 500;
    harness.server.insertRequest(id, PROCESS, harness.server.now);
    harness.server.update('requests', id, harness.server.now, BY_N8N);
  }
  const poller = harness.watcher({ triggerOn: ['requestStarted'], filters: { ignoreN8n: true } });
  await expect(poller.test()).rejects.toThrow(
    "None of the latest events of the kind 'Request Started' in ProcessMaker can be shown",
  );
});
