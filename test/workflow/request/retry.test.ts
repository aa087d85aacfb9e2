import type { IDataObject } from 'n8n-workflow';
import { respond, delay, resetAfter, resetBefore } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness({ queue: 'sync' });

const WITH_FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const WITH_SCRIPT = { process: locator('name', 'D script task'), startEvent: locator('id', 'node_1') };
const byId = { request: locator('id', '={{ $json.id }}') };

/** Starts Requests that break down at a script, which works from then on unless told. */
async function errored(count = 1, scriptsRun = true): Promise<IDataObject[]> {
  harness.server.scriptsRun = false;
  const parameters = { ...WITH_SCRIPT, options: { returnErroredRequests: true } };
  const input = Array.from({ length: count }, () => ({}));
  const run = await harness.start(parameters, { input, user: 'admin' });
  harness.server.scriptsRun = scriptsRun;
  harness.gateway.calls = [];
  return run.items('ProcessMaker');
}

const retry = (input: IDataObject[], user: User = 'admin') =>
  harness.perform('request retry', byId, { input, user, settings: ERROR_OUTPUT });
const statuses = () => harness.requests().map(({ status }) => status);
const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');

it('retries each errored Request and gives it as it stands then', async () => {
  const requests = await errored(2);
  expect(statuses()).toEqual(['ERROR', 'ERROR']);
  const run = await retry(requests);
  expect(run.items('ProcessMaker')).toMatchObject(requests.map(({ id }) => ({ id, status: 'COMPLETED' })));
  expect(statuses()).toEqual(['COMPLETED', 'COMPLETED']);
  expect(puts()).toHaveLength(2);
});

it('refuses one that is not in ERROR, without a call that changes it', async () => {
  const run = await harness.start(WITH_FORM, { user: 'admin' });
  const failed = await retry(run.items('ProcessMaker'));
  expect(failedItems(failed)).toMatchObject([
    { text: expect.stringContaining('nothing to retry') as string, outcome: 'notDone' },
  ]);
  expect(puts()).toEqual([]);
});

it('fails with what ProcessMaker says when it did not retry', async () => {
  const started = await harness.start(WITH_FORM, { user: 'admin' });
  const [request] = started.items('ProcessMaker');
  harness.server.failRequest(Number(request?.id), 'It broke down.');
  const run = await retry([request ?? {}]);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining(
        `did not retry Request ${Number(request?.id)}: No tasks available to retry`,
      ) as string,
      outcome: 'notDone',
    },
  ]);
});

it('says who may', async () => {
  const started = await harness.start(WITH_FORM, { user: 'limited' });
  const [request] = started.items('ProcessMaker');
  harness.server.failRequest(Number(request?.id), 'It broke down.');
  const run = await retry([request ?? {}], 'limited');
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining('Only an administrator may retry') as string,
      httpStatus: 403,
      outcome: 'notDone',
    },
  ]);
});

it.each([404, 405])('says since when ProcessMaker can when its answer is %i', async (status) => {
  const requests = await errored();
  const refusal = respond(status, { message: 'The PUT method is not supported for this route.' });
  harness.gateway.treat = ({ method }) => (method === 'PUT' ? refusal : undefined);
  const run = await retry(requests);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining('since ProcessMaker 4.3.1') as string,
      httpStatus: status,
      outcome: 'notDone',
    },
  ]);
});

it('retries a Request once that two items name', async () => {
  const [request = {}] = await errored();
  harness.gateway.treat = ({ method }) => (method === 'PUT' ? delay(50) : undefined);
  const run = await retry([request, request]);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('nothing to retry [item 1]') as string, outcome: 'notDone' },
  ]);
  expect(puts()).toHaveLength(1);
});

describe('a call whose answer was lost', () => {
  it('is seen on the Request', async () => {
    const requests = await errored();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetAfter : undefined);
    const run = await retry(requests);
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
    expect(puts()).toHaveLength(1);
  });

  it('is of unknown outcome when the Request does not show it, and is not sent again', async () => {
    const requests = await errored();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetBefore : undefined);
    const run = await retry(requests);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    expect(puts()).toHaveLength(1);
  });
});

it('gives what an earlier try has retried when n8n runs the node again', async () => {
  const input = [...(await errored()), { id: 999_999 }];
  const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
  const run = await harness.perform('request retry', byId, { input, user: 'admin', settings });
  expect(run.error?.message).toContain('There is no Request 999999 [item 1]');
  expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: item 0.'));
  expect(puts()).toHaveLength(1);
});

describe('an older ProcessMaker', () => {
  const older = useHarness({ version: '4.2.0' });

  it('that cannot retry by its API is told as such', async () => {
    const started = await older.start(WITH_FORM, { user: 'admin' });
    const [request] = started.items('ProcessMaker');
    older.server.failRequest(Number(request?.id), 'It broke down.');
    const run = await older.perform('request retry', byId, {
      input: [request],
      user: 'admin',
      settings: ERROR_OUTPUT,
    });
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('cannot retry') as string, outcome: 'notDone' },
    ]);
  });
});
