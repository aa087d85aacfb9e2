import { toSqlTime } from '../../processmaker/database/time';
import type { Poller } from '../../support/poller';
import { keysOf, useServerClock, useSimulatedHarness } from '../../support/simulated-harness';
import { EVENT_TYPES } from '../../trigger/plan';
import { eventOf } from '../../trigger/verdict';
import { itWith } from '../../support/features';

const harness = useSimulatedHarness();

useServerClock(harness);

const PROCESS = 4;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const N8N_DURABLE_MS = 36_000;
const WITHOUT_BUDGET_MS = 25_000;

const sqlTime = (milliseconds: number) => toSqlTime(new Date(milliseconds));

/** A trigger that was on once; what happens now is its backlog. */
async function switchedOn(triggerOn: readonly string[], options = {}): Promise<Poller> {
  const poller = harness.watcher({ triggerOn: [...triggerOn], options: { simplify: false, ...options } });
  await poller.activate();
  return poller;
}

let lastId = 0;

/** One event of each type, again and again. */
function makeBacklog(rounds: number, everyMs: number): void {
  for (let round = 0; round < rounds; round++) {
    harness.server.now += everyMs;
    const { server } = harness;
    const at = server.now;
    const id = (lastId += 10);
    const end = { completed_at: sqlTime(at) };
    for (let offset = 0; offset < 4; offset++) server.insertRequest(id + offset, PROCESS, at);
    server.update('requests', id + 1, at, { status: 'COMPLETED', ...end });
    server.update('requests', id + 2, at, { status: 'CANCELED', ...end });
    const errors = [{ message: 'It broke.', created_at: new Date(at).toISOString() }];
    server.update('requests', id + 3, at, { status: 'ERROR', errors: JSON.stringify(errors) });
    server.insertTask(id + 4, id, PROCESS, at, at + 1000 * HOUR_MS);
    server.update('tasks', id + 4, at, { status: 'CLOSED', ...end });
    server.insertTask(id + 5, id, PROCESS, at, at);
  }
  harness.server.now += HOUR_MS;
}

/** How many events of all types a round makes. */
const EVENTS_A_ROUND = 11;

const EMPTY_LIST = { data: [], meta: { last_page: 1, total: 0, per_page: 100 } };

const timesOf = (poller: Poller) => poller.items.map((json) => Date.parse(eventOf(json).time));

/** Polls each minute until all is emitted. Gives how long each poll took, and how many events it gave. */
async function drain(poller: Poller, count: number): Promise<Array<{ took: number; gave: number }>> {
  const polls: Array<{ took: number; gave: number }> = [];
  while (poller.items.length < count && polls.length < 200) {
    const [begun, before] = [harness.server.now, poller.items.length];
    await poller.poll();
    polls.push({ took: harness.server.now - begun, gave: poller.items.length - before });
    harness.server.now += MINUTE_MS;
  }
  expect(poller.errors).toEqual([]);
  return polls;
}

function expectWholeAndInOrder(poller: Poller, count: number): void {
  expect(new Set(keysOf(poller)).size).toBe(count);
  expect(poller.items).toHaveLength(count);
  const times = timesOf(poller);
  expect(times).toEqual([...times].sort((one, other) => one - other));
}

