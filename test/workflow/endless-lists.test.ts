import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { respond } from '../support/gateway';
import { useHarness } from '../support/harness';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';

const harness = useHarness();

/** What a list is asked for. */
interface Asked {
  page: number;
  perPage: number;
  /** The id behind which the entries are to be; 0 for none. */
  border: number;
  isDescending: boolean;
}

/** An entry as each of the lists may hold it. */
const entry = (id: number): IDataObject => ({
  id,
  status: 'ACTIVE',
  username: `user-${id}`,
  name: `Entry ${id}`,
  case_number: id,
});

const entries = (first: number, count: number, step = 1) =>
  Array.from({ length: count }, (_, index) => entry(first + index * step));

const listOf = (data: IDataObject[], meta: IDataObject = {}) => ({
  data,
  meta: { total: data.length, last_page: 1, per_page: 100, ...meta },
});

let calls = 0;
function answer(body: (asked: Asked) => IDataObject): void {
  calls = 0;
  harness.gateway.treat = ({ path }) => {
    calls += 1;
    const query = new URL(path, harness.gateway.url).searchParams;
    const asked = {
      page: Number(query.get('page')),
      perPage: Number(query.get('per_page')),
      border: Number(/id [<>] (\d+)/.exec(query.get('pmql') ?? '')?.[1] ?? 0),
      isDescending: query.get('order_direction') === 'desc',
    };
    return respond(200, body(asked));
  };
}

async function list(operation: string, parameters: INodeParameters) {
  const run = await harness.perform(`${operation} getAll`, parameters, {
    user: 'admin',
    settings: ERROR_OUTPUT,
  });
  return { ids: run.items('ProcessMaker').map(({ id }) => id), failed: failedItems(run) };
}

const ALL = { returnAll: true };
const BY_NAME = { ...ALL, sort: { by: { field: 'name', direction: 'asc' } } };
const LISTS: Array<[string, INodeParameters]> = [
  ['request', ALL],
  ['request', BY_NAME],
  ['task', ALL],
  ['process', { ...ALL, show: 'all' }],
  ['process', { ...ALL, show: 'startable' }],
  ['user', ALL],
];

/** Entries behind what was asked for, so many as a page holds. */
const behind = ({ page, perPage, border, isDescending }: Asked): IDataObject[] => {
  if (border > 0) return entries(isDescending ? border - 1 : border + 1, perPage, isDescending ? -1 : 1);
  const step = isDescending ? -1 : 1;
  return entries(1_000_000_000 + (page - 1) * perPage * step, perPage, step);
};

describe.each(LISTS)('the list of each %s with %j', (operation, parameters) => {
  it.each<[string, (asked: Asked) => IDataObject]>([
    ['the last page 1e300', (asked) => listOf(behind(asked), { total: 1e300, last_page: 1e300 })],
    ['always one page more', (asked) => listOf(behind(asked), { total: 100, last_page: asked.page + 1 })],
    [
      'a million pages for a few entries',
      (asked) => listOf(behind(asked), { total: 5, last_page: 1_000_000 }),
    ],
  ])('reports that ProcessMaker tells of %s', async (_, body) => {
    answer(body);
    const { failed, ids } = await list(operation, parameters);
    expect(ids).toEqual([]);
    expect(failed).toEqual([
      expect.objectContaining({ text: expect.stringMatching(/form that|says that/) as string }),
    ]);
    expect(calls).toBeLessThan(5);
  });

  it('reports a page that holds more than it was asked for', async () => {
    answer((asked) => listOf(behind({ ...asked, perPage: 200_000 }), { per_page: asked.perPage }));
    const { failed, ids } = await list(operation, parameters);
    expect(ids).toEqual([]);
    expect(failed).toMatchObject([
      { text: expect.stringMatching(/gives 200000 entries where \d+ were asked for/) as string },
    ]);
    expect(calls).toBe(1);
  });

  it('ends when every page is the same', async () => {
    answer(({ perPage, isDescending }) =>
      listOf(entries(isDescending ? 500 : 1, perPage, isDescending ? -1 : 1), { total: 1e9, last_page: 1e7 }),
    );
    await list(operation, parameters);
    expect(calls).toBeLessThan(6);
  });

  it('ends when the pages are empty', async () => {
    answer(() => listOf([], { total: 1e9, last_page: 1e7 }));
    await list(operation, parameters);
    expect(calls).toBeLessThan(6);
  });

  it('returns no more than the limit, whatever ProcessMaker gives', async () => {
    answer((asked) => listOf(behind(asked), { total: 1e9, last_page: 1e7 }));
    const { ids } = await list(operation, { ...parameters, returnAll: false, limit: 3 });
    expect(ids).toHaveLength(3);
    expect(calls).toBe(1);
  });
});

