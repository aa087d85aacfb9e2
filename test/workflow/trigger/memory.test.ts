import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import type { IDataObject } from 'n8n-workflow';
import type { Poller } from '../../support/poller';
import { useSimulatedHarness } from '../../support/simulated-harness';

const harness = useSimulatedHarness();

const PROCESS = 4;
const MINUTE_MS = 60_000;
const A_DAY_MS = 24 * 3_600_000;
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

describe('clocks that are more than a day apart', () => {
  const APART = /^ProcessMaker's clock says \S+Z, and that of n8n \S+Z, more than a day apart$/;
  const told = (poller: Poller) => poller.errors.map(({ message }) => message);
  const everyTime = (count: number) =>
    Array.from({ length: count }, () => expect.stringMatching(APART) as string);

  it.each([-56 * 365, -2, 2, 40 * 365, 9000 * 365])(
    'let no first poll begin while the Date is %d days off',
    async (days) => {
      const old = start();
      pass(60 * MINUTE_MS);
      harness.server.dateAhead = days * A_DAY_MS;
      const poller = harness.watcher({ triggerOn: ['requestStarted'] });
      await expect(poller.activate()).rejects.toThrow(APART);
      harness.server.dateAhead = 0;
      await poller.activate();
      pass(5 * MINUTE_MS);
      const next = start();
      await poller.poll();
      pass();
      await poller.poll();
      expect(poller.errors).toEqual([]);
      expect(poller.items.map(({ id }) => id)).toEqual([next]);
      expect(next).not.toBe(old);
    },
  );

  it.each([-56 * 365, 2, 40 * 365])(
    'lose nothing while the Date is %d days off for some polls',
    async (days) => {
      const poller = harness.watcher({ triggerOn: ['requestStarted', 'taskOverdue'] });
      await poller.activate();
      const ids: number[] = [];
      for (let poll = 0; poll < 12; poll++) {
        harness.server.dateAhead = poll >= 3 && poll < 6 ? days * A_DAY_MS : 0;
        ids.push(start());
        pass();
        await poller.poll();
      }
      pass();
      await poller.poll();
      expect(told(poller)).toEqual(everyTime(3));
      expect(poller.items.map(({ id }) => id)).toEqual(ids);
    },
  );

  it('lose nothing when n8n’s own clock begins in the past after a restart, and is set later', async () => {
    const poller = await polled();
    const id = start();
    const own = jest.spyOn(Date, 'now').mockImplementation(() => harness.server.now - 20 * 365 * A_DAY_MS);
    await poller.activate('init');
    own.mockImplementation(() => harness.server.now);
    pass();
    const next = start();
    await poller.poll();
    expect(idsOf(poller)).toEqual([id, next]);
  });

  it('are told where the last poll has read up to a time that is still far away', async () => {
    const poller = await polled();
    const ahead = Math.floor((harness.server.now + 30 * A_DAY_MS) / 1000);
    tamper(poller, (memory) => ({
      ...withType({ since: ahead, from: ahead })(memory),
      clock: { date: ahead, rows: ahead, own: memory.clock.own },
    }));
    await poller.activate('init');
    pass();
    await poller.poll();
    expect(told(poller)).toEqual([
      expect.stringMatching(/, and the last poll has read up to \S+Z, more than a day apart$/),
    ]);
  });
});
