import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { respond } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

let now = new Date('2026-11-24T12:00:00Z');
const harness = useHarness({ now: () => now });

const START = { processId: 2, user: 'limited' as User, data: {} as IDataObject, at: '2026-11-24T12:00:00Z' };
let batch = '';

/** Starts Requests that a filter on their data can tell from those of other tests; gives their ids. */
async function started(...starts: Array<Partial<typeof START>>): Promise<number[]> {
  batch = `batch-${Math.random().toString(36).slice(2)}`;
  const ids: number[] = [];
  for (const { processId, user, data, at } of starts.map((start) => ({ ...START, ...start }))) {
    now = new Date(at);
    const parameters = { process: locator('id', processId), startEvent: locator('id', 'node_1') };
    const run = await harness.start(parameters, { input: [{ batch, ...data }], user });
    ids.push(Number(run.items('ProcessMaker')[0]?.id));
  }
  harness.gateway.calls = [];
  return ids;
}

const getMany = (parameters: INodeParameters, input: IDataObject[] = [{}], user: User = 'admin') =>
  harness.perform('request getAll', parameters, { input, user, settings: ERROR_OUTPUT });

/** The ids of what a filter finds among the Requests of the test. */
async function found(filters: INodeParameters, parameters: INodeParameters = {}): Promise<unknown[]> {
  const pmql = `data.batch = "${batch}"${filters.pmql ? ` AND (${filters.pmql as string})` : ''}`;
  const run = await getMany({ ...parameters, filters: { ...filters, pmql } });
  expect(failedItems(run)).toEqual([]);
  return run.items('ProcessMaker').map(({ id }) => id);
}

const queries = () => harness.gateway.calls.map(({ path }) => new URL(path, 'http://x').searchParams);

describe('returned Requests', () => {
  it('returns Requests newest first, in the form of Get, and paired with the item', async () => {
    const [first, second] = await started({}, {});
    const run = await getMany({ filters: { pmql: `data.batch = "${batch}"` } });
    expect(run.outputs('ProcessMaker')[0]).toMatchObject([
      {
        json: { id: second, status: 'ACTIVE', processName: 'A single start with form' },
        pairedItem: { item: 0 },
      },
      { json: { id: first }, pairedItem: { item: 0 } },
    ]);
    expect(Object.keys(run.items('ProcessMaker')[0] ?? {})).toHaveLength(9);
  });

  it('returns the data, participants and tasks of Requests when asked to, or all that ProcessMaker gives', async () => {
    await started({ data: { x: 1 } });
    const filters = { pmql: `data.batch = "${batch}"` };
    const options = { includeData: true, includeParticipants: true, includeTasks: true };
    expect((await getMany({ filters, options })).items('ProcessMaker')).toMatchObject([
      { data: { x: 1 }, participants: [{ username: 'limited' }], tasks: [{ name: 'Form Task' }] },
    ]);
    expect((await getMany({ filters, options: { simplify: false } })).items('ProcessMaker')).toMatchObject([
      { callable_id: 'ProcessId' },
    ]);
  });

  it('searches for Requests once for each item', async () => {
    const ids = await started({ data: { x: 1 } }, { data: { x: 2 } });
    const filters = { pmql: `=data.batch = "${batch}" AND data.x = {{ $json.x }}` };
    const run = await getMany({ filters }, [{ x: 2 }, { x: 3 }, { x: 1 }]);
    expect(run.outputs('ProcessMaker')[0]).toMatchObject([
      { json: { id: ids[1] }, pairedItem: { item: 0 } },
      { json: { id: ids[0] }, pairedItem: { item: 2 } },
    ]);
  });

  it('returns only Requests that the user may see', async () => {
    await started({ user: 'admin', processId: 4 });
    const run = await getMany({ filters: { pmql: `data.batch = "${batch}"` } }, [{}], 'nobody');
    expect(run.items('ProcessMaker')).toEqual([]);
  });
});

