import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import type { IDataObject } from 'n8n-workflow';
import type { Poller } from '../../support/poller';
import { useSimulatedHarness } from '../../support/simulated-harness';

const harness = useSimulatedHarness();

const PROCESS = 4;
const MINUTE_MS = 60_000;
const A_YEAR_S = 365 * 24 * 3600;
let warnings: jest.SpyInstance;
let lastId = 0;

// n8n's own clock goes on as the server's does.
beforeEach(() => {
  jest.spyOn(Date, 'now').mockImplementation(() => harness.server.now);
  warnings = jest.spyOn(Container.get(Logger), 'warn');
});
afterEach(() => jest.restoreAllMocks());

function start(): number {
  lastId += 1;
  harness.server.insertRequest(lastId, PROCESS, harness.server.now);
  return lastId;
}

function pass(milliseconds = MINUTE_MS): void {
  harness.server.now += milliseconds;
}

/** A trigger that has polled for a while, and is off. */
async function polled(): Promise<Poller> {
  const poller = harness.watcher({ triggerOn: ['requestStarted', 'taskCreated'] });
  await poller.activate();
  start();
  await poller.poll();
  pass();
  poller.deactivate();
  return poller;
}

interface Memory extends IDataObject {
  clock: IDataObject;
  kinds: Record<string, IDataObject>;
}

/** Changes what n8n has saved of the trigger. */
function tamper(poller: Poller, change: (memory: Memory) => unknown): void {
  const saved = JSON.parse(poller.saved) as Record<string, Memory>;
  const memory = saved['node:Temporary'] as Memory;
  poller.saved = JSON.stringify({ 'node:Temporary': change(memory) });
}

const withClock = (change: IDataObject) => (memory: Memory) => ({
  ...memory,
  clock: { ...memory.clock, ...change },
});
const withType = (change: IDataObject) => (memory: Memory) => ({
  ...memory,
  kinds: { ...memory.kinds, requestStarted: { ...memory.kinds.requestStarted, ...change } },
});

const idsOf = (poller: Poller) => poller.items.slice(1).map(({ id }) => id);
const warned = () => warnings.mock.calls.map(([text]) => String(text));

it.each<[string, (memory: Memory) => unknown]>([
  ['null', () => null],
  ['a text', () => 'memory'],
  ['a number', () => 7],
  ['a list', () => [1, 2]],
  ['only null', () => ({ instance: null, clock: null, kinds: null })],
  ['an instance that is no text', (memory) => ({ ...memory, instance: 5 })],
  ['event types that are a list', (memory) => ({ ...memory, kinds: [] })],
  ['a clock that is a text', (memory) => ({ ...memory, clock: '12:00' })],
  ['a clock of the year 1970', withClock({ date: 0, rows: 0, own: 0 })],
  ['a clock at 1e300', withClock({ date: 1e300 })],
  ['a clock whose time is null, as NaN is saved', withClock({ date: null })],
  ['n8n’s own time at 1e300', withClock({ own: 1e300 })],
  ['a beginning at 1e300', withType({ from: 1e300 })],
  ['a beginning that is a text', withType({ from: '2026-11-24T09:30:00Z' })],
  ['a beginning between two seconds', withType({ from: 1_790_000_000.5 })],
  ['a beginning in the year 1970', withType({ since: 0, from: 0 })],
  ['a beginning below zero', withType({ since: -1, from: -1 })],
  ['an id that is null, as NaN is saved', withType({ after: null })],
  ['an id below zero', withType({ after: -5 })],
  ['seen events that are a list', withType({ seen: [] })],
  ['seen events that are no texts', withType({ seen: { 1790000000: [1, null] } })],
  ['seen events that are in no list', withType({ seen: { 1790000000: 'x' } })],
  ['seen events of no second', withType({ seen: { soon: ['1'] } })],
  ['a length that is none', withType({ span: 0 })],
  ['a length that is a text', withType({ span: 'long' })],
])('begins from now with a warning, and goes on, when what n8n has saved is %s', async (_, change) => {
  const poller = await polled();
  tamper(poller, change);
  start();
  await poller.activate('init');
  expect(warned()).toEqual([expect.stringMatching(/begins from now again\. Look in ProcessMaker/)]);
  expect(poller.errors).toEqual([]);
  warnings.mockClear();
  pass();
  const next = start();
  await poller.poll();
  pass();
  await poller.poll();
  expect(poller.errors).toEqual([]);
  expect(idsOf(poller)).toEqual([next]);
  expect(warned()).toEqual([]);
});

