import { toSqlTime } from '../../processmaker/database/time';
import type { Poller } from '../../support/poller';
import { keysOf, useServerClock, useSimulatedHarness } from '../../support/simulated-harness';
import { EVENT_TYPES } from '../../trigger/plan';
import { itWith } from '../../support/features';

const harness = useSimulatedHarness();

useServerClock(harness);

const PROCESS = 4;
const MINUTE_MS = 60_000;
/** n8n gives up a publication after that. */
const PUBLICATION_MS = 84_000;
let lastId = 0;

const sqlTime = (milliseconds: number) => toSqlTime(new Date(milliseconds));

function start(at = harness.server.now): number {
  lastId += 1;
  harness.server.insertRequest(lastId, PROCESS, at);
  return lastId;
}

function complete(id: number): void {
  const at = harness.server.now;
  harness.server.update('requests', id, at, { status: 'COMPLETED', completed_at: sqlTime(at) });
}

function watcher(triggerOn: readonly string[], more = {}): Poller {
  const poller = harness.watcher({ triggerOn: [...triggerOn], options: { simplify: false }, ...more });
  poller.beforeActivation = () => undefined;
  return poller;
}

async function pollFor(poller: Poller, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    harness.server.now += MINUTE_MS;
    await poller.poll();
  }
}

/** The searches of the first poll. */
async function searchesOf(poller: Poller): Promise<string[]> {
  const searches: string[] = [];
  harness.server.interfere = async ({ request }) => {
    searches.push(decodeURIComponent(request.url));
    await Promise.resolve();
  };
  await poller.activate();
  harness.server.interfere = () => Promise.resolve();
  return searches;
}

describe('what the first poll reads', () => {
  it('makes one search for all kinds of events, however many Requests there are', async () => {
    for (let count = 0; count < 1000; count++) start();
    expect(await searchesOf(watcher(EVENT_TYPES))).toHaveLength(1);
  });

  it.each<[string, string[], object, number]>([
    ['the PMQL of Requests', ['requestStarted'], { requestPmql: 'status = "Active"' }, 1],
    ['the PMQL of Tasks', ['requestStarted', 'taskCreated'], { taskPmql: 'status = "Active"' }, 2],
    [
      'the PMQL of Tasks, where only Tasks are watched',
      ['taskCreated'],
      { taskPmql: 'status = "Active"' },
      1,
    ],
    [
      'both',
      ['requestStarted', 'taskCreated'],
      { requestPmql: 'status = "Active"', taskPmql: 'status = "Active"' },
      2,
    ],
  ])('tries %s in a search that finds nothing', async (_, triggerOn, filters, calls) => {
    const searches = await searchesOf(watcher(triggerOn, { filters }));
    expect(searches).toHaveLength(calls);
    for (const search of searches) expect(search).toContain('id = 0');
    for (const pmql of Object.values(filters)) expect(searches.join()).toContain(`(${pmql})`);
  });

  it.each([
    ['Request PMQL', 'requestStarted', 'requestPmql'],
    ['Task PMQL', 'taskCreated', 'taskPmql'],
  ])("refuses to begin with a '%s' that ProcessMaker does not carry out", async (name, eventType, filter) => {
    const poller = watcher([eventType], { filters: { [filter]: 'nothing like PMQL' } });
    await expect(poller.activate()).rejects.toThrow(`the filter '${name}'`);
  });

  it('ends long before n8n gives up the publication, on a server that takes 12 s for a call', async () => {
    for (let count = 0; count < 1000; count++) start();
    harness.server.beforeResponse = () => (harness.server.now += 12_000);
    const begun = harness.server.now;
    await watcher(EVENT_TYPES).activate();
    expect(harness.server.now - begun).toBe(12_000);
  });

  it('ends long before that with its repeats, where the server refuses each call after 12 s', async () => {
    let refused = 0;
    harness.server.interfere = async (reply) => {
      harness.server.now += 12_000;
      refused++;
      await reply.code(502).send('Bad Gateway');
    };
    const begun = harness.server.now;
    await expect(watcher(EVENT_TYPES).activate()).rejects.toThrow();
    expect(refused).toBeGreaterThan(0);
    expect(harness.server.now - begun).toBeLessThan(PUBLICATION_MS / 1.5);
    harness.server.interfere = () => Promise.resolve();
  });

  it('ends long before that with a backlog, too', async () => {
    const poller = watcher(EVENT_TYPES);
    await poller.activate();
    poller.deactivate();
    for (let hour = 0; hour < 50; hour++) {
      harness.server.now += 60 * MINUTE_MS;
      for (let count = 0; count < 20; count++) start();
    }
    harness.server.beforeResponse = () => (harness.server.now += 12_000);
    const begun = harness.server.now;
    await poller.activate();
    expect(harness.server.now - begun).toBeLessThan(PUBLICATION_MS / 1.5);
    harness.server.beforeResponse = () => undefined;
    await pollFor(poller, 5);
    expect(new Set(keysOf(poller)).size).toBe(1000);
    expect(poller.items).toHaveLength(1000);
  });
});

