import type { IDataObject } from 'n8n-workflow';
import { respond, resetAfter, resetBefore, thenRespond } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const WITH_FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const byId = { request: locator('id', '={{ $json.id }}') };
const byCase = { request: locator('caseNumber', '={{ $json.caseNumber }}') };
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

/** Starts Requests; each is an item for the next node. */
async function started(count = 1, user: User = 'admin'): Promise<IDataObject[]> {
  const input = Array.from({ length: count }, () => ({}));
  const run = await harness.start(WITH_FORM, { input, user });
  harness.gateway.calls = [];
  return run.items('ProcessMaker');
}

const remove = (input: IDataObject[], user: User = 'admin', parameters = byId) =>
  harness.perform('request delete', parameters, { input, user, settings: ERROR_OUTPUT });
const removals = () => harness.gateway.calls.filter(({ method }) => method === 'DELETE');

it('deletes each Request', async () => {
  const requests = await started(2);
  const run = await remove(requests);
  expect(harness.requests()).toEqual([]);
  expect(run.outputs('ProcessMaker')[0]).toMatchObject(
    requests.map((_, item) => ({ json: { deleted: true }, pairedItem: { item } })),
  );
  expect(harness.gateway.calls).toHaveLength(2);
});

it('reports an unknown outcome when something else responds to a deletion in the place of ProcessMaker', async () => {
  harness.gateway.treat = ({ method }) =>
    method === 'DELETE' ? respond(200, { error: 'Who are you?' }) : undefined;
  const run = await remove(await started());
  expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  expect(removals()).toHaveLength(1);
});

it('deletes a Request that is given by its case number', async () => {
  const [request = {}] = await started();
  const run = await remove([request], 'admin', byCase);
  expect(run.items('ProcessMaker')).toEqual([{ deleted: true }]);
  expect(harness.requests()).toEqual([]);
});

it('lets a user delete a Request that the same user started', async () => {
  const run = await remove(await started(1, 'limited'), 'limited');
  expect(run.items('ProcessMaker')).toMatchObject([{ deleted: true }]);
});

it('says who may delete a Request', async () => {
  const run = await remove(await started(), 'limited');
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining('has to be an administrator or to have started it') as string,
      httpStatus: 403,
      outcome: 'notDone',
    },
  ]);
  expect(harness.requests()).toHaveLength(1);
});

it('reports a missing Request and deletes the others', async () => {
  const requests = await started();
  const run = await remove([{ id: 999_999 }, ...requests]);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining('There is no Request 999999 [item 0]') as string,
      httpStatus: 404,
      outcome: 'notDone',
    },
  ]);
  expect(run.items('ProcessMaker')).toMatchObject([{ deleted: true }]);
});

describe('a delete call whose response is lost', () => {
  it.each([
    ['lost', resetAfter],
    ['the page of a gateway', thenRespond(respond(504, '<html>'))],
  ])(
    'recognizes from the missing Request that a delete call was carried out although its response was %s',
    async (_, behaviour) => {
      const requests = await started();
      harness.gateway.treat = ({ method }) => (method === 'DELETE' ? behaviour : undefined);
      const run = await remove(requests);
      expect(run.items('ProcessMaker')).toEqual([{ deleted: true }]);
      expect(removals()).toHaveLength(1);
    },
  );

  it('reports an unknown outcome, without a second call, when a delete call is lost and the Request still exists', async () => {
    const requests = await started();
    harness.gateway.treat = ({ method }) => (method === 'DELETE' ? resetBefore : undefined);
    const run = await remove(requests);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    expect(removals()).toHaveLength(1);
    expect(harness.requests()).toHaveLength(1);
  });
});

describe('when n8n runs the node again', () => {
  it.each([
    ['id', byId, { id: 999_999 }],
    ['case number', byCase, { caseNumber: 999_999 }],
  ])(
    'reports a Request that an earlier attempt deleted by its %s as deleted',
    async (_, parameters, missing) => {
      const input = [...(await started()), missing];
      const run = await harness.perform('request delete', parameters, {
        input,
        user: 'admin',
        settings: AGAIN,
      });
      expect(run.error?.message).toContain('[item 1]');
      expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: item 0.'));
      expect(harness.requests()).toEqual([]);
    },
  );

  it('does not report a Request as deleted that never existed, also when n8n runs the node again', async () => {
    const run = await harness.perform('request delete', byId, {
      input: [{ id: 999_999 }],
      user: 'admin',
      settings: AGAIN,
    });
    expect(run.error?.message).toContain('There is no Request 999999');
    expect(removals()).toHaveLength(2);
  });
});

it('refuses to delete an invalid Request before any call', async () => {
  const run = await harness.perform('request delete', byId, { input: [{ id: 'abc' }], user: 'admin' });
  expect(run.error?.message).toMatch(/'Request' holds "abc"/);
  expect(harness.gateway.calls).toEqual([]);
});
