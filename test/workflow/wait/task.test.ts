import type { INodeParameters } from 'n8n-workflow';
import { respond } from '../../support/gateway';
import { startTasks } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness, type StartOptions } from '../../support/harness';

const harness = useHarness();

const INVOICE = { process: locator('id', 23), startEvent: locator('id', 'invoice') };
const byId = { request: locator('id', '={{ $json.id }}'), waitFor: 'task' };

const wait = (input: unknown[], parameters: INodeParameters = {}, run: StartOptions = {}) =>
  harness.perform(
    'request wait',
    { ...byId, ...parameters },
    { input, user: 'admin', settings: ERROR_OUTPUT, ...run },
  );
const soon = (work: () => unknown) => setTimeout(() => void work(), 300);

/** Requests that wait at the Task 'Check the invoice' of the user `limited`. */
async function invoices(count = 1): Promise<Array<{ id: number; activeTask: { id: number } }>> {
  const input = Array.from({ length: count }, () => ({ amount: 5 }));
  const run = await harness.start(INVOICE, { input, user: 'admin' });
  harness.gateway.calls = [];
  return run.items('ProcessMaker') as never;
}

it('returns an open Task of each Request, all in one poll', async () => {
  const requests = await invoices(3);
  const run = await wait(requests);
  expect(run.items('ProcessMaker')).toMatchObject(
    requests.map(({ id, activeTask }) => ({
      id: activeTask.id,
      requestId: id,
      name: 'Check the invoice',
      elementId: 'check',
      status: 'ACTIVE',
      assignee: { name: expect.any(String) as string },
      processName: 'Invoice approval',
    })),
  );
  expect(Object.keys(run.items('ProcessMaker')[0] ?? {})).toHaveLength(11);
  // The Requests, and their Tasks.
  expect(harness.lookUps()).toHaveLength(2);
});

it.each<[string, INodeParameters[string]]>([
  ['its element, as a text', 'pay'],
  ['its name, as a text', 'Release the payment'],
  ["its element, 'By Name or ID'", locator('name', 'pay')],
  ["its name, 'By Name or ID', with blanks around it", locator('name', ' Release the payment ')],
  ["its element, 'From List'", locator('list', 'pay')],
])('waits for the Task that is given by %s', async (_, taskElement) => {
  const [request] = await invoices();
  soon(() => harness.server.completeTask(request?.activeTask.id ?? 0, { approved: true }));
  const run = await wait([request], { taskElement });
  expect(run.items('ProcessMaker')).toMatchObject([
    { requestId: request?.id, name: 'Release the payment', status: 'ACTIVE' },
  ]);
});

it.each<[string, INodeParameters[string]]>([
  ["'By Name or ID'", locator('name', '')],
  ["'From List'", locator('list', '')],
])('takes any open Task when none is given %s', async (_, taskElement) => {
  const [request] = await invoices();
  const run = await wait([request], { taskElement });
  expect(run.items('ProcessMaker')).toMatchObject([{ id: request?.activeTask.id, elementId: 'check' }]);
});

it("reads an expression in 'By Name or ID' for each item", async () => {
  const [request] = await invoices();
  const input = [{ ...request, element: 'check' }];
  const run = await wait(input, { taskElement: locator('name', '={{ $json.element }}') });
  expect(run.items('ProcessMaker')).toMatchObject([{ id: request?.activeTask.id }]);
});

it('finds a Task by its element although the list of Tasks shows it later than its Request', async () => {
  const [request] = await invoices();
  let isFirst = true;
  harness.gateway.treat = ({ path }) => {
    if (!path.startsWith('/api/1.0/tasks') || !isFirst) return undefined;
    isFirst = false;
    return respond(200, { data: [], meta: { last_page: 1, total: 0 } });
  };
  const run = await wait([request], { taskElement: 'check', options: { timeLimit: 5 } });
  expect(run.items('ProcessMaker')).toMatchObject([{ id: request?.activeTask.id, requestId: request?.id }]);
});

it('returns to each of two items the Task of one Request that it waits for', async () => {
  const [request] = await invoices();
  soon(() => harness.server.completeTask(request?.activeTask.id ?? 0, { approved: true }));
  const input = [
    { id: request?.id, element: 'pay' },
    { id: request?.id, element: 'check' },
  ];
  const run = await wait(input, { taskElement: '={{ $json.element }}' });
  expect(run.items('ProcessMaker').map(({ name }) => name)).toEqual([
    'Release the payment',
    'Check the invoice',
  ]);
});

it('returns what the Request shows of a Task that only others may open', async () => {
  const run = await harness.start(
    { process: locator('id', 24), startEvent: locator('id', 'ordered') },
    { user: 'limited' },
  );
  const [request] = run.items('ProcessMaker');
  const event = harness.server.tasks().find(({ requestId }) => requestId === request?.id);
  await harness.server.completeTask(event?.id ?? 0, {});
  const waited = await wait([request], { taskElement: 'Check the goods' }, { user: 'limited' });
  expect(waited.items('ProcessMaker')).toMatchObject([
    { requestId: request?.id, name: 'Check the goods', status: 'ACTIVE', assignee: { id: 1, name: null } },
  ]);
});

it('fails an item whose Request ends before its Task appears', async () => {
  const [request] = await invoices();
  soon(() => harness.server.completeTask(request?.activeTask.id ?? 0, { approved: false }));
  const run = await wait([request], { taskElement: 'pay' });
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining(
        `Request ${request?.id} has ended in status COMPLETED before the Task "pay" has appeared [item 0]`,
      ) as string,
      outcome: 'started',
      requestId: request?.id,
    },
  ]);
});

it('fails an item whose Task does not appear within the time limit, or returns the Request', async () => {
  const [request] = await invoices();
  const options = { timeLimit: 1 };
  const run = await wait([request], { taskElement: 'pay', options });
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining(
        'was still ACTIVE after a second, and the Task "pay" has not appeared',
      ) as string,
      outcome: 'started',
      requestId: request?.id,
    },
  ]);
  const returned = await wait([request], {
    taskElement: 'pay',
    options: { ...options, onTimeout: 'return' },
  });
  expect(returned.items('ProcessMaker')).toMatchObject([
    { id: request?.id, status: 'ACTIVE', timedOut: true },
  ]);
});

it('returns the awaited Task as ProcessMaker gives it when Simplify is off', async () => {
  const [task] = await startTasks(harness);
  const run = await wait([{ id: task?.requestId }], { options: { simplify: false } });
  expect(run.items('ProcessMaker')).toMatchObject([
    { id: task?.id, element_id: 'node_2', process_request_id: task?.requestId },
  ]);
});

it.each(['chek', 'check the invoce'])(
  'suggests the Task that the misspelt name "%s" means',
  async (taskElement) => {
    const [request] = await invoices();
    const run = await wait([request], { taskElement, options: { timeLimit: 1 } });
    expect(failedItems(run)[0]?.text).toMatch(/Did you mean "(check|Check the invoice)", a Task/);
  },
);
