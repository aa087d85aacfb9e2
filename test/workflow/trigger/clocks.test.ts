import type { Poller } from '../../support/poller';
import { useSimulatedHarness } from '../../support/simulated-harness';
import { itWith } from '../../support/features';

const harness = useSimulatedHarness();
/** n8n's own clock. */
let own: number;
let rowsRead: number;

beforeEach(() => {
  own = harness.server.now;
  jest.spyOn(Date, 'now').mockImplementation(() => own);
  rowsRead = 0;
  harness.server.beforeResponse = (body) => {
    const { data } = JSON.parse(String(body)) as { data?: unknown[] };
    rowsRead += data?.length ?? 0;
  };
});
afterEach(() => jest.restoreAllMocks());

const PROCESS = 4;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
let lastId = 0;

function pass(milliseconds: number): void {
  harness.server.now += milliseconds;
  own += milliseconds;
}

function start(at = harness.server.now): number {
  lastId += 1;
  harness.server.insertRequest(lastId, PROCESS, at);
  return lastId;
}

/** Adds a Task that nobody completes in time. */
function addTask(dueInMs: number): number {
  const requestId = start();
  lastId += 1;
  harness.server.insertTask(lastId, requestId, PROCESS, harness.server.now, harness.server.now + dueInMs);
  return lastId;
}

async function watching(eventType: string): Promise<Poller> {
  const poller = harness.watcher({ triggerOn: [eventType] });
  await poller.activate();
  return poller;
}

/** What a poll reads, a minute after the last one. */
async function rowsOfPoll(poller: Poller, everyMs = MINUTE_MS): Promise<number> {
  pass(everyMs);
  rowsRead = 0;
  await poller.poll();
  return rowsRead;
}

const idsOf = (poller: Poller) => poller.items.map(({ id }) => id);

describe('after many events at once', () => {
  it.each([15_000, 60_000, 3_600_000])(
    'reads no rows after many events at once, when it polls every %d ms',
    async (each) => {
      const poller = await watching('requestStarted');
      for (let count = 0; count < 400; count++) start();
      for (let time = 0; time <= Math.max(300_000, 2 * each); time += each) await rowsOfPoll(poller, each);
      expect(poller.items).toHaveLength(400);
      expect(await rowsOfPoll(poller, each)).toBe(0);
      start();
      // Its row is read twice: in the list, and with what lists do not show.
      expect(await rowsOfPoll(poller, each)).toBe(2);
      expect(poller.items).toHaveLength(401);
    },
  );

  it('emits a Request that becomes visible two minutes late', async () => {
    const poller = await watching('requestStarted');
    const ids = Array.from({ length: 50 }, () => start());
    await poller.poll();
    const written = harness.server.now;
    pass(90_000);
    await poller.poll();
    pass(28_000);
    const late = start(written);
    await poller.poll();
    expect(idsOf(poller)).toEqual([...ids, late]);
  });
});

describe.each(['requestStarted', 'taskOverdue'])('event type %s', (eventType) => {
  const make = () => (eventType === 'taskOverdue' ? addTask(30_000) : start());

  /** Polls each minute while events happen. Calls `before` ahead of each poll. */
  async function watch(before: (poll: number) => void): Promise<void> {
    const poller = await watching(eventType);
    const ids: number[] = [];
    for (let poll = 0; poll < 30; poll++) {
      // For a while nothing happens, so that only the passing of time counts.
      if (poll < 2 || poll > 8) ids.push(make());
      before(poll);
      await rowsOfPoll(poller);
    }
    harness.server.dateAhead = 0;
    await rowsOfPoll(poller);
    expect(idsOf(poller).sort((a, b) => Number(a) - Number(b))).toEqual(ids);
  }

  it.each([7, 8, 9, 12])(
    'loses no event when the Date of the server is ten minutes ahead at poll %d, and right again',
    async (bad) => {
      await watch((poll) => {
        harness.server.dateAhead = poll === bad ? 10 * MINUTE_MS : 0;
      });
    },
  );

  it('loses no event when every other response comes from a gateway that is five minutes ahead', async () => {
    await watch((poll) => {
      harness.server.dateAhead = poll % 2 === 1 ? 5 * MINUTE_MS : 0;
    });
  });

  it.each([-14 * HOUR_MS, -10_000, 14 * HOUR_MS])(
    "loses no event when n8n's own clock is set by %d ms",
    async (by) => {
      await watch((poll) => {
        if (poll === 8) own += by;
      });
    },
  );
});

