import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { binary, givenFile, REQUEST_OF_ITEM, rows, startedRequests } from '../support/files';
import { startTasks } from '../support/tasks';
import { locator } from '../support/workflows';
import type { StartOptions } from '../support/harness';
import { useHarness } from '../support/harness';

/**
 * A change that an earlier attempt has made is not made again when n8n retries the node for another, failed item.
 * Meanwhile, somebody else may have changed the same thing.
 */
const harness = useHarness({ queue: 'sync', reassigns: true });

const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
/** The second item, which fails in every attempt. */
const MISSING = 999_999;

/** Performs an operation twice; in between, once the first item is done, something else happens. */
async function repeated(
  operation: string,
  parameters: INodeParameters,
  options: StartOptions,
  isDone: () => boolean,
  meanwhile: () => unknown = () => undefined,
) {
  let isFirst = true;
  harness.gateway.treat = ({ path }) => {
    if (!path.includes(`/${MISSING}`) || !isFirst) return undefined;
    isFirst = false;
    return async (response, forward) => {
      while (!isDone()) await pause(10);
      await pause(100);
      await meanwhile();
      const { status, headers, body } = await forward();
      response.writeHead(status, headers).end(body);
    };
  };
  const run = await harness.perform(operation, parameters, { user: 'admin', settings: AGAIN, ...options });
  expect(run.error?.message).toMatch(/999999.* \[item 1\]$/);
  expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: item 0.'));
}

/** Calls of the first item that may change something. */
const changes = () =>
  harness.gateway.calls.filter(({ method, path }) => method !== 'GET' && !path.includes(`/${MISSING}`));

const asAdmin = async (method: string, path: string, body: IDataObject) =>
  await fetch(`${harness.server.url}/api/1.0/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${harness.server.tokens.admin}`,
      accept: 'application/json',
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });

it('does not trigger an event a second time when n8n retries the node', async () => {
  const waiting = { process: locator('id', 13), startEvent: locator('id', 'node_1') };
  const started = await harness.start(waiting, { user: 'admin' });
  const [request] = started.items('ProcessMaker');
  harness.gateway.calls = [];
  const parameters = {
    ...REQUEST_OF_ITEM,
    event: locator('id', 'node_4'),
    dataMode: 'json',
    jsonData: '{}',
  };
  const input = [{ id: request?.id }, { id: MISSING }];
  await repeated(
    'request triggerEvent',
    parameters,
    { input },
    () => harness.requests()[0]?.status === 'COMPLETED',
  );
  expect(changes()).toHaveLength(1);
});

it('does not retry a Request a second time when n8n retries the node', async () => {
  harness.server.scriptsRun = false;
  const started = await harness.start(
    {
      process: locator('name', 'D script task'),
      startEvent: locator('id', 'node_1'),
      options: { returnErroredRequests: true },
    },
    { user: 'admin' },
  );
  const [request] = started.items('ProcessMaker');
  harness.gateway.calls = [];
  const input = [{ id: request?.id }, { id: MISSING }];
  await repeated('request retry', REQUEST_OF_ITEM, { input }, () => changes().length > 0);
  harness.server.scriptsRun = true;
  expect(changes()).toHaveLength(1);
});

it('does not overwrite data that somebody has changed since the first attempt', async () => {
  const [request] = await startedRequests(harness);
  const parameters = { ...REQUEST_OF_ITEM, dataMode: 'json', jsonData: '{"state":"sent"}' };
  const data = () => harness.requests()[0]?.data as IDataObject;
  await repeated(
    'request updateData',
    parameters,
    { input: [{ id: request?.id }, { id: MISSING }] },
    () => data().state === 'sent',
    () => asAdmin('PUT', `requests/${request?.id}`, { data: { state: 'paid' } }),
  );
  expect(data()).toMatchObject({ state: 'paid' });
});

it('does not reassign a Task that somebody has reassigned since the first attempt', async () => {
  const [task] = await startTasks(harness);
  const assignee = () => harness.server.tasks().find(({ id }) => id === task?.id)?.userId;
  await repeated(
    'task reassign',
    { task: locator('id', '={{ $json.id }}'), user: locator('id', 4) },
    { input: [{ id: task?.id }, { id: MISSING }] },
    () => assignee() === 4,
    () => asAdmin('PUT', `tasks/${task?.id}`, { user_id: 5 }),
  );
  expect(assignee()).toBe(5);
});

it('does not upload over a file that has replaced the one of the first attempt', async () => {
  const [request] = await startedRequests(harness, 1, 'admin');
  const contents = () => harness.files().map(({ content }) => content.toString());
  await repeated(
    'file upload',
    { ...REQUEST_OF_ITEM, ...rows(['data', 'contract']) },
    {
      input: [{ id: request?.id }, { id: MISSING }],
      binaries: [{ data: binary('a.txt', 'first') }, { data: binary('a.txt', 'first') }],
    },
    () => contents()[0] === 'first',
    () => givenFile(harness, request?.id, 'b.txt', 'second', 'contract'),
  );
  expect(contents()).toEqual(['second']);
});

it('does not delete a file that has replaced the one deleted by the first attempt', async () => {
  const [request] = await startedRequests(harness, 1, 'admin');
  await givenFile(harness, request?.id, 'a.txt', 'first', 'contract');
  await repeated(
    'file delete',
    { ...REQUEST_OF_ITEM, file: locator('variable', 'contract') },
    { input: [{ id: request?.id }, { id: MISSING }] },
    () => harness.files().length === 0,
    () => givenFile(harness, request?.id, 'b.txt', 'second', 'contract'),
  );
  expect(harness.files()).toHaveLength(1);
});
