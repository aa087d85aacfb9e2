import type { Poller } from '../../support/poller';
import { useSimulatedHarness } from '../../support/simulated-harness';

const harness = useSimulatedHarness();

const HOUR_MS = 3_600_000;
const PROCESS = 4;

async function switchedOff(eventType = 'requestStarted'): Promise<Poller> {
  const parameters = { triggerOn: [eventType], options: { simplify: false } };
  const poller = harness.watcher(parameters);
  await poller.activate();
  poller.deactivate();
  return poller;
}

/** Inserts Requests, some with each tick of the server's clock. */
function insert(count: number, atOnce: number, tickMs: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    if (index % atOnce === 0) harness.server.now += tickMs;
    const id = index + 1;
    harness.server.insertRequest(id, PROCESS, harness.server.now);
    return id;
  });
}

const idsOf = (poller: Poller) => poller.items.map(({ id }) => id);

describe('a large backlog', () => {
  it('emits a large backlog in several polls, oldest first', async () => {
    const poller = await switchedOff();
    const ids = insert(1300, 100, HOUR_MS);
    await poller.activate();
    expect(poller.items.length).toBeGreaterThanOrEqual(500);
    expect(poller.items.length).toBeLessThan(1000);
    for (let polls = 0; polls < 3; polls++) await poller.poll();
    expect(idsOf(poller)).toEqual(ids);
  });

  it('emits a large backlog of one second completely, page by page', async () => {
    const poller = await switchedOff();
    const ids = insert(1300, 1300, HOUR_MS);
    harness.server.now += HOUR_MS;
    harness.server.insertRequest(5000, PROCESS, harness.server.now);
    await poller.activate();
    for (let polls = 0; polls < 4; polls++) await poller.poll();
    expect(idsOf(poller)).toEqual([...ids, 5000]);
    // Later, none of the Requests of that second has to be remembered any more.
    harness.server.now += HOUR_MS;
    harness.server.insertRequest(5001, PROCESS, harness.server.now);
    await poller.poll();
    expect(poller.saved.length).toBeLessThan(300);
  });
});

describe('a backlog of several event types', () => {
  // n8n's own clock goes on as the server's does.
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockImplementation(() => harness.server.now);
    // The trigger learns the time of the rows from this one.
    harness.server.insertRequest(9000, PROCESS, harness.server.now);
  });
  afterEach(() => jest.restoreAllMocks());

  it('emits a backlog of several event types oldest first, and each event once', async () => {
    const poller = harness.watcher({ triggerOn: ['requestStarted', 'requestCompleted', 'requestErrored'] });
    await poller.activate();
    poller.deactivate();
    const expected: string[] = [];
    for (let id = 1; id <= 1300; id++) {
      harness.server.now += 60_000;
      harness.server.insertRequest(id, PROCESS, harness.server.now);
      expected.push(`requestStarted ${id}`);
      harness.server.now += 10_000;
      const at = new Date(harness.server.now).toISOString().slice(0, 19);
      if (id % 10 === 0) {
        const completed = { status: 'COMPLETED', completed_at: at.replace('T', ' ') };
        harness.server.update('requests', id, harness.server.now, completed);
        expected.push(`requestCompleted ${id}`);
      } else if (id % 10 === 5) {
        const errors = JSON.stringify([{ message: 'It broke.', created_at: `${at}+00:00` }]);
        harness.server.update('requests', id, harness.server.now, { status: 'ERROR', errors });
        expected.push(`requestErrored ${id}`);
      }
    }
    await poller.activate();
    expect(poller.items.length).toBeLessThan(expected.length);
    for (let polls = 0; polls < 4; polls++) await poller.poll();
    const given = poller.items as Array<{ event: string; id: number }>;
    expect(given.map(({ event, id }) => `${event} ${id}`)).toEqual(expected);
    harness.server.now += HOUR_MS;
    harness.server.insertRequest(5000, PROCESS, harness.server.now);
    await poller.poll();
    expect(poller.items).toHaveLength(expected.length + 1);
    expect(poller.saved.length).toBeLessThan(600);
  });

  it('emits each Request in ERROR although its reason has another time than its last change', async () => {
    const poller = harness.watcher({ triggerOn: ['requestStarted', 'requestErrored'] });
    await poller.activate();
    poller.deactivate();
    const ids = insert(1300, 1, 60_000);
    for (const id of ids) {
      const changed = harness.server.now - (1300 - id) * 60_000;
      const created_at = new Date(changed + (id % 3) * 60_000).toISOString();
      const errors = JSON.stringify([{ message: 'It broke.', created_at }]);
      harness.server.update('requests', id, changed, { status: 'ERROR', errors });
    }
    await poller.activate();
    for (let polls = 0; polls < 6; polls++) await poller.poll();
    for (const eventType of ['requestStarted', 'requestErrored']) {
      const given = poller.items.filter(({ event }) => event === eventType).map(({ id }) => Number(id));
      expect(given.sort((a, b) => a - b)).toEqual(ids);
    }
  });

  it('emits every event of a second that was read in part, behind the point where another event type stops', async () => {
    const poller = harness.watcher({ triggerOn: ['requestStarted', 'taskCreated'] });
    await poller.activate();
    poller.deactivate();
    const ids = insert(600, 600, HOUR_MS);
    harness.server.now += 1000;
    const due = harness.server.now + 1000 * HOUR_MS;
    const tasks = Array.from({ length: 900 }, (_, index) => 7000 + index);
    for (const id of tasks) harness.server.insertTask(id, 1, PROCESS, harness.server.now, due);
    harness.server.now += HOUR_MS;
    await poller.activate();
    for (let polls = 0; polls < 5; polls++) await poller.poll();
    expect(idsOf(poller)).toEqual([...ids, ...tasks]);
  });

  it('waits for the rest of a second that holds too many events', async () => {
    const poller = harness.watcher({ triggerOn: ['requestStarted', 'taskCreated'] });
    await poller.activate();
    poller.deactivate();
    const ids = insert(1300, 1300, HOUR_MS);
    for (const id of [1, 2]) {
      if (id === 2) harness.server.now += 1000;
      harness.server.insertTask(
        7000 + id,
        id,
        PROCESS,
        harness.server.now,
        harness.server.now + 1000 * HOUR_MS,
      );
    }
    harness.server.now += HOUR_MS;
    await poller.activate();
    for (let polls = 0; polls < 4; polls++) await poller.poll();
    expect(poller.items).toHaveLength(ids.length + 2);
    expect(poller.items.at(-1)).toMatchObject({ event: 'taskCreated', id: 7002 });
  });
});

