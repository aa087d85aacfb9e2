import type { INodeListSearchResult, INodeParameters } from 'n8n-workflow';
import { searchList } from '../support/editor';
import { respond, redirect } from '../support/gateway';
import { locator, PROCESS_MAKER } from '../support/workflows';
import type { User } from '../support/harness';
import { useHarness } from '../support/harness';

const harness = useHarness();

interface Search {
  user?: User;
  filter?: string;
  paginationToken?: string;
  parameters?: INodeParameters;
}

function search(method: string, { user, ...rest }: Search = {}): Promise<INodeListSearchResult> {
  const credentials = harness.credentials(user);
  return searchList(harness.engine, { nodeType: PROCESS_MAKER, method, credentials, ...rest });
}

const startEventsOf = (process: INodeParameters[string], options: Search = {}) =>
  search('searchStartEvents', { parameters: { process }, ...options });

const names = ({ results }: INodeListSearchResult) => results.map(({ name }) => name);

describe('the list of processes', () => {
  it('lists the processes that the user may start, with a link to each', async () => {
    const { results } = await search('searchProcesses');
    expect(results).toContainEqual({
      name: 'A single start with form',
      value: '2',
      url: `${harness.gateway.url}/process-browser/2`,
    });
    expect(names({ results })).not.toContain('G limited may not start');
    expect(names({ results })).not.toContain('H inactive');
  });

  it('sorts the list of processes by name', async () => {
    const shown = names(await search('searchProcesses'));
    expect(shown).toEqual([...shown].sort((a, b) => a.localeCompare(b)));
  });

  it('reads a list of processes in which an id is an object that has no text', async () => {
    harness.gateway.treat = () => async (response, forward) => {
      const { status, headers, body } = await forward();
      const text = body.replace('"data":[{"id":2,', '"data":[{"id":{"toString":1,"valueOf":1},');
      expect(text).not.toBe(body);
      response.writeHead(status, headers).end(text);
    };
    expect(names(await search('searchProcesses'))).toContain('B two starts');
  });

  it('says that the user may start no process, and whom to ask', async () => {
    await expect(search('searchProcesses', { user: 'nobody' })).rejects.toMatchObject({
      message: 'The user of the token may not start any process',
      description: expect.stringMatching(/^Ask a ProcessMaker administrator to assign this user/) as string,
    });
    const filtered = await search('searchProcesses', { user: 'nobody', filter: 'x' });
    expect(filtered.results).toEqual([]);
  });

  it('filters the list of processes by what a person types', async () => {
    expect(names(await search('searchProcesses', { filter: 'two starts' }))).toEqual(['B two starts']);
    expect(names(await search('searchProcesses', { filter: 'no such process' }))).toEqual([]);
  });

  it.each(['&', '"quoted"', "it's", '#/?', 'ü'])('searches the list of processes for %s', async (filter) => {
    expect(names(await search('searchProcesses', { filter }))).toEqual([]);
  });

  it('loads the list of processes with one call', async () => {
    await search('searchProcesses');
    expect(harness.gateway.calls).toHaveLength(1);
  });

  it.each([
    ['a wrong token', respond(401, { error: 'Unauthenticated.' }), /token/],
    ['a missing permission', respond(403, { message: 'This action is unauthorized.' }), /allow|may not/],
    ['a foreign response', respond(200, '<html></html>'), /ProcessMaker/],
    ['a redirect', redirect(302, 'https://elsewhere.example/login'), /elsewhere\.example|redirect/],
    ['a failing server', respond(500, { message: 'Server Error' }), /500/],
  ])('shows %s instead of an empty list of processes', async (_, behaviour, says) => {
    harness.gateway.treat = () => behaviour;
    await expect(search('searchProcesses')).rejects.toThrow(says);
  });
});

describe('the list of start events', () => {
  it('lists Automatic and the start events of the process that the user may trigger', async () => {
    expect((await startEventsOf(locator('id', 3))).results).toMatchObject([
      { name: 'Automatic', value: 'automatic' },
      { name: 'Start Event', value: 'node_1' },
    ]);
    expect((await startEventsOf(locator('id', 3), { user: 'admin' })).results).toMatchObject([
      { value: 'automatic' },
      { value: 'node_1' },
      { value: 'node_9' },
    ]);
  });

  it.each([
    ['list', 3],
    ['name', 'B two starts'],
    ['url', 'https://acme.example/process-browser/3'],
  ])('lists the start events of the process that is given by %s', async (mode, value) => {
    expect(names(await startEventsOf(locator(mode, value)))).toEqual(['Automatic', 'Start Event']);
  });

  it('says what triggers a start event besides a person', async () => {
    const { results } = await startEventsOf(locator('id', 7), { user: 'admin' });
    expect(JSON.stringify(results)).toMatch(/message/i);
  });

  it('filters the list of start events by what a person types', async () => {
    const { results } = await startEventsOf(locator('id', 3), { user: 'admin', filter: 'second' });
    expect(names({ results })).toEqual(['Second Start']);
  });

  it('says in the list that Automatic is not possible where there are several start events', async () => {
    const [automatic, ...events] = names(await startEventsOf(locator('id', 3), { user: 'admin' }));
    expect(automatic).toBe('Automatic (not possible: select one of 2 start events)');
    expect(events).toHaveLength(2);
  });

  it('lists only Automatic as start event before a process is chosen', async () => {
    expect(names(await startEventsOf(locator('list', '')))).toEqual(['Automatic']);
  });

  it.each([
    ['id', '={{ $json.process }}'],
    ['name', 'No such process'],
    ['id', '999999'],
  ])('lists no start events of an unknown process that is given by %s as %s', async (mode, value) => {
    await expect(startEventsOf(locator(mode, value))).rejects.toThrow(/is not among the processes/);
  });

  it('shows a refusal instead of an empty list of start events', async () => {
    harness.gateway.treat = () => respond(403, { message: 'This action is unauthorized.' });
    await expect(startEventsOf(locator('id', 3))).rejects.toThrow(/allow|may not/);
  });
});

