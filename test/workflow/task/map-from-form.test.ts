import type { IDataObject, INodeParameters, ResourceMapperFields } from 'n8n-workflow';
import { loadMapperFields } from '../../support/editor';
import { mapped, mappedAutomatically } from '../../support/form';
import { respond } from '../../support/gateway';
import { startTasks } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator, PROCESS_MAKER } from '../../support/workflows';
import { useHarness, type User } from '../../support/harness';

const harness = useHarness();

async function fieldsOf(task: INodeParameters[string], user?: User): Promise<ResourceMapperFields> {
  return await loadMapperFields(harness.engine, {
    nodeType: PROCESS_MAKER,
    method: 'getTaskFormFields',
    credentials: harness.credentials(user),
    parameters: { resource: 'task', operation: 'complete', dataMode: 'mapFromForm', task },
  });
}

async function startTask(): Promise<number> {
  const [task] = await startTasks(harness);
  return task?.id ?? 0;
}

const complete = (task: number | string, parameters: INodeParameters, input: unknown[] = [{}]) =>
  harness.perform(
    'task complete',
    { task: locator('id', task), ...parameters },
    { input, settings: ERROR_OUTPUT },
  );

/** The data that each Task was completed with. */
const sent = () =>
  harness.gateway.calls
    .filter(({ method }) => method === 'PUT')
    .map(({ body }) => (JSON.parse(body) as IDataObject).data);

describe('the form fields of a Task', () => {
  it('loads the fields of the form of a Task, none of which is required', async () => {
    const { fields } = await fieldsOf(locator('id', await startTask()));
    expect(fields).toMatchObject([
      { id: 'orderId', displayName: 'Order Id', type: 'string', required: false },
      { id: 'amount', type: 'number' },
      { id: 'qty', type: 'number' },
      { id: 'notes', type: 'string' },
      { id: 'urgent', type: 'options', defaultValue: null },
      { id: 'due', type: 'dateTime' },
      { id: 'color', type: 'options', options: [{ value: 'r' }, { value: 'g' }] },
    ]);
    expect(fields.every(({ removed }) => !removed)).toBe(true);
  });

  it('loads the form fields of a Task that is given by its URL', async () => {
    const url = `${harness.gateway.url}/tasks/${await startTask()}/edit`;
    expect((await fieldsOf(locator('url', url))).fields).toHaveLength(7);
  });

  it('says that a Task has no form', async () => {
    const run = await harness.start({ process: locator('id', 15) }, { user: 'admin' });
    const task = (run.items('ProcessMaker')[0]?.activeTask as IDataObject | undefined)?.id;
    const form = await fieldsOf(locator('id', Number(task)), 'admin');
    expect(form).toEqual({ fields: [], emptyFieldsNotice: expect.stringMatching(/no form/) as string });
  });

  it.each(['', '={{ $json.task }}'])(
    'asks to choose a Task, without a call, while the Task is %j',
    async (task) => {
      const form = await fieldsOf(locator('id', task));
      expect(form).toEqual({
        fields: [],
        emptyFieldsNotice: expect.stringMatching(/Choose a Task/) as string,
      });
      expect(harness.gateway.calls).toEqual([]);
    },
  );

  it.each([
    ['a missing permission', respond(403, { message: 'This action is unauthorized.' }), /allow/],
    ['a missing Task', respond(404, { error: 'Not found' }), /There is no Task/],
    ['a wrong token', respond(401, { error: 'Unauthenticated.' }), /token/],
    ['a failing server', respond(500, { message: 'Server Error' }), /500/],
  ])('shows %s instead of an empty list of form fields', async (_, behaviour, says) => {
    const task = await startTask();
    harness.gateway.treat = () => behaviour;
    await expect(fieldsOf(locator('id', task))).rejects.toThrow(says);
  });
});

describe('a Task that is completed with form fields', () => {
  it('completes a Task with the given values in the types of its form, and nothing else', async () => {
    const task = await startTask();
    const form = await fieldsOf(locator('id', task));
    harness.gateway.reset();
    const values = mapped(form, {
      amount: '={{ $json.total }}',
      color: 'g',
      due: '2026-11-24T09:30:00+01:00',
    });
    const additionalFields = {
      assignments: [{ id: '1', name: 'checkedBy', value: 'n8n', type: 'string' }],
    };
    const run = await complete(task, { ...values, additionalFields }, [{ total: '7.5' }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: task, status: 'CLOSED' }]);
    expect(sent()).toEqual([{ amount: 7.5, color: 'g', due: '2026-11-24T08:30:00.000Z', checkedBy: 'n8n' }]);
    // What the Request had before stays.
    expect(harness.requests()).toMatchObject([{ data: { number: 0, amount: 7.5, color: 'g' } }]);
  });

  it('maps form fields automatically, each from its item', async () => {
    const tasks = await startTasks(harness, 2);
    const form = await fieldsOf(locator('id', tasks[0]?.id ?? 0));
    await complete(
      '={{ $json.id }}',
      mappedAutomatically(form),
      tasks.map(({ id }, index) => ({ id, notes: `n${index}`, other: 1 })),
    );
    expect(sent()).toEqual(expect.arrayContaining([{ notes: 'n0' }, { notes: 'n1' }]));
  });

  it('completes a Task without any form value', async () => {
    const task = await startTask();
    const run = await complete(task, mapped(await fieldsOf(locator('id', task)), {}));
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(sent()).toEqual([{}]);
  });

  it('completes no Task that has another form than the one whose fields are shown', async () => {
    const [order] = await startTasks(harness);
    const id = order?.id ?? 0;
    const run = await harness.start({ process: locator('name', 'Contract approval') });
    const contract = Number((run.items('ProcessMaker')[0]?.activeTask as IDataObject).id);
    const forOrder = mapped(await fieldsOf(locator('id', id)), { amount: 5 });
    const forContract = mapped(await fieldsOf(locator('id', contract)), {});
    harness.gateway.reset();
    const items = [{ id }, { id: contract }];
    const first = await complete('={{ $json.id }}', forOrder, items);
    expect(first.items('ProcessMaker')).toMatchObject([{ id, status: 'CLOSED' }]);
    expect(failedItems(first).map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /another form than that of Task \d+ \("Approve the contract"\): it has no field 'amount'/,
      ),
    ]);
    expect(sent()).toEqual([{ amount: 5 }]);

    const [second] = await startTasks(harness);
    const refused = await complete(second?.id ?? 0, forContract);
    expect(failedItems(refused)[0]?.text).toMatch(/another form.*it requires 'Order Id'/);
    expect(sent()).toEqual([]);
  });

  it('refuses to complete a Task with a value that its form does not offer', async () => {
    const task = await startTask();
    const form = await fieldsOf(locator('id', task));
    harness.gateway.reset();
    const run = await complete(task, mapped(form, { color: '={{ "blue" }}' }));
    expect(failedItems(run)[0]?.text).toMatch(/'Color'.*not a valid option of the form/);
    expect(harness.gateway.calls).toEqual([]);
  });
});
