import type { IDataObject } from 'n8n-workflow';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { respond } from '../../support/gateway';
import { startTasks } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const getFormFields = (ids: unknown[], user?: User) =>
  harness.perform(
    'task getFormFields',
    { task: locator('id', '={{ $json.id }}') },
    { input: ids.map((id) => ({ id })), user, settings: ERROR_OUTPUT },
  );

/** The Task of a process with the form of that screen; none: a Task without a form. */
async function taskWithScreen(screen: string): Promise<unknown> {
  const task = formTask('node_2', 'Task', '3');
  const elements = [
    startEvent('node_1', 'Start', '3'),
    { ...task, pm: { ...task.pm, screenRef: screen } },
    endEvent('node_3', 'End'),
  ];
  const process = { name: `Form ${screen}`, bpmn: bpmn(elements, line('node_1', 'node_2', 'node_3')) };
  const { id } = await harness.server.addProcess(process);
  const run = await harness.start({ process: locator('id', id), startEvent: locator('id', 'node_1') });
  harness.gateway.calls = [];
  return (run.items('ProcessMaker')[0]?.activeTask as IDataObject).id;
}

it('returns each form field with its label, type and choices, and files at the end', async () => {
  const [task] = await startTasks(harness);
  const run = await getFormFields([task?.id]);
  const taskId = task?.id;
  const plain = { required: false, options: [], taskId };
  expect(run.items('ProcessMaker')).toEqual([
    { ...plain, name: 'orderId', label: 'Order Id', type: 'string', required: true },
    { ...plain, name: 'amount', label: 'Amount', type: 'number' },
    { ...plain, name: 'qty', label: 'Quantity', type: 'number' },
    { ...plain, name: 'notes', label: 'Notes', type: 'string' },
    { ...plain, name: 'urgent', label: 'Urgent', type: 'boolean' },
    { ...plain, name: 'due', label: 'Due date', type: 'dateTime' },
    {
      ...plain,
      name: 'color',
      label: 'Color',
      type: 'options',
      options: [
        { name: 'Red', value: 'r' },
        { name: 'Green', value: 'g' },
      ],
    },
    { ...plain, name: 'attachment', label: 'Attachment', type: 'file' },
  ]);
  expect(harness.gateway.calls).toHaveLength(1);
});

it('returns the fields of containers and nested forms, and each list as one field', async () => {
  const run = await getFormFields([await taskWithScreen('31')]);
  const items = run.items('ProcessMaker');
  expect(items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'employee', required: true }),
      expect.objectContaining({ name: 'travelDate', type: 'date', required: true }),
      expect.objectContaining({ name: 'trips', type: 'array' }),
      expect.objectContaining({ name: 'iban', label: 'IBAN', required: true }),
    ]),
  );
  const names = items.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain('from');
  expect(names).not.toContain('sendReport');
});

it('returns nothing for a Task without a form', async () => {
  const run = await getFormFields([await taskWithScreen('')]);
  expect(run.items('ProcessMaker')).toEqual([]);
  expect(failedItems(run)).toEqual([]);
});

it('pairs each form field with its item, and names the missing Task', async () => {
  const [task] = await startTasks(harness);
  const run = await getFormFields([999_999, task?.id]);
  const pairs = run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem);
  expect(pairs).toEqual(Array(8).fill({ item: 1 }));
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('There is no Task 999999 [item 0]') as string },
  ]);
});

it('reports that the user may not see the Task of a form', async () => {
  const [task] = await startTasks(harness);
  const run = await getFormFields([task?.id], 'nobody');
  expect(failedItems(run)).toMatchObject([{ httpStatus: 403 }]);
});

it('does not take a refusal for a form without fields', async () => {
  const taskId = await taskWithScreen('31');
  harness.gateway.treat = ({ path }) =>
    path.includes('/screens/') ? respond(401, { error: 'Unauthenticated.' }) : undefined;
  const run = await getFormFields([taskId]);
  expect(run.items('ProcessMaker')).toEqual([]);
  expect(failedItems(run)).toMatchObject([{ httpStatus: 401 }]);
});
