import type { IDataObject } from 'n8n-workflow';
import { pass, respond, resetAfter, resetBefore } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const WITH_FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const byId = { request: locator('id', '={{ $json.id }}') };

/** Starts Requests, in status ERROR unless `isErrored` is false; each is an item for the next node. */
async function errored(count = 1, isErrored = true): Promise<IDataObject[]> {
  const input = Array.from({ length: count }, () => ({}));
  const run = await harness.start(WITH_FORM, { input, user: 'admin' });
  const requests = run.items('ProcessMaker');
  if (isErrored) for (const { id } of requests) harness.server.failRequest(Number(id), 'It broke down.');
  harness.gateway.calls = [];
  return requests;
}

const complete = (input: IDataObject[], user: User = 'admin') =>
  harness.perform('request complete', byId, { input, user, settings: ERROR_OUTPUT });
const statuses = () => harness.requests().map(({ status }) => status);
const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');

it('completes each Request in ERROR and returns it in its new state', async () => {
  const requests = await errored(2);
  const run = await complete(requests);
  expect(statuses()).toEqual(['COMPLETED', 'COMPLETED']);
  expect(run.items('ProcessMaker')).toMatchObject(requests.map(({ id }) => ({ id, status: 'COMPLETED' })));
  expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
    { item: 0 },
    { item: 1 },
  ]);
});

it('returns a completed Request as ProcessMaker gives it when Simplify is off', async () => {
  const input = await errored();
  const parameters = { ...byId, options: { simplify: false } };
  const run = await harness.perform('request complete', parameters, { input, user: 'admin' });
  expect(run.items('ProcessMaker')).toMatchObject([{ callable_id: 'ProcessId', status: 'COMPLETED' }]);
});

it('refuses to complete a Request that is not in ERROR, without a call that changes it', async () => {
  const [request = {}] = await errored(1, false);
  const run = await complete([request]);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining(`Request ${Number(request.id)} is in status ACTIVE`) as string,
      outcome: 'notDone',
    },
  ]);
  expect(puts()).toEqual([]);
});

it('explains why ProcessMaker refuses to complete a Request that has left ERROR in the meantime', async () => {
  const requests = await errored();
  harness.gateway.treat = ({ method }) => {
    if (method === 'PUT') harness.server.cancelRequest(Number(requests[0]?.id));
    return undefined;
  };
  const run = await complete(requests);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining('ProcessMaker refused to complete') as string,
      httpStatus: 422,
      outcome: 'notDone',
    },
  ]);
});

it('says that only an administrator may complete a Request', async () => {
  const run = await harness.start(WITH_FORM, { user: 'limited' });
  const [request] = run.items('ProcessMaker');
  harness.server.failRequest(Number(request?.id), 'It broke down.');
  const failed = await complete([request ?? {}], 'limited');
  expect(failedItems(failed)).toMatchObject([
    {
      text: expect.stringContaining('Only an administrator may complete') as string,
      httpStatus: 403,
      outcome: 'notDone',
    },
  ]);
  expect(statuses()).toEqual(['ERROR']);
});

it('completes the other Requests when one is missing', async () => {
  const requests = await errored();
  const run = await complete([{ id: 999_999 }, ...requests]);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
  expect(failedItems(run)).toMatchObject([{ httpStatus: 404, outcome: 'notDone' }]);
});

describe('a complete call whose response is lost', () => {
  it('recognizes from the Request that a complete call with a lost response was carried out', async () => {
    const requests = await errored();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetAfter : undefined);
    const run = await complete(requests);
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
    expect(puts()).toHaveLength(1);
  });

  it('reports an unknown outcome, without a second call, when a complete call is lost and the Request is still in ERROR', async () => {
    const requests = await errored();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetBefore : undefined);
    const run = await complete(requests);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    expect(puts()).toHaveLength(1);
  });
});

it('reports that a Request was completed when it cannot be read afterwards', async () => {
  const requests = await errored();
  let isChanged = false;
  harness.gateway.treat = ({ method }) => {
    const treatment = isChanged ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
    isChanged ||= method === 'PUT';
    return treatment;
  };
  const run = await complete(requests);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('was made') as string, outcome: 'done' },
  ]);
  expect(statuses()).toEqual(['COMPLETED']);
});

it('reports that a Request was completed when somebody cancels it before it is read again', async () => {
  const requests = await errored();
  const id = Number(requests[0]?.id);
  harness.gateway.treat =
    ({ method }) =>
    async (response, forward) => {
      if (method === 'GET' && puts().length > 0) harness.server.cancelRequest(id);
      await pass(response, forward);
    };
  const run = await complete(requests);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringMatching(/set to status COMPLETED, but is in status CANCELED now/) as string,
      outcome: 'done',
    },
  ]);
  expect(puts()).toHaveLength(1);
});

describe('when n8n runs the node again', () => {
  it('does not complete a Request again that an earlier attempt completed', async () => {
    const requests = await errored();
    const input = [...requests, { id: 999_999 }];
    const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
    const run = await harness.perform('request complete', byId, { input, user: 'admin', settings });
    expect(run.error?.message).toContain('There is no Request 999999');
    expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: item 0.'));
    expect(puts()).toHaveLength(1);
  });

  it('refuses a Request that somebody else completed, also when n8n runs the node again', async () => {
    const requests = await errored(1, false);
    await harness.completeFirstTask();
    const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
    const run = await harness.perform('request complete', byId, { input: requests, user: 'admin', settings });
    expect(run.error?.message).toContain('is in status COMPLETED');
  });
});

it.each([
  ['abc', /not the id of a Request/],
  ['', /No Request is given/],
])('refuses to complete the Request "%s" before any call', async (id, message) => {
  const run = await harness.perform('request complete', byId, { input: [{ id }], user: 'admin' });
  expect(run.error?.message).toMatch(message);
  expect(harness.gateway.calls).toEqual([]);
});
