import type { IDataObject } from 'n8n-workflow';
import type { Poller } from '../../support/poller';
import { useSimulatedHarness } from '../../support/simulated-harness';

const harness = useSimulatedHarness();

const PROCESS = 4;
/** Of one poll. */
const MOST_CALLS = 500;

/** What a hostile server is asked: the ids behind which the rows are to be, and the window of time, in milliseconds. */
interface Asked {
  after: number;
  from: number;
  to: number;
}

function askedIn(url: string): Asked {
  const pmql = new URL(url, 'http://x').searchParams.get('pmql') ?? '';
  const [from, to] = ['>=', '<='].map((sign) =>
    Date.parse(new RegExp(`${sign} "([^"]+)"`).exec(pmql)?.[1] ?? ''),
  );
  return { after: Number(/id > (\d+)/.exec(pmql)?.[1] ?? 0), from: from || 0, to: to || Infinity };
}

const requestAt = (id: number, time: number, status = 'ACTIVE'): IDataObject => ({
  id,
  status,
  process_id: PROCESS,
  case_number: id,
  created_at: new Date(time).toISOString(),
  updated_at: new Date(time).toISOString(),
  completed_at: new Date(time).toISOString(),
  errors: null,
});

/** So many Requests that begin with an id. */
const requests = (first: number, time: number, count = 100) =>
  Array.from({ length: count }, (_, index) => requestAt(first + index, time));

const listOf = (data: IDataObject[], meta: IDataObject = {}) => ({
  data,
  meta: { last_page: Math.max(1, Math.ceil(data.length / 100)), total: data.length, per_page: 100, ...meta },
});

const many = { last_page: 10_000, total: 1_000_000 };

/** Answers every search for new rows; what is asked by id is answered by the server. */
function answer(body: (asked: Asked) => IDataObject): void {
  harness.server.interfere = async (reply) => {
    const { url } = reply.request;
    if (!decodeURIComponent(url).includes('id IN')) await reply.send(body(askedIn(url)));
  };
}

async function watching(eventType = 'requestStarted'): Promise<Poller> {
  // The trigger learns the time of the rows from this one.
  harness.server.insertRequest(1, PROCESS, harness.server.now);
  const poller = harness.watcher({ triggerOn: [eventType] });
  await poller.activate();
  return poller;
}

describe.each<[string, (asked: Asked) => IDataObject, RegExp, string?]>([
  [
    'rows at or below the id behind which it asked',
    ({ from }) => listOf(requests(1, from), many),
    /gives the id 1 where only ids above \d+ were asked for/,
  ],
  [
    'a page that repeats',
    ({ from }) => listOf([...requests(1, from, 50), ...requests(1, from, 50)]),
    /is not in the order of the ids/,
  ],
  [
    'rows in the wrong order',
    ({ from }) => listOf(requests(1, from).toReversed()),
    /is not in the order of the ids/,
  ],
  ['a total that is not there', () => listOf([], many), /says that it has found 1000000, and gives 0/],
  [
    'a total that is too small',
    ({ after, from }) => listOf(requests(after + 1, from), { total: 1 }),
    /says that it has found 1, and gives 100/,
  ],
  [
    'the last page 1e300',
    ({ after, from }) => listOf(requests(after + 1, from), { last_page: 1e300 }),
    /is not a list in the form that ProcessMaker gives it/,
  ],
  [
    'more pages than rows',
    ({ after, from }) => listOf(requests(after + 1, from), { last_page: 1_000_000 }),
    /says that it has 1000000 pages for 100 entries/,
  ],
  [
    'rows from before the time it asked for',
    ({ after, from }) => listOf(requests(after + 1, from - 1000)),
    /gives created .*, which was not asked for/,
  ],
  [
    'rows from after the time it asked for',
    ({ after, to }) =>
      listOf(requests(after + 1, to === Infinity ? Date.UTC(2030, 1) : to + 1000, 100), many),
    /gives created .*, which was not asked for/,
  ],
  [
    'Requests in another status',
    ({ after, from }) => listOf(requests(after + 1, from, 3)),
    /gives the status ACTIVE where only Error was asked for/,
    'requestErrored',
  ],
  [
    'a total for each second that is not there',
    ({ after, from }) => (after > 0 ? listOf([]) : listOf(requests(1, from), many)),
    /says that it has found 1000000, and gives 100/,
  ],
  [
    'fewer pages than it says, with a total of none',
    ({ after, from }) => (after > 0 ? listOf([]) : listOf(requests(1, from), { last_page: 2, total: 199 })),
    /says that it has found 199, and gives 100/,
  ],
  [
    'rows without end, also in the time to come',
    ({ from, to }) => (from === to ? listOf([requestAt(1, from)]) : listOf(requests(1, from), many)),
    /from after .*, which is still to come/,
  ],
])('a server that gives %s', (_, body, message, eventType) => {
  it('ends the poll with a sentence, and with the right answers again goes on where it was', async () => {
    const poller = await watching(eventType);
    const before = JSON.stringify(poller.staticData);
    const { calls } = harness.server;
    answer(body);
    await poller.poll();
    expect(harness.server.calls - calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(poller.errors).toEqual([
      expect.objectContaining({ message: expect.stringMatching(message) as string }),
    ]);
    expect((poller.errors[0] as Error & { description: string }).description).toMatch(/\.$/);
    expect(poller.items).toEqual([]);
    expect(JSON.stringify(poller.staticData)).toBe(before);
    harness.server.interfere = () => Promise.resolve();
    harness.server.insertRequest(2, PROCESS, harness.server.now);
    harness.server.update('requests', 2, harness.server.now, { status: 'ERROR' });
    await poller.poll();
    expect(poller.items).toMatchObject([{ id: 2 }]);
  });
});

describe('a server without end', () => {
  it('makes a limited number of calls in a poll, and keeps what it has read', async () => {
    const poller = await watching('requestErrored');
    harness.server.now += 3_600_000;
    // Each second holds a row that is no event, so that nothing fills the poll.
    const errors = [{ message: 'Long ago.', created_at: '2020-01-01T00:00:00Z' }];
    const old = (id: number, time: number) => ({ ...requestAt(id, time, 'ERROR'), errors });
    answer(({ from, to }) =>
      from === to
        ? listOf([old(1, from)])
        : listOf(
            requests(1, from).map(({ id }) => old(Number(id), from)),
            many,
          ),
    );
    const before = JSON.stringify(poller.staticData);
    const { calls } = harness.server;
    await poller.poll();
    expect(poller.errors).toEqual([]);
    expect(harness.server.calls - calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(JSON.stringify(poller.staticData)).not.toBe(before);
  });
});