describe('what is new from the first poll on', () => {
  it('emits what happens in the second of the first poll, and nothing of the second before', async () => {
    start(harness.server.now - 1000);
    const before = start();
    const poller = watcher(['requestStarted']);
    await poller.activate();
    const after = start();
    await pollFor(poller, 5);
    expect(keysOf(poller)).toEqual([`requestStarted ${before}`, `requestStarted ${after}`]);
  });

  it('emits all of a Request that is started and completed while the first poll runs', async () => {
    const early = start(harness.server.now - MINUTE_MS);
    const poller = watcher(EVENT_TYPES);
    let id = 0;
    harness.server.afterDate = () => {
      harness.server.now += 5000;
      id = start();
      harness.server.now += 5000;
      complete(id);
      complete(early);
    };
    await poller.activate();
    harness.server.afterDate = () => undefined;
    await pollFor(poller, 5);
    expect(keysOf(poller)).toEqual([
      `requestStarted ${id}`,
      `requestCompleted ${early}`,
      `requestCompleted ${id}`,
    ]);
  });

  it('emits what becomes visible two minutes after the first poll, and nothing that is older than that', async () => {
    const poller = watcher(['requestStarted']);
    await poller.activate();
    const begun = harness.server.now;
    harness.server.now += MINUTE_MS;
    const first = start();
    await poller.poll();
    harness.server.now += MINUTE_MS;
    const late = start(begun);
    start(begun - 1000);
    await pollFor(poller, 5);
    expect(keysOf(poller)).toEqual([`requestStarted ${first}`, `requestStarted ${late}`]);
  });

  it.each([
    ['ahead', 5 * MINUTE_MS, [10]],
    ['behind', -5 * MINUTE_MS, [-1, 1, 10]],
  ])(
    'begins at the Date of a gateway that is five minutes %s, and emits what is of that time or later',
    async (_, dateAhead, minutes) => {
      harness.server.dateAhead = dateAhead;
      const poller = watcher(['requestStarted']);
      const begun = harness.server.now;
      const times = [-10, -1, 1, 10];
      const ids = new Map(times.map((minute) => [minute, 0]));
      for (const minute of times) {
        if (minute === 1) await poller.activate();
        harness.server.now = Math.max(harness.server.now, begun + minute * MINUTE_MS);
        ids.set(minute, start(begun + minute * MINUTE_MS));
      }
      await pollFor(poller, 10);
      expect(keysOf(poller)).toEqual(minutes.map((minute) => `requestStarted ${ids.get(minute)}`));
    },
  );
});

describe('a poll that is due while another one runs', () => {
  /** Holds the next poll at its first call. */
  function hold(poller: Poller): { release: () => Promise<void>; reached: Promise<void> } {
    let release = (): void => undefined;
    let reach = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => (reach = resolve));
    let isFirst = true;
    harness.server.interfere = async () => {
      if (!isFirst) return;
      isFirst = false;
      reach();
      await released;
    };
    const polled = poller.poll();
    return {
      reached,
      release: async () => {
        release();
        await polled;
      },
    };
  }

  itWith('a poll budget')('ends without a call, as long as the other may take', async () => {
    const poller = watcher(['requestStarted']);
    await poller.activate();
    const id = start();
    harness.server.now += MINUTE_MS;
    const held = hold(poller);
    await held.reached;
    const { calls } = harness.server;
    await pollFor(poller, 4);
    expect(harness.server.calls).toBe(calls);
    await pollFor(poller, 2);
    expect(harness.server.calls).toBeGreaterThan(calls);
    expect(keysOf(poller)).toEqual([`requestStarted ${id}`]);
    await held.release();
    await pollFor(poller, 2);
    expect(poller.errors).toEqual([]);
    expect(keysOf(poller)).toEqual([`requestStarted ${id}`]);
  });

  const itEndsPolls = itWith('an end of polls whose workflow is off');
  itEndsPolls(
    'polls when the workflow is switched on again, and by hand, although another one runs',
    async () => {
      const poller = watcher(['requestStarted']);
      await poller.activate();
      const id = start();
      const held = hold(poller);
      await held.reached;
      expect(await poller.test()).toMatchObject([{ json: { id } }]);
      poller.deactivate();
      await poller.activate();
      expect(keysOf(poller)).toEqual([`requestStarted ${id}`]);
      await held.release();
      await pollFor(poller, 5);
      expect(keysOf(poller)).toEqual([`requestStarted ${id}`]);
    },
  );
});

