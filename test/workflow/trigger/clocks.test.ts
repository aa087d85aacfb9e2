import type { Poller } from '../../support/poller';
import { useSimulatedHarness } from '../../support/simulated-harness';

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

/** A Task that nobody does in time. */
function addTask(dueInMs: number): number {
  const requestId = start();
  lastId += 1;
  harness.server.insertTask(lastId, requestId, PROCESS, harness.server.now, harness.server.now + dueInMs);
  return lastId;
}

async function watching(kind: string): Promise<Poller> {
  const poller = harness.watcher({ triggerOn: [kind] });
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

describe('after many events at once, and nothing since', () => {
  it.each([15_000, 60_000, 3_600_000])(
    'a poll reads nothing any more, when polled each %d ms',
    async (each) => {
      const poller = await watching('requestStarted');
      for (let count = 0; count < 400; count++) start();
      for (let time = 0; time <= Math.max(300_000, 2 * each); time += each) await rowsOfPoll(poller, each);
      expect(poller.items).toHaveLength(400);
      expect(await rowsOfPoll(poller, each)).toBe(0);
      start();
      // Its row, and once more with what lists do not show.
      expect(await rowsOfPoll(poller, each)).toBe(2);
      expect(poller.items).toHaveLength(401);
    },
  );

  it('what becomes visible two minutes late is still found', async () => {
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

describe.each(['requestStarted', 'taskOverdue'])('of the kind %s nothing is lost', (kind) => {
  const make = () => (kind === 'taskOverdue' ? addTask(30_000) : start());

  /** Polls each minute while things happen, and what is to be done before a poll. */
  async function watch(before: (poll: number) => void): Promise<void> {
    const poller = await watching(kind);
    const ids: number[] = [];
    for (let poll = 0; poll < 30; poll++) {
      // Long enough nothing happens for the passing of time to count alone.
      if (poll < 2 || poll > 8) ids.push(make());
      before(poll);
      await rowsOfPoll(poller);
    }
    harness.server.dateAhead = 0;
    await rowsOfPoll(poller);
    expect(idsOf(poller).sort((a, b) => Number(a) - Number(b))).toEqual(ids);
  }

  it.each([7, 8, 9, 12])(
    "when the server's Date is ten minutes ahead at poll %d, and right again",
    async (bad) => {
      await watch((poll) => {
        harness.server.dateAhead = poll === bad ? 10 * MINUTE_MS : 0;
      });
    },
  );

  it('when every other answer comes from a gateway that is five minutes ahead', async () => {
    await watch((poll) => {
      harness.server.dateAhead = poll % 2 === 1 ? 5 * MINUTE_MS : 0;
    });
  });

  it.each([-14 * HOUR_MS, -10_000, 14 * HOUR_MS])("when n8n's own clock is set by %d ms", async (by) => {
    await watch((poll) => {
      if (poll === 8) own += by;
    });
  });
});

it('a gateway that is always ahead does not let the passing of time run ahead of the rows', async () => {
  harness.server.dateAhead = 10 * MINUTE_MS;
  const poller = await watching('requestStarted');
  // The first poll has to believe it.
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

it('what becomes due after the trigger began from now again is given, though the Date was ahead then', async () => {
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

it('what was given early, since the Date was ahead, is not given again when the trigger begins from now', async () => {
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

it('nor is it taken for past when there is too much that was due just before to be read at once', async () => {
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

it('what becomes due while a slow server is read for minutes is given', async () => {
  const poller = await watching('taskOverdue');
  const tasks = Array.from({ length: 600 }, () => addTask(1000));
  pass(MINUTE_MS);
  for (let seconds = 5; seconds < 3000; seconds += 20) tasks.push(addTask(seconds * 1000));
  harness.server.beforeResponse = () => pass(25_000);
  for (let poll = 0; poll < 20; poll++) await poller.poll();
  await rowsOfPoll(poller, HOUR_MS);
  expect(idsOf(poller).sort((a, b) => Number(a) - Number(b))).toEqual(tasks);
});

it("a poll is cheap again after one at which the server's Date was a day behind", async () => {
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

it("a poll whose answer does not carry the server's time leaves the state alone", async () => {
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
    { message: "The answer of ProcessMaker does not carry the server's time" },
  ]);
  expect(state()).toBe(before);
  harness.server.hasDate = true;
  await poller.poll();
  expect(idsOf(poller)).toEqual([first, second]);
});
