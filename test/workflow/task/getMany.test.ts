import type { INodeParameters } from 'n8n-workflow';
import { respond } from '../../support/gateway';
import { startTasks, type WaitingTask } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const getMany = (parameters: INodeParameters, input: unknown[] = [{}], user?: User) =>
  harness.perform('task getAll', parameters, { input, user, settings: ERROR_OUTPUT });

/** The ids of the Tasks that are found among those of the current test. */
async function found(parameters: INodeParameters, tasks: WaitingTask[], user?: User): Promise<unknown[]> {
  const run = await getMany({ returnAll: true, ...parameters }, [{}], user);
  expect(failedItems(run)).toEqual([]);
  const ids = run.items('ProcessMaker').map(({ id }) => id);
  return ids.filter((id) => tasks.some((task) => task.id === id));
}

const ids = (tasks: WaitingTask[]) => tasks.map(({ id }) => id);

describe('returned Tasks', () => {
  it('returns Tasks newest first, in eleven fields, each paired with its item', async () => {
    const tasks = await startTasks(harness, 3);
    const run = await getMany({ limit: 2 }, [{}, {}]);
    const items = run.outputs('ProcessMaker')[0] ?? [];
    expect(items.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual([
      [tasks[2]?.id, { item: 0 }],
      [tasks[1]?.id, { item: 0 }],
      [tasks[2]?.id, { item: 1 }],
      [tasks[1]?.id, { item: 1 }],
    ]);
    expect(Object.keys(items[0]?.json ?? {})).toHaveLength(11);
    expect(items[0]?.json).toMatchObject({ caseNumber: tasks[2]?.caseNumber, assignee: { id: 3 } });
  });

  it.each([
    ['oldestFirst', false],
    ['newestFirst', true],
    ['dueFirst', false],
  ])('returns Tasks in the order %s', async (sort, isReversed) => {
    const tasks = await startTasks(harness, 3);
    const expected = isReversed ? ids(tasks).reverse() : ids(tasks);
    expect(await found({ sort }, tasks)).toEqual(expected);
  });

  it('returns the data of Tasks when asked to, and all fields without Simplify', async () => {
    await startTasks(harness);
    const run = await getMany({ limit: 1, options: { includeData: true, simplify: false } });
    expect(run.items('ProcessMaker')).toMatchObject([{ element_id: 'node_2', data: { number: 0 } }]);
  });
});

describe('more Tasks than a page holds', () => {
  const started: WaitingTask[] = [];

  beforeAll(async () => {
    started.push(...(await startTasks(harness, 105)));
  });

  it.each(['oldestFirst', 'newestFirst'])(
    'returns every Task although one leaves the list between two pages, %s',
    async (sort) => {
      const [first] = started;
      const expected = ids(started);
      const leaving = sort === 'newestFirst' ? started.pop() : started.shift();
      let pages = 0;
      harness.gateway.treat = () => {
        if (++pages === 2) harness.server.cancelRequest(leaving?.requestId ?? 0);
        return undefined;
      };
      const filters = { status: 'ACTIVE', pmql: `id >= ${first?.id}` };
      const run = await getMany({ returnAll: true, filters, sort });
      const found = run.items('ProcessMaker').map(({ id }) => id);
      expect(found).toEqual(sort === 'newestFirst' ? expected.toReversed() : expected);
      expect(harness.gateway.calls).toHaveLength(2);
    },
  );
});

describe('filters of Tasks', () => {
  it('finds the Tasks of the user of the token', async () => {
    const tasks = await startTasks(harness);
    expect(await found({ assignedTo: 'me' }, tasks)).toEqual(ids(tasks));
    expect(await found({ assignedTo: 'me' }, tasks, 'admin')).toEqual([]);
  });

  it('asks once whose token it is, however many items there are', async () => {
    await startTasks(harness);
    await getMany({ assignedTo: 'me', limit: 1 }, [{}, {}, {}]);
    expect(harness.gateway.calls.filter(({ path }) => path.includes('configuration'))).toHaveLength(1);
  });

  it('finds the Tasks of another user', async () => {
    const tasks = await startTasks(harness);
    expect(await found({ assignedTo: 'user', user: locator('id', 3) }, tasks, 'admin')).toEqual(ids(tasks));
    expect(await found({ assignedTo: 'user', user: locator('id', 4) }, tasks, 'admin')).toEqual([]);
  });

  it('finds the Tasks of a Request by its id, case number or URL', async () => {
    const tasks = await startTasks(harness, 2);
    const [task] = tasks;
    const by = (mode: string, value: string | number = '') => ({
      filters: { request: locator(mode, value) },
    });
    const expected = [task?.id];
    expect(await found(by('id', task?.requestId), tasks)).toEqual(expected);
    expect(await found(by('caseNumber', task?.caseNumber), tasks)).toEqual(expected);
    expect(await found(by('url', `${harness.gateway.url}/requests/${task?.requestId}`), tasks)).toEqual(
      expected,
    );
  });

  it('finds the Tasks of a process by its id or name', async () => {
    const tasks = await startTasks(harness);
    const by = (mode: string, value: string | number) => ({ filters: { process: locator(mode, value) } });
    expect(await found(by('id', 2), tasks)).toEqual(ids(tasks));
    expect(await found(by('id', 3), tasks)).toEqual([]);
    expect(await found(by('name', 'A single start with form'), tasks)).toEqual(ids(tasks));
    expect(await found(by('name', 'B two starts'), tasks)).toEqual([]);
  });

  /** Starts a Request whose Task is offered to the users 3 and 5, of whom nobody has taken it. */
  const startOffered = async () => {
    const parameters = { process: locator('id', 25), startEvent: locator('id', 'opened') };
    const [request] = (await harness.start(parameters)).items('ProcessMaker');
    return { requestId: Number(request?.id), id: (request?.activeTask as { id: number }).id };
  };

  it('counts the Tasks that are offered to a user among those of the user', async () => {
    const { id, requestId } = await startOffered();
    const find = async (parameters: INodeParameters, user: User) => {
      const filters = { request: locator('id', requestId) };
      return (await getMany({ ...parameters, filters }, [{}], user)).items('ProcessMaker');
    };
    const offered = [{ id, assignee: null }];
    expect(await find({ assignedTo: 'me' }, 'limited')).toMatchObject(offered);
    expect(await find({ assignedTo: 'user', user: locator('id', 5) }, 'admin')).toMatchObject(offered);
    expect(await find({ assignedTo: 'user', user: locator('id', 4) }, 'admin')).toEqual([]);
  });

  it('finds the Tasks of a process by its name for whoever has Tasks in it', async () => {
    const { id } = await startOffered();
    const toNobody = { task: locator('id', id), user: locator('id', 4) };
    await harness.perform('task reassign', toNobody, { user: 'admin' });
    const named = (name: string) => ({ filters: { process: locator('name', name) } });
    const run = await getMany(named('Help desk ticket'), [{}], 'nobody');
    expect(run.items('ProcessMaker')).toMatchObject([{ id }]);
    const [failed] = failedItems(await getMany(named('help desk ticket'), [{}], 'nobody'));
    expect(failed?.text).toContain('A process named "help desk ticket" is not among the processes');
  });

  it.each(['"A-1"', 'back\\slash', 'one\ntwo'])('finds Tasks by the text %j in their data', async (text) => {
    const parameters = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
    const mark = Math.random().toString(36);
    const input = [{ note: `${mark} none` }, { note: `${mark} [ ${text} ]` }];
    const started = (await harness.start(parameters, { input })).items('ProcessMaker');
    const filter = { text: `={{ ${JSON.stringify(`${mark} [ ${text}`)} }}` };
    const run = await getMany({ filters: filter });
    expect(run.items('ProcessMaker')).toMatchObject([{ requestId: started[1]?.id }]);
  });

  it('finds the Tasks of an element', async () => {
    const tasks = await startTasks(harness);
    expect(await found({ filters: { elementId: 'node_2' } }, tasks)).toEqual(ids(tasks));
    expect(await found({ filters: { elementId: 'node_9' } }, tasks)).toEqual([]);
  });

  it('finds the open or the completed Tasks', async () => {
    const tasks = await startTasks(harness, 2);
    await harness.completeFirstTask();
    const [done, open] = ids(tasks);
    expect(await found({ filters: { status: 'CLOSED' } }, tasks)).toEqual([done]);
    expect(await found({ filters: { status: 'ACTIVE' } }, tasks)).toEqual([open]);
  });

  it('does not find a Task as overdue before its due date', async () => {
    const tasks = await startTasks(harness);
    expect(await found({ filters: { overdue: true } }, tasks)).toEqual([]);
  });

  it('finds Tasks by text', async () => {
    const tasks = await startTasks(harness);
    expect(await found({ filters: { text: ' form task ' } }, tasks)).toEqual(ids(tasks));
    expect(await found({ filters: { text: 'no such text' } }, tasks)).toEqual([]);
  });

  it('combines the PMQL of the user with the other filters of Tasks in brackets', async () => {
    const tasks = await startTasks(harness, 3);
    const pmql = 'data.number = 1 OR data.number = 2';
    expect(await found({ filters: { pmql }, sort: 'oldestFirst' }, tasks)).toEqual([
      tasks[1]?.id,
      tasks[2]?.id,
    ]);
    // Without brackets, OR would take the overdue condition away.
    expect(await found({ filters: { pmql, overdue: true } }, tasks)).toEqual([]);
  });

  it('ignores filters of Tasks that are left empty', async () => {
    const tasks = await startTasks(harness);
    const filters = {
      elementId: '',
      text: '',
      pmql: '',
      process: locator('list', ''),
      request: locator('id', ''),
    };
    expect(await found({ filters }, tasks)).toEqual(ids(tasks));
  });
});

describe('searches that cannot be made', () => {
  it.each([
    [{ assignedTo: 'user', user: locator('id', '={{ "x" }}') }, /'User' holds "x"/],
    [{ assignedTo: 'user', user: locator('id', '={{ "" }}') }, /No user is given in 'User'/],
    [{ filters: { request: locator('caseNumber', 'x') } }, /'Request' holds "x"/],
    [{ filters: { process: locator('id', 'x') } }, /'Process' holds "x"/],
    [{ filters: { overdue: true, status: 'CLOSED' } }, /'Overdue' finds open Tasks/],
    // A filter that is left out by mistake would find, and let others change, the Tasks of everybody.
    [{ filters: { request: locator('id', '={{ $json.nothing }}') } }, /filter 'Request' has no value/],
    [{ filters: { process: locator('name', '={{ null }}') } }, /filter 'Process' has no value/],
    [{ filters: { elementId: '={{ $json.nothing }}' } }, /filter 'Element ID' has no value/],
    [{ filters: { overdue: '={{ "yes" }}' } }, /filter 'Overdue' is neither true nor false/],
    [{ filters: { status: '={{ "Open" }}' } }, /filter 'Status' is "Open", .*CLOSED, ACTIVE/],
    [{ filters: { pmql: 'id > 1) OR (id < 5', overdue: true } }, /'PMQL' has a bracket/],
    [{ filters: { pmql: 'data.x = "a \\"b\\""' } }, /cannot search for quotes/],
    ...['elementId', 'text', 'status', 'pmql'].flatMap((name) =>
      ['={{ [$json.nope] }}', '={{ [""] }}', '={{ ({}) }}', '={{ [null] }}'].map(
        (nothing): [INodeParameters, RegExp] => [
          { filters: { [name]: nothing } },
          /holds a (list|value of type object)|is not a valid option/,
        ],
      ),
    ),
    [{ limit: 0 }, /'Limit' is not/],
    [{ sort: '={{ "x" }}' }, /'Sort' is "x"/],
  ])('refuses to search for Tasks with %j before any call', async (parameters, message) => {
    const run = await getMany(parameters);
    expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string }]);
    expect(harness.gateway.calls).toEqual([]);
  });

  it.each([
    ['bogus = 1', 422, /^'PMQL' names something .*Column not found: "bogus"/],
    ['garbage = = 1', 500, /^ProcessMaker could not search with 'PMQL'/],
  ])(
    'explains after one call that Tasks cannot be searched with the PMQL "%s"',
    async (pmql, httpStatus, message) => {
      const run = await getMany({ filters: { pmql } });
      expect(failedItems(run)).toMatchObject([
        { text: expect.stringMatching(message) as string, httpStatus },
      ]);
      expect(harness.gateway.calls).toHaveLength(1);
    },
  );

  const ofNobody = { assignedTo: 'user', user: locator('id', 999) };

  it.each<[string, INodeParameters]>([
    ['', ofNobody],
    [' with PMQL', { ...ofNobody, filters: { pmql: 'id > 0' } }],
  ])(
    'says that there is no such user whose Tasks are searched%s, and asks once for them',
    async (_, parameters) => {
      const run = await getMany(parameters);
      expect(failedItems(run)).toMatchObject([
        { message: expect.stringContaining('There is no user 999') as string },
      ]);
      const paths = harness.gateway.calls.map(({ path }) => path.replace(/\?.*/, ''));
      expect(paths).toEqual(['/api/1.0/tasks', '/api/1.0/users/999']);
    },
  );

  it('searches again for the Tasks of a user when ProcessMaker has responded with a 500', async () => {
    const tasks = await startTasks(harness);
    let calls = 0;
    harness.gateway.treat = () => (++calls === 1 ? respond(500, { message: 'Server Error' }) : undefined);
    const parameters = { assignedTo: 'user', user: locator('id', 3) };
    expect(await found(parameters, tasks)).toEqual(ids(tasks));
  });

  it('reports that the Request whose Tasks are searched is missing', async () => {
    const run = await getMany({ filters: { request: locator('caseNumber', 987_654) } });
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('no Request with the case number 987654') as string },
    ]);
  });

  it('does not take an unexpected response for an empty list of Tasks', async () => {
    harness.gateway.treat = () => respond(200, { data: [{ a: 1 }], meta: { last_page: 1 } });
    expect(failedItems(await getMany({}))).toHaveLength(1);
  });
});

describe('Tasks that were due some days ago', () => {
  const late = useHarness({ now: () => new Date(Date.now() - 10 * 24 * 3600 * 1000) });

  it('finds an open Task as overdue after its due date', async () => {
    const [, open] = await startTasks(late, 2);
    await late.completeFirstTask();
    const run = await late.perform('task getAll', { filters: { overdue: true } });
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual([open?.id]);
  });
});
