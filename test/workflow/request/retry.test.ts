import type { IDataObject } from 'n8n-workflow';
import { respond, delay, resetAfter, resetBefore, type Behaviour } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness({ queue: 'sync' });

const WITH_FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const WITH_SCRIPT = { process: locator('name', 'D script task'), startEvent: locator('id', 'node_1') };
const byId = { request: locator('id', '={{ $json.id }}') };

/** Starts Requests that stop in ERROR at a script. After that, scripts run unless `scriptsRun` is false. */
async function errored(count = 1, scriptsRun = true): Promise<IDataObject[]> {
  harness.server.scriptsRun = false;
  const parameters = { ...WITH_SCRIPT, options: { returnErroredRequests: true } };
  const input = Array.from({ length: count }, () => ({}));
  const run = await harness.start(parameters, { input, user: 'admin' });
  harness.server.scriptsRun = scriptsRun;
  harness.gateway.calls = [];
  return run.items('ProcessMaker');
}

/** Somebody cancels the Request, and the call, which does not reach ProcessMaker, gets no response. */
const cancelInstead =
  (id: number): Behaviour =>
  async (response) => {
    harness.server.cancelRequest(id);
    response.destroy();
    return await Promise.resolve();
  };

const retry = (input: IDataObject[], user: User = 'admin') =>
  harness.perform('request retry', byId, { input, user, settings: ERROR_OUTPUT });
const statuses = () => harness.requests().map(({ status }) => status);
const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');

it('retries each Request in ERROR and returns it in its new state', async () => {
  const requests = await errored(2);
  expect(statuses()).toEqual(['ERROR', 'ERROR']);
  const run = await retry(requests);
  expect(run.items('ProcessMaker')).toMatchObject(requests.map(({ id }) => ({ id, status: 'COMPLETED' })));
  expect(statuses()).toEqual(['COMPLETED', 'COMPLETED']);
  expect(puts()).toHaveLength(2);
});

it('refuses to retry a Request that is not in ERROR, without a call that changes it', async () => {
  const run = await harness.start(WITH_FORM, { user: 'admin' });
  const failed = await retry(run.items('ProcessMaker'));
  expect(failedItems(failed)).toMatchObject([
    { text: expect.stringContaining('nothing to retry') as string, outcome: 'notDone' },
  ]);
  expect(puts()).toEqual([]);
});

it('reports the reason when ProcessMaker did not retry a Request', async () => {
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

it('says that only an administrator may retry a Request', async () => {
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

it.each([404, 405])(
  'names the first version of ProcessMaker that can retry when the response is %i',
  async (status) => {
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
  },
);

it('retries a Request only once when two items name it', async () => {
  const [request = {}] = await errored();
  harness.gateway.treat = ({ method }) => (method === 'PUT' ? delay(50) : undefined);
  const run = await retry([request, request]);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('nothing to retry [item 1]') as string, outcome: 'notDone' },
  ]);
  expect(puts()).toHaveLength(1);
});

describe('a retry call whose response is lost', () => {
  it('recognizes from the Request that a retry call with a lost response was carried out', async () => {
    const requests = await errored();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetAfter : undefined);
    const run = await retry(requests);
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
    expect(puts()).toHaveLength(1);
  });

  it('reports an unknown outcome, without a second call, when a retry call is lost and the Request is still in ERROR', async () => {
    const requests = await errored();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetBefore : undefined);
    const run = await retry(requests);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    expect(puts()).toHaveLength(1);
  });

  it('reports an unknown outcome when the Request is canceled meanwhile', async () => {
    const requests = await errored();
    harness.gateway.treat = ({ method }) =>
      method === 'PUT' ? cancelInstead(Number(requests[0]?.id)) : undefined;
    const run = await retry(requests);
    expect(run.items('ProcessMaker')).toEqual([]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    expect(puts()).toHaveLength(1);
  });

  it('reports an unknown outcome when somebody completes the Request by hand meanwhile', async () => {
    const requests = await errored();
    const byHand: Behaviour = async (response) => {
      await harness.perform('request complete', byId, { input: requests, user: 'admin' });
      response.destroy();
    };
    let isFirst = true;
    harness.gateway.treat = ({ method }) => {
      if (method !== 'PUT' || !isFirst) return undefined;
      isFirst = false;
      return byHand;
    };
    const run = await retry(requests);
    expect(statuses()).toEqual(['COMPLETED']);
    expect(run.items('ProcessMaker')).toEqual([]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('reports an unknown outcome when the Request is canceled before n8n runs the node again', async () => {
    const requests = await errored();
    const killed = await retry(requests);
    harness.server.cancelRequest(Number(requests[0]?.id));
    const run = await harness.retryAfterCrash(killed, requests, 'admin');
    expect(run.items('ProcessMaker')).toEqual([]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('is in status CANCELED') as string, outcome: 'unknown' },
    ]);
    expect(puts()).toHaveLength(1);
  });

  it('reports an unknown outcome when the Request is canceled before the node tries once more', async () => {
    const requests = await errored();
    const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
    harness.gateway.treat = ({ method }) =>
      method === 'PUT' ? cancelInstead(Number(requests[0]?.id)) : undefined;
    const run = await harness.perform('request retry', byId, { input: requests, user: 'admin', settings });
    expect(run.error?.message).toContain('is in status CANCELED');
    expect(run.error).toHaveProperty('context.outcome', 'unknown');
    expect(puts()).toHaveLength(1);
  });
});

it('reports an unknown outcome when something else responds to a retry in the place of ProcessMaker', async () => {
  const requests = await errored();
  harness.gateway.treat = ({ method }) =>
    method === 'PUT' ? respond(201, { error: 'Who are you?' }) : undefined;
  const run = await retry(requests);
  expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  expect(puts()).toHaveLength(1);
});

it('does not retry a Request again that an earlier attempt retried', async () => {
  const input = [...(await errored()), { id: 999_999 }];
  const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
  const run = await harness.perform('request retry', byId, { input, user: 'admin', settings });
  expect(run.error?.message).toContain('There is no Request 999999 [item 1]');
  expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: item 0.'));
  expect(puts()).toHaveLength(1);
});

describe('an older ProcessMaker', () => {
  const older = useHarness({ version: '4.2.0' });

  it('reports that an older ProcessMaker cannot retry Requests', async () => {
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