it('does not warn when it polls for the first time, of another instance, or for an event type that was added', async () => {
  const poller = await polled();
  poller.parameters = { triggerOn: ['requestStarted', 'taskOverdue'] };
  await poller.activate();
  poller.credentials = {
    processMakerApi: {
      ...poller.credentials.processMakerApi,
      instanceUrl: harness.server.url.replace('127.0.0.1', 'localhost'),
    },
  };
  await poller.activate();
  expect(poller.errors).toEqual([]);
  expect(warned()).toEqual([]);
});

describe('a Date of another age', () => {
  it.each([-56, 40, 9000])(
    'begins without the past with a warning when it begins while the Date is %d years off, and goes on',
    async (years) => {
      const old = start();
      pass(60 * MINUTE_MS);
      harness.server.dateAhead = years * A_YEAR_S * 1000;
      const poller = harness.watcher({ triggerOn: ['requestStarted'] });
      await poller.activate();
      expect(warned()).toEqual([expect.stringContaining("The header 'Date'") as string]);
      pass();
      await poller.poll();
      harness.server.dateAhead = 0;
      pass();
      await poller.poll();
      pass(5 * MINUTE_MS);
      const next = start();
      await poller.poll();
      pass();
      await poller.poll();
      expect(poller.errors).toEqual([]);
      const ids = poller.items.map(({ id }) => id);
      expect(ids).toEqual([next]);
      expect(ids).not.toContain(old);
    },
  );

  it.each([-56, 40])(
    'loses nothing and warns when the Date is %d years off for some polls',
    async (years) => {
      const poller = harness.watcher({ triggerOn: ['requestStarted', 'taskOverdue'] });
      await poller.activate();
      const ids: number[] = [];
      for (let poll = 0; poll < 12; poll++) {
        harness.server.dateAhead = poll >= 3 && poll < 6 ? years * A_YEAR_S * 1000 : 0;
        ids.push(start());
        pass();
        await poller.poll();
      }
      pass();
      await poller.poll();
      expect(poller.errors).toEqual([]);
      expect(poller.items.map(({ id }) => id)).toEqual(ids);
      expect(warned()).toHaveLength(3);
    },
  );

  it.each([2, 300])(
    'begins from now again with a warning when it has begun while the Date was %d days ahead',
    async (days) => {
      harness.server.dateAhead = days * 24 * 60 * MINUTE_MS;
      const poller = harness.watcher({ triggerOn: ['requestStarted'] });
      await poller.activate();
      harness.server.dateAhead = 0;
      pass();
      await poller.poll();
      expect(warned()).toEqual([expect.stringMatching(/begins from now again/)]);
      pass();
      const next = start();
      await poller.poll();
      pass();
      await poller.poll();
      expect(warned()).toHaveLength(1);
      expect(poller.errors).toEqual([]);
      expect(poller.items.map(({ id }) => id)).toEqual([next]);
    },
  );

  it('begins from now with a warning when earlier polls have read up to a time that is still far away', async () => {
    const poller = await polled();
    const ahead = Math.floor(harness.server.now / 1000) + 30 * A_YEAR_S;
    tamper(poller, (memory) => ({
      ...withType({ since: ahead, from: ahead })(memory),
      clock: { date: ahead, rows: ahead, own: memory.clock.own },
    }));
    await poller.activate('init');
    pass();
    const next = start();
    await poller.poll();
    pass();
    await poller.poll();
    expect(warned()).toEqual([expect.stringMatching(/begins from now again/)]);
    expect(poller.errors).toEqual([]);
    expect(idsOf(poller)).toEqual([next]);
  });

  it("catches up when n8n's own clock begins in the past after a restart, and is set later", async () => {
    const poller = await polled();
    const { now } = harness.server;
    const id = start();
    jest.spyOn(Date, 'now').mockImplementation(() => harness.server.now - 20 * A_YEAR_S * 1000);
    await poller.activate('init');
    jest.spyOn(Date, 'now').mockImplementation(() => harness.server.now);
    pass();
    const next = start();
    await poller.poll();
    expect(harness.server.now).toBeGreaterThan(now);
    expect(idsOf(poller)).toEqual([id, next]);
  });
});
