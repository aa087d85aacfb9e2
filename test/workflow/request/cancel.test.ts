import type { IDataObject } from 'n8n-workflow';
import { respond, resetAfter, resetBefore } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const WITH_FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const byId = { request: locator('id', '={{ $json.id }}') };

/** Starts Requests; each is an item for the next node. */
async function started(count = 1): Promise<IDataObject[]> {
  const run = await harness.start(WITH_FORM, {
    input: Array.from({ length: count }, () => ({})),
    user: 'admin',
  });
  harness.gateway.calls = [];
  return run.items('ProcessMaker');
}

const cancel = (input: IDataObject[], user: User = 'admin') =>
  harness.perform('request cancel', byId, { input, user, settings: ERROR_OUTPUT });
const statuses = () => harness.requests().map(({ status }) => status);
const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');

it('cancels each Request and returns it in its new state', async () => {
  const requests = await started(3);
  const run = await cancel(requests);
  expect(statuses()).toEqual(['CANCELED', 'CANCELED', 'CANCELED']);
  expect(run.items('ProcessMaker')).toMatchObject(
    requests.map(({ id }) => ({ id, status: 'CANCELED', activeTask: null })),
  );
});

it('does not send a call for a Request that is already canceled', async () => {
  const requests = await started();
  await cancel(requests);
  const run = await cancel(requests);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'CANCELED' }]);
  expect(puts()).toHaveLength(1);
});

it('refuses to cancel a Request that is completed', async () => {
  const requests = await started();
  await harness.completeFirstTask();
  const run = await cancel(requests);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('already completed') as string, outcome: 'notDone' },
  ]);
  expect(puts()).toEqual([]);
  expect(statuses()).toEqual(['COMPLETED']);
});

it('gives a Request that is completed in the meantime as ProcessMaker has it then: CANCELED', async () => {
  const requests = await started();
  harness.gateway.treat = ({ method }) =>
    method === 'PUT'
      ? async (response, forward) => {
          await harness.completeFirstTask();
          const { status, headers, body } = await forward();
          response.writeHead(status, headers).end(body);
        }
      : undefined;
  const run = await cancel(requests);
  expect(statuses()).toEqual(['CANCELED']);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'CANCELED' }]);
});

it('does not return a Request as canceled whose process has completed it at the same moment', async () => {
  const requests = await started();
  harness.gateway.treat = ({ method }) =>
    method === 'PUT'
      ? async (response) => {
          await harness.completeFirstTask();
          response.writeHead(204).end();
        }
      : undefined;
  const run = await cancel(requests);
  expect(statuses()).toEqual(['COMPLETED']);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringMatching(/set to status CANCELED, but is in status COMPLETED now/) as string,
      outcome: 'done',
    },
  ]);
});

it('reports that the user may not cancel the Request', async () => {
  const run = await harness.start(WITH_FORM, { user: 'limited' });
  const failed = await cancel(run.items('ProcessMaker'), 'limited');
  expect(failedItems(failed)).toMatchObject([
    { text: expect.stringContaining('does not allow') as string, httpStatus: 403, outcome: 'notDone' },
  ]);
  expect(statuses()).toEqual(['ACTIVE']);
});

it('recognizes from the Request that a cancel call with a lost response was carried out', async () => {
  const requests = await started();
  harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetAfter : undefined);
  const run = await cancel(requests);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'CANCELED' }]);
  expect(puts()).toHaveLength(1);
});

it('reports an unknown outcome, without a second call, when a cancel call is lost and the Request is still active', async () => {
  const requests = await started();
  harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetBefore : undefined);
  const run = await cancel(requests);
  expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  expect(puts()).toHaveLength(1);
});

it('sends a cancel call again that ProcessMaker did not process', async () => {
  const requests = await started();
  const busy = respond(429, { message: 'Too Many Attempts.' });
  let isFirst = true;
  harness.gateway.treat = ({ method }) => {
    const treatment = method === 'PUT' && isFirst ? busy : undefined;
    if (method === 'PUT') isFirst = false;
    return treatment;
  };
  const run = await cancel(requests);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'CANCELED' }]);
  expect(puts()).toHaveLength(2);
});

it('names the items that were canceled before the node stops', async () => {
  const requests = await started(2);
  const [first] = requests;
  const run = await harness.perform('request cancel', byId, {
    input: [{ id: first?.id }, { id: 999_999 }],
    user: 'admin',
  });
  expect(run.error?.message).toContain('There is no Request 999999 [item 1]');
  expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: item 0.'));
});

it.each([2, 6])(
  'names what an earlier attempt has canceled when the retry cannot read it: %s Requests',
  async (count) => {
    const requests = await started(count);
    const failed = await harness.perform('request cancel', byId, {
      input: [...requests, { id: 999_999 }],
      user: 'admin',
    });
    expect(failed.error?.message).toContain('There is no Request 999999');
    expect(statuses()).toEqual(requests.map(() => 'CANCELED'));
    harness.gateway.treat = ({ method }) => (method === 'GET' ? respond(200, '<html></html>') : undefined);
    const run = await harness.engine.retry(failed, { credentials: harness.credentials('admin') });
    const named = requests.map((_, index) => index).join(', ');
    expect(run.error).toHaveProperty(
      'description',
      expect.stringContaining(`Carried out before: items ${named}.`),
    );
  },
);