describe('a slow server', () => {
  it.each([
    ['the 36 s of its durable scheduler', N8N_DURABLE_MS, N8N_DURABLE_MS],
    ['an older n8n without a budget, 25 s', null, WITHOUT_BUDGET_MS],
  ])(
    'works off a backlog of seven event types on a server that takes 1.5 s for a call, some at each poll, within %s',
    async (_, budgetMs, most) => {
      const poller = await switchedOn(EVENT_TYPES);
      makeBacklog(200, 10 * MINUTE_MS);
      poller.budgetMs = budgetMs;
      harness.server.beforeResponse = () => (harness.server.now += 1500);
      const polls = await drain(poller, 200 * EVENTS_A_ROUND);
      expectWholeAndInOrder(poller, 200 * EVENTS_A_ROUND);
      for (const { took, gave } of polls) {
        expect(gave).toBeGreaterThan(0);
        expect(took).toBeLessThanOrEqual(most);
      }
    },
  );

  itWith('a poll budget')(
    'works off a backlog after a burst and a long silence on a server that takes 1.5 s for a call, some at each poll',
    async () => {
      // The trigger learns the time of the rows from this one.
      harness.server.insertRequest(1_000_000, PROCESS, harness.server.now);
      const poller = await switchedOn(EVENT_TYPES);
      harness.server.now += HOUR_MS;
      makeBacklog(150, 0);
      harness.server.now += 30 * 24 * HOUR_MS;
      makeBacklog(150, 1000);
      poller.budgetMs = N8N_DURABLE_MS;
      harness.server.beforeResponse = () => (harness.server.now += 1500);
      const polls = await drain(poller, 300 * EVENTS_A_ROUND);
      expectWholeAndInOrder(poller, 300 * EVENTS_A_ROUND);
      for (const { took, gave } of polls) {
        expect(gave).toBeGreaterThan(0);
        expect(took).toBeLessThanOrEqual(N8N_DURABLE_MS);
      }
    },
  );

  it('comes further with each poll, still oldest first, where a single call takes longer than a poll may', async () => {
    const poller = await switchedOn(EVENT_TYPES);
    makeBacklog(40, 10 * MINUTE_MS);
    poller.budgetMs = 20_000;
    harness.server.beforeResponse = () => (harness.server.now += 25_000);
    let state = '';
    for (let polls = 0; poller.items.length < 40 * EVENTS_A_ROUND && polls < 300; polls++) {
      const begun = harness.server.now;
      await poller.poll();
      // Its rows, and their details.
      expect(harness.server.now - begun).toBeLessThanOrEqual(2 * 25_000);
      expect(JSON.stringify(poller.staticData)).not.toBe(state);
      state = JSON.stringify(poller.staticData);
    }
    expect(poller.errors).toEqual([]);
    expectWholeAndInOrder(poller, 40 * EVENTS_A_ROUND);
  });

  it.each([3, 5, 7, 9, 11, 12, 14, 16, 18])(
    'comes further with each poll within the 36 s of the durable scheduler where Requests and Tasks have details, on a server that takes %d s for a call',
    async (seconds) => {
      const poller = await switchedOn(['requestStarted', 'taskCreated'], { includeData: true });
      makeBacklog(25, 10 * MINUTE_MS);
      poller.budgetMs = N8N_DURABLE_MS;
      harness.server.beforeResponse = () => (harness.server.now += seconds * 1000);
      const polls = await drain(poller, 25 * 6);
      expectWholeAndInOrder(poller, 25 * 6);
      for (const { took } of polls) expect(took).toBeLessThanOrEqual(N8N_DURABLE_MS);
      // Some only find how much can be read at once.
      expect(polls.filter(({ gave }) => gave === 0).length).toBeLessThan(10);
    },
  );

  it('leaves events to the next poll for whose details there is no time', async () => {
    const poller = await switchedOn(['requestStarted', 'requestCompleted'], { includeData: true });
    makeBacklog(20, MINUTE_MS);
    poller.budgetMs = N8N_DURABLE_MS;
    // The Requests are missing in lists by id, so that each is read by itself.
    harness.server.interfere = async (reply) => {
      harness.server.now += 1500;
      const { url } = reply.request;
      if (decodeURIComponent(url).includes('id IN')) await reply.send(EMPTY_LIST);
      else if (!url.includes('?pmql'))
        await reply.send({ id: Number(/\d+(?=\?)/.exec(url)?.[0]), status: 'X' });
    };
    const polls = await drain(poller, 20 * 5);
    expectWholeAndInOrder(poller, 20 * 5);
    for (const { took, gave } of polls) {
      expect(gave).toBeGreaterThan(0);
      expect(took).toBeLessThanOrEqual(N8N_DURABLE_MS);
    }
  });

  it('makes no more than 500 calls in a poll, those that ProcessMaker refuses among them', async () => {
    const poller = await switchedOn(['requestStarted'], { includeData: true });
    makeBacklog(125, 1000);
    // The Requests are gone when their details are read.
    harness.server.interfere = async (reply) => {
      const { url } = reply.request;
      if (decodeURIComponent(url).includes('id IN')) await reply.send(EMPTY_LIST);
      else if (!url.includes('?pmql')) await reply.code(404).send({ message: 'Not Found' });
    };
    let calls = 0;
    harness.server.beforeResponse = () => calls++;
    await poller.poll();
    expect(calls).toBeLessThanOrEqual(500);
    await drain(poller, 125 * 4);
    expectWholeAndInOrder(poller, 125 * 4);
  });

  itWith('a poll budget')(
    'begins with what could be seen when it was switched on, although that takes several polls',
    async () => {
      makeBacklog(60, 1000);
      harness.server.now -= HOUR_MS;
      const poller = harness.watcher({ triggerOn: [...EVENT_TYPES], options: { simplify: false } });
      poller.activationBudgetMs = N8N_DURABLE_MS;
      harness.server.beforeResponse = () => (harness.server.now += 20_000);
      const begun = harness.server.now;
      await poller.activate();
      expect(harness.server.now - begun).toBeLessThanOrEqual(N8N_DURABLE_MS + 20_000);
      for (let polls = 0; polls < 12; polls++) await poller.poll();
      harness.server.beforeResponse = () => undefined;
      harness.server.now += HOUR_MS;
      harness.server.insertRequest(90_000, PROCESS, harness.server.now);
      for (let polls = 0; polls < 3; polls++) await poller.poll();
      expect(keysOf(poller)).toEqual(['requestStarted 90000']);
    },
  );
});

itWith('a poll budget')(
  'ends soon although ProcessMaker does not say whether a Request is tried again',
  async () => {
    jest.restoreAllMocks();
    const { server } = harness;
    server.now = Date.now();
    const poller = await switchedOn(['requestErrored']);
    const id = (lastId += 10);
    server.insertRequest(id, PROCESS, server.now);
    const errors = [
      { message: 'It broke.', created_at: new Date(server.now).toISOString(), element_id: 'node_1' },
    ];
    server.update('requests', id, server.now, { status: 'ERROR', errors: JSON.stringify(errors) });
    poller.budgetMs = 1000;
    let hasAsked = false;
    server.interfere = async ({ request }) => {
      if (!request.url.includes('/tokens')) return;
      hasAsked = true;
      await new Promise(() => undefined);
    };
    const begun = performance.now();
    await poller.poll();
    expect(poller.errors.map(String)).toEqual([expect.stringContaining('did not respond within 5 seconds')]);
    expect(hasAsked).toBe(true);
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(poller.items).toEqual([]);
    server.interfere = () => Promise.resolve();
    poller.budgetMs = N8N_DURABLE_MS;
    await poller.poll();
    expect(keysOf(poller)).toEqual([expect.stringContaining(`requestErrored ${id}`)]);
  },
);
