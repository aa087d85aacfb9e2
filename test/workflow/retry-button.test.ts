import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { givenFile, REQUEST_OF_ITEM, startedRequests } from '../support/files';
import { respond } from '../support/gateway';
import { startTasks } from '../support/tasks';
import { ended, errored, requests, tasks, waitingAtEvent, withFile } from '../support/things';
import { createWorkflow, ERROR_OUTPUT, failedItems, locator, PROCESS_MAKER } from '../support/workflows';
import { useHarness, type Harness } from '../support/harness';

// A node before this one fails, and the Retry button is pressed: n8n has no record of this node, as after a crash.
const harness = useHarness({ queue: 'sync' });

const BY_CASE = { request: locator('caseNumber', '={{ $json.caseNumber }}') };
const EVENT = { ...REQUEST_OF_ITEM, event: locator('id', 'node_4'), dataMode: 'json', jsonData: '{}' };
const TASK = {
  task: locator('id', '={{ $json.id }}'),
  dataMode: 'json',
  jsonData: '{"answer":1}',
  // So long it waits, since a completion may still be at work.
  options: { recoveryWindow: 1 },
};
const FILE = { ...REQUEST_OF_ITEM, file: locator('id', '={{ $json.fileId }}') };
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

const nowhere = (item: IDataObject) => () => Promise.resolve([item]);

async function closedTask(): Promise<IDataObject[]> {
  const items = await startTasks(harness);
  await harness.completeFirstTask();
  return items.map((task) => ({ ...task }));
}

async function withoutFile(): Promise<IDataObject[]> {
  return (await startedRequests(harness)).map(({ id }) => ({ id, fileId: 999_999 }));
}

type Case = [
  operation: string,
  parameters: INodeParameters,
  prepare: (harness: Harness, count: number) => Promise<IDataObject[]>,
];

async function pressRetry([operation, parameters]: Case, input: unknown[], settings: Partial<INode>) {
  const [resource = '', name = ''] = operation.split(' ');
  const workflow = createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'Earlier', type: 'test.failsAtFirst' },
      {
        name: 'ProcessMaker',
        type: PROCESS_MAKER,
        parameters: { resource, operation: name, ...parameters },
        ...settings,
      },
    ],
    [
      ['Start', 'Earlier'],
      ['Earlier', 'ProcessMaker'],
    ],
  );
  const failed = await harness.run(workflow, { input, user: 'admin' });
  expect(failed.error?.message).toBe('It was away.');
  harness.gateway.calls = [];
  return await harness.engine.retry(failed, { credentials: harness.credentials('admin') });
}

const looksMade: Array<[string, Case]> = [
  ['a Request to delete that does not exist', ['request delete', REQUEST_OF_ITEM, nowhere({ id: 999_999 })]],
  ['a case to delete that does not exist', ['request delete', BY_CASE, nowhere({ caseNumber: 999_999 })]],
  [
    'an event that does not wait',
    ['request triggerEvent', { ...EVENT, event: locator('id', 'node_1') }, waitingAtEvent],
  ],
  ['a Task that somebody else has completed', ['task complete', TASK, closedTask]],
  ['a Request to retry that is active', ['request retry', REQUEST_OF_ITEM, requests]],
  ['a Request to complete that has ended', ['request complete', REQUEST_OF_ITEM, ended]],
  ['a file to delete that does not exist', ['file delete', FILE, withoutFile]],
];

it.each(looksMade)(
  'reports %s as unknown, with both possibilities, when a node before failed and the Retry button is pressed',
  async (_, one) => {
    const input = await one[2](harness, 1);
    const run = await pressRetry(one, input, ERROR_OUTPUT);
    expect(run.items('ProcessMaker')).toEqual([]);
    expect(failedItems(run)).toMatchObject([
      {
        outcome: 'unknown',
        description: expect.stringMatching(
          /Either the node has made this change.*or the node had not run/,
        ) as string,
      },
    ]);
    expect(failedItems(run)[0]?.description).not.toMatch(/was not taken|Check/);
  },
);

it.each(looksMade)('does not take an attempt that sent nothing for proof of %s', async (_, one) => {
  const input = await one[2](harness, 1);
  const run = await pressRetry(one, input, AGAIN);
  expect(run.error).toMatchObject({ context: { outcome: 'unknown' } });
});

it.each<Case>([
  ['request delete', REQUEST_OF_ITEM, requests],
  ['request delete', BY_CASE, requests],
  ['request triggerEvent', EVENT, waitingAtEvent],
  ['task complete', TASK, tasks],
  ['request retry', REQUEST_OF_ITEM, errored],
  ['request complete', REQUEST_OF_ITEM, errored],
  ['file delete', FILE, withFile],
])(
  'does what is still to be done when a node before failed and the Retry button is pressed: %s',
  async (...one) => {
    const input = await one[2](harness, 2);
    const run = await pressRetry(one, input, ERROR_OUTPUT);
    expect(failedItems(run)).toEqual([]);
    expect(run.items('ProcessMaker')).toHaveLength(2);
    expect(harness.gateway.calls.filter(({ method }) => method !== 'GET')).toHaveLength(2);
  },
  // A Request is retried when one from before has had the time to come to its end.
  60_000,
);

it('goes by its record when the node itself failed and the Retry button is pressed', async () => {
  const [request] = await startedRequests(harness);
  const fileId = await givenFile(harness, request?.id, 'a.txt', 'a', 'first');
  const input = [
    { id: request?.id, fileId },
    { id: request?.id, fileId: 999_999 },
  ];
  const failed = await harness.perform('file delete', FILE, { input });
  expect(failed.status).toBe('error');
  const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
  expect(run.error?.message).toBe(`Request ${request?.id} has no file 999999 [item 1]`);
  expect(run.error).toMatchObject({ context: { outcome: 'notDone' } });
  expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: item 0.'));
});

it('makes a change after a crash that ProcessMaker refused at first, and reports it as made', async () => {
  const input = await requests(harness, 1);
  let refusals = 1;
  harness.gateway.treat = ({ method }) =>
    method === 'DELETE' && refusals-- > 0 ? respond(403, { message: 'Not yet.' }) : undefined;
  const run = await pressRetry(['request delete', REQUEST_OF_ITEM, requests], input, AGAIN);
  expect(run.items('ProcessMaker')).toEqual([{ deleted: true }]);
});