describe('while many events come in', () => {
  it('emits Requests that become visible late while many come in', async () => {
    const poller = await switchedOff();
    const begun = harness.server.now;
    const ids = insert(1000, 10, 1000);
    await poller.activate();
    await poller.poll();
    // They were written at the beginning, but could not be seen until now.
    for (const late of [2001, 2002])
      harness.server.insertRequest(late, PROCESS, begun + (late - 2000) * 1000);
    await poller.poll();
    await poller.poll();
    expect(idsOf(poller)).toEqual([...ids, 2001, 2002]);
  });

  it('emits a Request in ERROR once, also when it is edited before or after its turn', async () => {
    // n8n's own clock goes on as the server's does.
    jest.spyOn(Date, 'now').mockImplementation(() => harness.server.now);
    const poller = await switchedOff('requestErrored');
    const ids = insert(1200, 1, 60_000);
    const begun = harness.server.now;
    for (const id of ids) {
      harness.server.now += 60_000;
      const created_at = new Date(harness.server.now).toISOString().replace(/\.\d+Z$/, '+00:00');
      const errors = JSON.stringify([{ message: 'It broke.', created_at }]);
      harness.server.update('requests', id, harness.server.now, { status: 'ERROR', errors });
    }
    expect(harness.server.now).toBeGreaterThan(begun);
    await poller.activate();
    const [first = 0] = ids;
    const last = ids.at(-1) ?? 0;
    expect(idsOf(poller)).toContain(first);
    expect(idsOf(poller)).not.toContain(last);
    harness.server.now += 600_000;
    for (const edited of [first, last]) harness.server.update('requests', edited, harness.server.now, {});
    for (let polls = 0; polls < 5; polls++) await poller.poll();
    harness.server.now += 600_000;
    for (const edited of [first, last]) harness.server.update('requests', edited, harness.server.now, {});
    await poller.poll();
    expect(idsOf(poller).sort((a, b) => Number(a) - Number(b))).toEqual(ids);
  });
});

describe('the cost of a poll', () => {
  it('makes one call in a poll, however many Requests exist', async () => {
    insert(1000, 1, 1000);
    harness.server.now += HOUR_MS;
    const poller = await switchedOff();
    await poller.activate('init');
    const before = harness.server.calls;
    await poller.poll();
    expect(harness.server.calls - before).toBe(1);
  });
});