describe("n8n's durable scheduler, which keeps nothing of a first poll that finds nothing", () => {
  const DURABLE_MS = 36_000;
  const itDurably = itWith('a durable scheduler');

  function durable(triggerOn: readonly string[], more = {}): Poller {
    const poller = watcher(triggerOn, more);
    poller.isDurable = true;
    poller.budgetMs = DURABLE_MS;
    return poller;
  }

  itDurably(
    'emits what happens between the publication and the next poll, and nothing from before',
    async () => {
      start(harness.server.now - 1000);
      const poller = durable(['requestStarted']);
      await poller.activate();
      harness.server.now += 1000;
      const id = start();
      await pollFor(poller, 5);
      expect(keysOf(poller)).toEqual([`requestStarted ${id}`]);
    },
  );

  itDurably.each([
    ['is left out', 'with', true],
    ['is caught up with', 'without', false],
  ])(
    "what happened while the workflow was off %s %s 'Start From Now When Activated'",
    async (_, _how, startFromNow) => {
      const poller = durable(['requestStarted'], { options: { simplify: false, startFromNow } });
      await poller.activate();
      await pollFor(poller, 5);
      poller.deactivate();
      const missed = start();
      harness.server.now += 10 * MINUTE_MS;
      await poller.activate();
      harness.server.now += 1000;
      const id = start();
      await pollFor(poller, 5);
      expect(keysOf(poller)).toEqual(
        [...(startFromNow ? [] : [missed]), id].map((one) => `requestStarted ${one}`),
      );
    },
  );

  itDurably('begins from the first poll of the scheduler when n8n was stopped before it', async () => {
    const poller = durable(['requestStarted']);
    await poller.activate();
    start();
    poller.deactivate();
    harness.server.now += MINUTE_MS;
    await poller.activate('init');
    await poller.poll();
    const id = start();
    await pollFor(poller, 5);
    expect(keysOf(poller)).toEqual([`requestStarted ${id}`]);
  });

  itDurably('lets each of its polls take as long as n8n says', async () => {
    const poller = durable(['requestStarted']);
    poller.budgetMs = 4 * MINUTE_MS;
    await poller.activate();
    for (let hour = 0; hour < 30; hour++) {
      harness.server.now += 60 * MINUTE_MS;
      for (let count = 0; count < 20; count++) start();
    }
    harness.server.beforeResponse = () => (harness.server.now += 12_000);
    const begun = harness.server.now;
    await poller.poll();
    expect(harness.server.now - begun).toBeGreaterThan(PUBLICATION_MS);
    harness.server.beforeResponse = () => undefined;
    await pollFor(poller, 5);
    expect(poller.items).toHaveLength(600);
  });
});

describe('a first poll that fails', () => {
  it.each(['init', 'leadershipChange'] as const)(
    'is left to the next one after a restart of n8n, where ProcessMaker cannot be reached (%s)',
    async (mode) => {
      const poller = watcher(['requestStarted']);
      await poller.activate();
      poller.deactivate();
      const id = start();
      harness.server.interfere = async (reply) => {
        reply.hijack();
        reply.raw.destroy();
        harness.server.now += 10_000;
        await Promise.resolve();
      };
      await poller.activate(mode);
      await poller.poll();
      expect(poller.errors).toHaveLength(1);
      harness.server.interfere = () => Promise.resolve();
      await pollFor(poller, 1);
      expect(keysOf(poller)).toEqual([`requestStarted ${id}`]);
    },
  );

  it.each(['activate', 'update'] as const)(
    'does not begin with a token that is refused (%s)',
    async (mode) => {
      const poller = watcher(['requestStarted']);
      harness.server.interfere = async (reply) => {
        await reply.code(403).send({ message: 'This action is unauthorized.' });
      };
      await expect(poller.activate(mode)).rejects.toThrow();
    },
  );
});

it("loses nothing with 'Start From Now When Activated' where a gateway's Date is ahead, and its response is slow", async () => {
  const poller = watcher(['requestStarted'], { options: { simplify: false, startFromNow: true } });
  await poller.activate();
  await pollFor(poller, 2);
  poller.deactivate();
  harness.server.now += 10 * MINUTE_MS;
  harness.server.dateAhead = 5 * MINUTE_MS;
  harness.server.afterDate = () => (harness.server.now += 25_000);
  await poller.activate();
  harness.server.afterDate = () => undefined;
  const id = start(harness.server.now - 20_000);
  await pollFor(poller, 5);
  expect(keysOf(poller)).toEqual([`requestStarted ${id}`]);
});