it('returns all of a list of 5,000', async () => {
  const total = 5000;
  const pageOf = (left: number, asked: Asked) =>
    listOf(behind({ ...asked, perPage: Math.min(asked.perPage, left) }), {
      total: left,
      last_page: Math.ceil(left / asked.perPage),
    });
  answer((asked) => {
    const done =
      asked.border > 0 ? Math.abs(asked.border - 1_000_000_000) + 1 : (asked.page - 1) * asked.perPage;
    const page = pageOf(Math.min(asked.perPage, total - done), asked);
    const left = asked.border > 0 ? total - done : total;
    return { ...page, meta: { ...page.meta, total: left, last_page: Math.ceil(left / asked.perPage) } };
  });
  for (const [operation, parameters] of LISTS.filter(([, given]) => given !== BY_NAME)) {
    const { ids, failed } = await list(operation, parameters);
    expect(failed).toEqual([]);
    expect(new Set(ids).size).toBe(total);
  }
});

it('reports a list of Requests that is not in the order of the ids', async () => {
  answer(() => listOf(entries(1, 100)));
  const { failed } = await list('request', ALL);
  expect(failed).toMatchObject([{ text: expect.stringContaining('not in the order of the ids') as string }]);
});

describe('a search that something on the way ignores', () => {
  const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
  const endless = (row: (id: number) => IDataObject) =>
    answer(({ page, perPage }) => {
      const rows = Array.from({ length: perPage }, (_, index) => ({
        ...entry((page - 1) * perPage + index + 1),
        ...row(index),
      }));
      return listOf(rows, { total: 1e9, last_page: 1e7 });
    });
  const summaryWith = (key: string) => [{ key: '_n8n_key', type: 'text', value: key }];

  it.each<[string, (id: number) => IDataObject]>([
    ['Requests of other processes', () => ({ process_id: 3, summary: summaryWith('u.order-1.0.a.0') })],
    ['Requests with other keys', () => ({ process_id: 2, summary: summaryWith('u.order-2.0.a.0') })],
  ])('is noticed at the first page of %s, before anything is started', async (_, row) => {
    endless(row);
    const run = await harness.start(
      { ...TARGET, options: { idempotencyKey: 'order-1' } },
      { settings: ERROR_OUTPUT },
    );
    expect(failedItems(run)).toMatchObject([
      { outcome: 'notStarted', text: expect.stringContaining('not searched for') as string },
    ]);
    expect(calls).toBe(1);
    expect(harness.starts()).toEqual([]);
  });

  it('is noticed where a case number is looked up', async () => {
    endless(() => ({ case_number: 5 }));
    const request = locator('caseNumber', 77);
    const run = await harness.perform('request get', { request }, { user: 'admin', settings: ERROR_OUTPUT });
    expect(failedItems(run)[0]?.text).toContain('not searched for');
    expect(calls).toBe(1);
  });

  it('ends a list that goes on far beyond what its first page has told', async () => {
    answer(({ page, perPage }) =>
      listOf(entries((page - 1) * perPage + 1, perPage), {
        total: page === 1 ? 200 : 1e9,
        last_page: page === 1 ? 2 : 1e7,
      }),
    );
    const { ids, failed } = await list('user', ALL);
    expect(ids).toEqual([]);
    expect(failed[0]?.text).toContain('goes on after 1,220 entries');
    expect(calls).toBeLessThan(20);
  });
});