describe('the list of Requests', () => {
  const start = async (count: number, process = 2, user: User = 'limited') => {
    const input = Array.from({ length: count }, (_, number) => ({ number: `N-${number}` }));
    const parameters = { process: locator('id', process), startEvent: locator('id', 'node_1') };
    const run = await harness.start(parameters, { input, user });
    harness.gateway.calls = [];
    return run.items('ProcessMaker');
  };

  it('lists Requests with case number, name and status, the newest first, with a link to each', async () => {
    const requests = await start(2);
    const { results } = await search('searchRequests');
    expect(results.slice(0, 2)).toEqual(
      requests.toReversed().map(({ id, caseNumber }) => ({
        name: `Case #${Number(caseNumber)} · A single start with form (ACTIVE)`,
        value: String(Number(id)),
        url: `${harness.gateway.url}/requests/${Number(id)}`,
      })),
    );
  });

  it('continues the list of Requests after a page, even when new Requests arrive meanwhile', async () => {
    const requests = await start(60);
    const first = await search('searchRequests');
    expect(first.results).toHaveLength(50);
    await start(3);
    const second = await search('searchRequests', { paginationToken: String(first.paginationToken) });
    const values = [...first.results, ...second.results].map(({ value }) => value);
    expect(values).toEqual([...new Set(values)]);
    expect(values).toEqual(expect.arrayContaining(requests.map(({ id }) => String(Number(id)))));
  });

  it('offers no further page after the last page of Requests', async () => {
    await start(1);
    const { paginationToken } = await search('searchRequests', { filter: 'no such text' });
    expect(paginationToken).toBeUndefined();
  });

  it('ends when ProcessMaker gives the same page again and again', async () => {
    const data = Array.from({ length: 50 }, (_, index) => ({ id: 1000 - index, status: 'ACTIVE' }));
    harness.gateway.treat = () => respond(200, { data, meta: { last_page: 20, total: 1000, per_page: 50 } });
    const first = await search('searchRequests');
    expect(first.paginationToken).toBe('951');
    const second = await search('searchRequests', { paginationToken: '951' });
    expect(second).toEqual({ results: [] });
  });

  it('offers no further page after one that is not full', async () => {
    const data = [{ id: 7, status: 'ACTIVE' }];
    harness.gateway.treat = () => respond(200, { data, meta: { last_page: 20, total: 1000, per_page: 50 } });
    expect((await search('searchRequests')).paginationToken).toBeUndefined();
  });

  it.each(['%', '#%', 'Case #%', 'CASE # %', 'case %'])(
    'finds a Request by its case number in the form "%s"',
    async (typed) => {
      const [request] = await start(1, 4, 'admin');
      const number = Number(request?.caseNumber);
      const { results } = await search('searchRequests', {
        user: 'admin',
        filter: typed.replace('%', String(number)),
      });
      expect(results.map(({ value }) => value)).toContain(String(Number(request?.id)));
      expect(results.length).toBeLessThanOrEqual(2);
    },
  );

  it('finds a Request by its id', async () => {
    const [request] = await start(1);
    const id = String(Number(request?.id));
    expect((await search('searchRequests', { filter: id })).results).toContainEqual(
      expect.objectContaining({ value: id }),
    );
  });

  it('finds Requests by a text in their data, on further pages too', async () => {
    const requests = await start(55);
    const first = await search('searchRequests', { filter: 'n-' });
    expect(first.results).toHaveLength(50);
    const second = await search('searchRequests', {
      filter: 'n-',
      paginationToken: String(first.paginationToken),
    });
    const values = [...first.results, ...second.results].map(({ value }) => value);
    expect(values).toEqual(expect.arrayContaining(requests.map(({ id }) => String(Number(id)))));
  });

  it('finds a Request and its Task by a text with quotes', async () => {
    const input = [{ note: 'say "hello"' }, { note: 'say hello' }];
    const parameters = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
    const [request] = (await harness.start(parameters, { input })).items('ProcessMaker');
    const values = async (method: string) =>
      (await search(method, { filter: 'say "hel' })).results.map(({ value }) => value);
    expect(await values('searchRequests')).toEqual([String(Number(request?.id))]);
    expect(await values('searchTasks')).toEqual([String((request?.activeTask as { id: number }).id)]);
  });

  it('shows a refusal instead of an empty list of Requests', async () => {
    harness.gateway.treat = () => respond(403, { message: 'This action is unauthorized.' });
    await expect(search('searchRequests')).rejects.toThrow(/allow|may not/);
  });
});