describe('the number of Requests', () => {
  const COUNT = 130;
  let ids: number[];

  beforeAll(async () => {
    const parameters = { process: locator('id', 4), startEvent: locator('id', 'node_1') };
    const input = Array.from({ length: COUNT }, (_, number) => ({ many: 'yes', number: number % 7 }));
    const run = await harness.start(
      { ...parameters, options: { requestsInParallel: 50 } },
      { input, user: 'admin' },
    );
    ids = run
      .items('ProcessMaker')
      .map(({ id }) => Number(id))
      .sort((a, b) => b - a);
  });

  const many = async (parameters: INodeParameters) => {
    const run = await getMany({ filters: { pmql: 'data.many = "yes"' }, ...parameters });
    return run.items('ProcessMaker').map(({ id }) => id);
  };

  it('returns 50 Requests by default', async () => {
    expect(await many({})).toEqual(ids.slice(0, 50));
    expect(harness.gateway.calls).toHaveLength(1);
  });

  it("returns as many Requests as 'Limit' says, also more than a page holds", async () => {
    expect(await many({ limit: 3 })).toEqual(ids.slice(0, 3));
    expect(await many({ limit: 120 })).toEqual(ids.slice(0, 120));
    expect(queries().map((query) => query.get('per_page'))).toEqual(['3', '100', '20']);
  });

  it("returns all Requests with 'Return All', in either order", async () => {
    expect(await many({ returnAll: true })).toEqual(ids);
    const sort = { by: { field: 'id', direction: 'asc' } };
    expect(await many({ returnAll: true, sort })).toEqual(ids.toReversed());
    expect(harness.gateway.calls).toHaveLength(4);
  });

  it('returns every Request although some leave the list between two pages', async () => {
    const leaving = ids.slice(0, 20);
    let pages = 0;
    harness.gateway.treat = () => {
      if (++pages === 2) for (const id of leaving) harness.server.failRequest(id, 'It broke down.');
      return undefined;
    };
    const filters = { pmql: 'data.many = "yes"', statuses: ['COMPLETED'] };
    expect(await many({ returnAll: true, filters })).toEqual(ids);
  });

  it('returns all or some Requests in the order of another field', async () => {
    const sort = { by: { field: 'case_number', direction: 'asc' } };
    expect(await many({ returnAll: true, sort })).toEqual(ids.toReversed());
    expect(await many({ limit: 110, sort })).toEqual(ids.toReversed().slice(0, 110));
    // The server sorts.
    expect(queries().map((query) => query.get('order_by'))).toEqual(Array(4).fill('case_number'));
  });

  it.each(['case_number', 'status'])(
    'returns every Request in the order of %s although some leave the list between two pages',
    async (field) => {
      const filters = { pmql: 'data.many = "yes"', statuses: ['COMPLETED'] };
      const completed = await many({ returnAll: true, filters });
      let pages = 0;
      harness.gateway.treat = () => {
        if (++pages === 2)
          for (const id of completed.slice(0, 5)) harness.server.failRequest(Number(id), 'It broke down.');
        return undefined;
      };
      const sort = { by: { field, direction: 'desc' } };
      const found = await many({ returnAll: true, filters, sort });
      expect([...found].sort((a, b) => Number(b) - Number(a))).toEqual(completed);
    },
  );

  it.each([0, 1.5, -1])('refuses the limit %s before any call', async (limit) => {
    const run = await getMany({ limit: `={{ ${limit} }}` });
    expect(failedItems(run)).toMatchObject([{ text: expect.stringContaining("'Limit'") as string }]);
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('filters of Requests', () => {
  it('finds Requests of several processes, from the list or by expression', async () => {
    const [form, end, other] = await started({}, { processId: 4, user: 'admin' }, { processId: 13 });
    expect(await found({ processes: [2, 4] })).toEqual([end, form]);
    expect(await found({ processes: '={{ "13, 2" }}' })).toEqual([other, form]);
    expect(await found({ processes: '={{ 13 }}' })).toEqual([other]);
    expect(await found({ processes: [] })).toHaveLength(3);
  });

  it('finds Requests in several statuses', async () => {
    const [active, completed, canceled, errored] = await started({}, { processId: 4, user: 'admin' }, {}, {});
    harness.server.cancelRequest(canceled ?? 0);
    harness.server.failRequest(errored ?? 0, 'It broke down.');
    expect(await found({ statuses: ['ACTIVE'] })).toEqual([active]);
    expect(await found({ statuses: ['CANCELED', 'ERROR'] })).toEqual([errored, canceled]);
    expect(await found({ statuses: '={{ "completed" }}' })).toEqual([completed]);
  });

  it('finds Requests by the user name or the id of their requester', async () => {
    const [limited, admin] = await started({}, { user: 'admin' });
    expect(await found({ requester: 'limited' })).toEqual([limited]);
    expect(await found({ requester: '1' })).toEqual([admin]);
    expect(await found({ requester: '={{ 3 }}' })).toEqual([limited]);
  });

  it('finds Requests by start times in any form, without the end of the period', async () => {
    const [first, second] = await started({ at: '2026-11-24T08:00:00Z' }, { at: '2026-11-24T09:00:00Z' });
    expect(await found({ startedAfter: '2026-11-24T09:00:00Z' })).toEqual([second]);
    expect(await found({ startedBefore: '2026-11-24T10:00:00+01:00' })).toEqual([first]);
    expect(
      await found({ startedAfter: '2026-11-24T08:00:00.000Z', startedBefore: '2026-11-24T08:00:01Z' }),
    ).toEqual([first]);
    expect(await found({ startedAfter: '={{ $now.set({ year: 2020 }) }}', startedBefore: '' })).toHaveLength(
      2,
    );
  });

  it('reads a filter time without a zone in the zone of the workflow', async () => {
    // n8n's own when nothing else is set: New York.
    const ids = await started({ at: '2026-11-24T08:00:00Z' });
    const times = { startedAfter: '2026-11-24T03:00:00', startedBefore: '2026-11-24T03:00:01' };
    expect(await found(times)).toEqual(ids);
  });

  it('finds Requests by their last change', async () => {
    const [first, second] = await started({ at: '2026-11-24T08:00:00Z' }, { at: '2026-11-24T08:00:00Z' });
    now = new Date('2026-11-24T11:00:00Z');
    harness.server.cancelRequest(first ?? 0);
    expect(await found({ updatedAfter: '2026-11-24T10:00:00Z' })).toEqual([first]);
    expect(await found({ updatedBefore: '2026-11-24T10:00:00Z' })).toEqual([second]);
  });

  it('finds Requests by text in their data', async () => {
    const [, second] = await started({ data: { order: 'A "1"' } }, { data: { order: 'B & 50%/2' } });
    expect(await found({ text: ' b & 50' })).toEqual([second]);
    expect(await found({ text: '' })).toHaveLength(2);
  });

  it.each(['"1"', 'it\'s "so"', 'back\\slash', 'one\ntwo', 'a\ttab', '\\"', 'é "ü"'])(
    'finds Requests by the text %j in their data',
    async (text) => {
      const [, wanted] = await started({ data: { order: 'none' } }, { data: { order: `[ ${text} ]` } });
      expect(await found({ text: `={{ ${JSON.stringify(text)} }}` })).toEqual([wanted]);
    },
  );

  it('combines the PMQL of the user with the other filters in brackets', async () => {
    const [first] = await started({ data: { x: 1 } }, { data: { x: 2 } }, { data: { x: 1 } });
    harness.server.cancelRequest(first ?? 0);
    const run = await getMany({
      filters: { pmql: `data.x = 9 OR data.batch = "${batch}"`, statuses: ['CANCELED'] },
    });
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual([first]);
  });
});

describe('filters that PMQL cannot express', () => {
  it.each<[INodeParameters, RegExp]>([
    [{ requester: 'o"brien' }, /'Requester'.*cannot search for double quotes/],
    [{ requester: 'x'.repeat(256) }, /'Requester' is 256 characters/],
    [{ startedAfter: 'yesterday' }, /'Started After' holds "yesterday", which is no date/],
    [{ updatedBefore: '24.11.2026' }, /'Updated Before'.*no date/],
    [{ processes: '={{ ["Orders"] }}' }, /'Process Names or IDs' holds "Orders"/],
    [{ statuses: '={{ "open" }}' }, /'Status' holds "OPEN"/],
    [{ pmql: 'id > 1) OR (id < 5' }, /'PMQL' has a bracket/],
    [{ pmql: '(id > 1' }, /'PMQL' has a bracket/],
    [{ pmql: 'data.x = "a' }, /'PMQL' has a bracket or a quote/],
    [{ pmql: 'data.x = "say \\"hi\\""' }, /'PMQL' looks for "say \\"hi\\"", .*cannot search for quotes/],
    [{ pmql: 'data.x = "a\\\\b"' }, /'PMQL' looks for .*backslashes/],
    [{ pmql: '={{ $json.nothing }}' }, /filter 'PMQL' has no value/],
    [{ text: '={{ $json.nothing }}' }, /filter 'Text' has no value/],
    [{ text: ' <b></b>{{}} ' }, /filter 'Text' holds nothing but HTML tags and double braces/],
    [{ text: '={{ true }}' }, /filter 'Text' holds a value of type boolean/],
    [{ requester: '={{ [] }}' }, /filter 'Requester' holds a list/],
    [{ startedAfter: '={{ null }}' }, /filter 'Started After' has no value/],
    ...['processes', 'statuses', 'text', 'requester', 'pmql', 'startedAfter'].flatMap((name) =>
      ['={{ [$json.nope] }}', '={{ [""] }}', '={{ ({}) }}', '={{ [null] }}'].map(
        (nothing): [INodeParameters, RegExp] => [
          { [name]: nothing },
          /has no value|holds something that is neither|holds a (list|value)|no date/,
        ],
      ),
    ),
    [{ processes: '={{ "" }}' }, /'Process Names or IDs' has no value/],
    [{ statuses: '={{ [" ", ""] }}' }, /'Status' has no value/],
    [{ processes: '={{ [4, { id: 2 }] }}' }, /'Process Names or IDs' holds something that is neither/],
  ])('refuses the filters %j before any call', async (filters, message) => {
    const run = await getMany({ filters });
    expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string }]);
    expect(harness.gateway.calls).toEqual([]);
  });

  it('accepts brackets within a text of PMQL', async () => {
    await started({ data: { x: 'a) or (b' } });
    expect(await found({ pmql: 'data.x = "a) or (b"' })).toHaveLength(1);
  });
});

describe('searches that ProcessMaker does not accept', () => {
  it.each<[string, INodeParameters, RegExp, number]>([
    ['invalid syntax', { pmql: 'id ==== 1' }, /search by 'PMQL'.*invalid syntax/s, 400],
    [
      'an unknown field',
      { pmql: 'updated > "2026-01-01T00:00:00Z"' },
      /Most likely 'PMQL' names a field/,
      500,
    ],
    ['an unknown requester', { requester: 'no.such' }, /search by 'Requester'.*does not exist/s, 400],
    ['an apostrophe', { requester: "o'brien" }, /search by 'Requester'.*does not exist/s, 400],
    ['PMQL or a requester', { requester: 'no.such', pmql: 'id > 1' }, /search by 'PMQL' or 'Requester'/, 400],
  ])('explains that a search for Requests fails because of %s', async (_, filters, message, httpStatus) => {
    const run = await getMany({ filters });
    expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string, httpStatus }]);
    expect(run.items('ProcessMaker')).toEqual([]);
  });

  it('advises to sort by ID when ProcessMaker lacks the memory to sort Requests', async () => {
    harness.gateway.treat = ({ path }) =>
      path.includes('order_by=updated_at') ? respond(500, { message: 'Server Error' }) : undefined;
    const sort = { by: { field: 'updated_at', direction: 'desc' } };
    for (const returnAll of [false, true]) {
      const run = await getMany({ sort, returnAll });
      expect(failedItems(run)).toMatchObject([{ text: expect.stringContaining("'ID' in 'Sort'") as string }]);
    }
  });

  it('explains that a search for Requests is too long for the web server', async () => {
    harness.gateway.treat = () => respond(414, '<html>Request-URI Too Large</html>');
    const run = await getMany({});
    expect(failedItems(run)).toMatchObject([{ text: expect.stringContaining('longer than') as string }]);
  });

  it('reports a second page of Requests that repeats the first', async () => {
    const page = { data: [{ id: 1, status: 'ACTIVE' }], meta: { last_page: 2 } };
    harness.gateway.treat = () => respond(200, page);
    const run = await getMany({ returnAll: true });
    expect(failedItems(run)).toMatchObject([{ text: expect.stringContaining('not in the form') as string }]);
    expect(harness.gateway.calls).toHaveLength(2);
  });

  it('reports a response that is not a list of Requests', async () => {
    harness.gateway.treat = () => respond(200, { data: [{ id: 1 }], meta: { last_page: 1 } });
    const run = await getMany({});
    expect(failedItems(run)).toMatchObject([{ text: expect.stringContaining('not in the form') as string }]);
  });
});
