import { startProcessMaker, type JsonObject, type ProcessMaker } from '../../processmaker';

const NOW = new Date('2026-03-10T12:00:00Z');

let processMaker: ProcessMaker;

async function call(path: string, body?: JsonObject, token = processMaker.tokens.admin) {
  const response = await fetch(`${processMaker.url}/api/1.0${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as JsonObject };
}

/** The ids of the Requests that a query finds, or the status of a refusal. */
async function find(pmql: string, token?: string): Promise<number[] | number> {
  const { status, body } = await call(
    `/requests?order_by=id&pmql=${encodeURIComponent(pmql)}`,
    undefined,
    token,
  );
  return status === 200 ? (body['data'] as { id: number }[]).map(({ id }) => id) : status;
}

beforeAll(async () => {
  processMaker = await startProcessMaker({ now: () => NOW });
  await call('/process_events/2?event=node_1', {
    key: 'Key-1',
    number: 5,
    numeric: '5',
    yes: true,
    nothing: null,
    list: ['x', 'y'],
    nested: { key: 'deep' },
    long: 'L'.repeat(300),
    quote: 'say "hi"',
    back: 'a\\b',
    when: '2026-03-10 05:00:00',
    _n8n_key: 'run.0.1',
  });
  await call('/process_events/4?event=node_1', { key: 'other', number: 50 }, processMaker.tokens.limited);
  await call('/process_events/16?event=node_1', {});
});

afterAll(() => processMaker.close());

test.each<[string, number[] | number]>([
  ['data.key = "Key-1"', [1]],
  ['data.key = "key-1"', []],
  ['lower(data.key) = "key-1"', [1]],
  ['data.key LIKE "Key%"', [1]],
  ['data.key like "key%"', []],
  ['data.key != "Key-1"', [2]],
  ['data.key IN ["Key-1","other"]', [1, 2]],
  ['data.key NOT IN ["Key-1"]', [2]],
  ['data.number = 5', [1]],
  ['data.number = "5"', [1]],
  ['data.numeric = 5', [1]],
  ['data.number > 9', [2]],
  ['CAST(data.number AS number) < 10', [1]],
  ['data.yes = "true"', [1]],
  ['data.nothing = "null"', [1]],
  ['data.list = "x"', []],
  ['data.list[0] = "x"', [1]],
  ['data.nested.key = "deep"', [1]],
  [`data.long = "${'L'.repeat(300)}"`, []],
  [`data.long = "${'L'.repeat(255)}"`, [1]],
  ['data.quote = "say \\"hi\\""', []],
  ['data.back = "a\\\\b"', []],
  ['data._n8n_key LIKE "run.0.%"', [1]],
  ['data._user.username = "limited"', [1]],
  ['status = "In Progress"', [1]],
  ['status = "ERROR"', [3]],
  ['status IN ["Completed","Error"]', [2, 3]],
  ['request = "C start to end"', [2]],
  ['requester = "limited"', [2]],
  ['participant = "limited"', [1, 2]],
  ['requester = "stranger"', 400],
  ['id = 1 OR id = 2 AND process_id = 16', [1]],
  ['(id = 1 OR id = 2) AND process_id = 4', [2]],
  ['fulltext LIKE "%KEY-1%"', [1]],
  ['created > NOW -1 HOUR', [1, 2, 3]],
  ['created > NOW +1 HOUR', []],
  ['updated_at >= "2026-03-10T14:00:00+02:00"', [1, 2, 3]],
  ['updated_at >= "2026-03-10T12:00:01Z"', []],
  ['updated > "2026-03-10"', 500],
  ['process = "x"', 500],
  ['data.0.key = "x"', 500],
  ['_request.id = 1', 500],
  ['data.key-dash = 3', 400],
  ['data.yes = true', 400],
  ["data.key = 'Key-1'", 400],
  ['data.key <> "x"', 400],
  ['data.key = "x" ORDER BY id', 400],
])('%s finds %j', async (pmql, found) => {
  expect(await find(pmql)).toEqual(found);
});

test('a time without a zone is read in the time zone of the token user', async () => {
  // The administrator lives in Los Angeles: 05:00 there is 12:00 UTC.
  expect(await find('updated_at >= "2026-03-10 05:00:01"')).toEqual([]);
  expect(await find('updated_at >= "2026-03-10 05:00:00"')).toEqual([1, 2, 3]);
  expect(await find('updated_at >= "2026-03-10 05:00:01"', processMaker.tokens.operator)).toEqual([1, 2, 3]);
  // Values in data are converted too, and then no longer found.
  expect(await find('data.when = "2026-03-10 05:00:00"')).toEqual([]);
});

test('others see only what they took part in', async () => {
  expect(await find('id > 0', processMaker.tokens.nobody)).toEqual([]);
  expect(await find('id > 0', processMaker.tokens.limited)).toEqual([1, 2]);
});