it('loses no event when the Date of a gateway is always ten minutes ahead', async () => {
  harness.server.dateAhead = 10 * MINUTE_MS;
  const poller = await watching('requestStarted');
  // The first poll has no other time to compare the Date with.
  pass(10 * MINUTE_MS);
  const ids = [start()];
  await rowsOfPoll(poller);
  for (let poll = 0; poll < 10; poll++) await rowsOfPoll(poller);
  own += HOUR_MS;
  for (let poll = 0; poll < 10; poll++) {
    ids.push(start());
    await rowsOfPoll(poller);
  }
  expect(idsOf(poller)).toEqual(ids);
});

it('emits a Task that becomes due after the trigger began from now again, although the Date was ahead then', async () => {
  const poller = await watching('taskOverdue');
  const task = addTask(2 * MINUTE_MS);
  pass(MINUTE_MS);
  poller.deactivate();
  poller.parameters = { ...poller.parameters, options: { startFromNow: true } };
  harness.server.dateAhead = 10 * MINUTE_MS;
  await poller.activate();
  harness.server.dateAhead = 0;
  for (let poll = 0; poll < 3; poll++) await rowsOfPoll(poller);
  expect(idsOf(poller)).toEqual([task]);
});

it('does not emit a Task again, given early since the Date was ahead, when the trigger begins from now', async () => {
  const poller = await watching('taskOverdue');
  const task = addTask(5 * MINUTE_MS);
  harness.server.dateAhead = 10 * MINUTE_MS;
  await rowsOfPoll(poller);
  expect(idsOf(poller)).toEqual([task]);
  poller.deactivate();
  poller.parameters = { ...poller.parameters, options: { startFromNow: true } };
  await poller.activate();
  for (let poll = 0; poll < 10; poll++) await rowsOfPoll(poller);
  expect(idsOf(poller)).toEqual([task]);
});

it('emits Tasks that become due after the trigger began from now, although too many were due just before to be read at once', async () => {
  const poller = await watching('taskOverdue');
  poller.deactivate();
  pass(10 * MINUTE_MS);
  for (let count = 0; count < 700; count++) addTask(-170_000);
  const tasks = Array.from({ length: 40 }, (_, index) => addTask(5000 + index * 3000));
  poller.parameters = { ...poller.parameters, options: { startFromNow: true } };
  harness.server.dateAhead = 10 * MINUTE_MS;
  await poller.activate();
  harness.server.dateAhead = 0;
  for (let poll = 0; poll < 4; poll++) await rowsOfPoll(poller);
  expect(idsOf(poller)).toEqual(tasks);
});

itWith('a poll budget')('emits Tasks that become due while a slow server is read for minutes', async () => {
  const poller = await watching('taskOverdue');
  const tasks = Array.from({ length: 600 }, () => addTask(1000));
  pass(MINUTE_MS);
  for (let seconds = 5; seconds < 3000; seconds += 20) tasks.push(addTask(seconds * 1000));
  harness.server.beforeResponse = () => pass(25_000);
  for (let poll = 0; poll < 20; poll++) await poller.poll();
  await rowsOfPoll(poller, HOUR_MS);
  expect(idsOf(poller).sort((a, b) => Number(a) - Number(b))).toEqual(tasks);
});

it('reads few rows again after a poll at which the Date of the server was a day behind', async () => {
  const poller = await watching('taskOverdue');
  const tasks: number[] = [];
  const rows: number[] = [];
  for (let poll = 0; poll < 20; poll++) {
    tasks.push(addTask(1000));
    harness.server.dateAhead = poll === 5 ? -24 * HOUR_MS : 0;
    rows.push(await rowsOfPoll(poller, 5 * MINUTE_MS));
  }
  expect(idsOf(poller)).toEqual(tasks);
  expect(Math.max(...rows.slice(-10))).toBeLessThan(4);
});

it('leaves the state as it is when a response does not carry the time of the server', async () => {
  const poller = await watching('requestStarted');
  const first = start();
  await poller.poll();
  const state = () => JSON.stringify(poller.staticData);
  const before = state();
  const second = start();
  harness.server.hasDate = false;
  pass(MINUTE_MS);
  await poller.poll();
  expect(poller.errors).toMatchObject([
    { message: "The response of ProcessMaker does not contain the server's time" },
  ]);
  expect(state()).toBe(before);
  harness.server.hasDate = true;
  await poller.poll();
  expect(idsOf(poller)).toEqual([first, second]);
});