describe('the list of waiting events', () => {
  const startWaiting = async () => {
    const parameters = { process: locator('id', 13), startEvent: locator('id', 'node_1') };
    const [request = {}] = (await harness.start(parameters)).items('ProcessMaker');
    return request;
  };
  const events = (request: INodeParameters[string], user: User = 'admin') =>
    search('searchWaitingEvents', { user, parameters: { ...TRIGGER, request } });
  const TRIGGER = { resource: 'request', operation: 'triggerEvent' };

  it.each([
    ['id', 'id'],
    ['caseNumber', 'caseNumber'],
    ['url', 'url'],
  ])('lists the waiting events of the Request that is given by %s', async (mode, field) => {
    const request = await startWaiting();
    const { results } = await events(locator(mode, request[field] as string));
    expect(results).toEqual([{ name: 'Wait msg', value: 'node_4', description: 'node_4' }]);
  });

  it('lists all events of the process for a user who may view processes, but not as an administrator', async () => {
    const { id } = await startWaiting();
    const entry = { name: 'Wait msg', value: 'node_4', description: 'node_4' };
    const request = locator('id', Number(id));
    expect(await events(request, 'operator')).toEqual({ results: [entry] });
    const parameters = { ...TRIGGER, request };
    expect(await search('searchWaitingEvents', { user: 'operator', parameters, filter: 'other' })).toEqual({
      results: [],
    });
  });

  it('lists no event of a Request that has ended', async () => {
    const { id } = await startWaiting();
    const request = locator('id', Number(id));
    await harness.perform('request triggerEvent', { request, event: locator('id', 'node_4') });
    for (const user of ['admin', 'operator'] as const)
      await expect(events(request, user)).rejects.toThrow(/can be shown/);
  });

  it('says why the list of waiting events is empty', async () => {
    const { id } = await startWaiting();
    await expect(events(locator('id', Number(id)), 'limited')).rejects.toThrow(/can be shown/);
  });

  it('asks for a Request before it lists waiting events', async () => {
    await expect(events(locator('list', ''))).rejects.toThrow(/No Request is given/);
  });
});

describe('the list of the Task that is waited for', () => {
  const tasksOf = (parameters: INodeParameters, user: User = 'operator') =>
    search('searchTaskElements', { user, parameters: { resource: 'request', ...parameters } });
  const INVOICE_TASKS = [
    { name: 'Check the invoice', value: 'check', description: 'check' },
    { name: 'Release the payment', value: 'pay', description: 'pay' },
  ];

  it('holds the Tasks of the process to start, which may be given by name', async () => {
    for (const process of [locator('id', 23), locator('name', 'Invoice approval')])
      expect(await tasksOf({ operation: 'start', waitFor: 'task', process })).toEqual({
        results: INVOICE_TASKS,
      });
  });

  it('holds the Tasks of the process of the Request that is waited for', async () => {
    const parameters = { process: locator('id', 23), startEvent: locator('id', 'invoice') };
    const [request] = (await harness.start(parameters)).items('ProcessMaker');
    const wait = { operation: 'wait', waitFor: 'task', request: locator('id', Number(request?.id)) };
    expect(await tasksOf(wait)).toEqual({ results: INVOICE_TASKS });
    // Who may not view processes sees those that the process has had.
    expect((await tasksOf(wait, 'limited')).results).toContainEqual(INVOICE_TASKS[0]);
  });

  it('asks for a Request before it lists the Tasks to wait for', async () => {
    const wait = { operation: 'wait', waitFor: 'task', request: locator('list', '') };
    await expect(tasksOf(wait)).rejects.toThrow(/No Request is given/);
  });
});

describe.each(['searchTasks', 'searchUsers'])('the pages of %s', (method) => {
  const page = (count: number) => ({
    data: Array.from({ length: count }, (_, index) => ({
      id: 1000 - index,
      status: 'ACTIVE',
      username: `u${index}`,
    })),
    meta: { last_page: 20, total: 1000, per_page: 50 },
  });

  it('end when ProcessMaker gives the same page again and again', async () => {
    harness.gateway.treat = () => respond(200, page(50));
    const { paginationToken } = await search(method, { user: 'admin' });
    expect(typeof paginationToken).toBe('string');
    const second = await search(method, { user: 'admin', paginationToken: String(paginationToken) });
    expect(second).toEqual({ results: [] });
  });

  it('end with one that is not full', async () => {
    harness.gateway.treat = () => respond(200, page(3));
    const { results, paginationToken } = await search(method, { user: 'admin' });
    expect(results).toHaveLength(3);
    expect(paginationToken).toBeUndefined();
  });
});
