import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { REQUEST_OF_ITEM } from '../support/files';
import { resetBefore, respond, type Behaviour } from '../support/gateway';
import { requests } from '../support/things';
import { locator } from '../support/workflows';
import { useHarness } from '../support/harness';

// Where the node may not continue, one error has to tell of every item that may have been carried out.
const harness = useHarness();

const COUNT = 16;
const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
/** When the others are sent. */
const refusedLater: Behaviour = async (response, forward) => {
  await pause(500);
  await respond(403, { message: 'This action is unauthorized.' })(response, forward);
};

it('tells of each start with an unknown outcome, with its key, before one that was refused', async () => {
  harness.gateway.treat = ({ method, body }) => {
    if (method !== 'POST') return undefined;
    return (JSON.parse(body) as IDataObject).number === 0 ? refusedLater : resetBefore;
  };
  const options: INodeParameters = { requestsInParallel: COUNT, recoveryWindow: 1 };
  const input = Array.from({ length: COUNT }, (_, number) => ({ number }));
  const run = await harness.start({ ...TARGET, options }, { input });
  expect(run.error?.message).toContain('[item 1]');
  expect(run.error).toMatchObject({ context: { outcome: 'unknown' } });
  const keys = new Map(harness.sent().map(({ number }, at) => [number, String(harness.sentKeys()[at])]));
  expect(keys.size).toBe(COUNT);
  expect(run.error?.description).toContain(`data._n8n_key = "${keys.get(1)}"`);
  for (let item = 2; item < COUNT; item++) {
    expect(run.error?.description).toContain(`item ${item} (${keys.get(item)})`);
  }
  expect(run.error?.description).not.toContain(`item 0 (`);
});

it('tells of each change with an unknown outcome before one that was refused', async () => {
  const input = await requests(harness, 4);
  const last = `/${Number(input[3]?.id)}`;
  harness.gateway.treat = ({ method, path }) => {
    if (method !== 'PUT') return undefined;
    if (path.endsWith(`/${Number(input[0]?.id)}`)) return refusedLater;
    return path.endsWith(last) ? undefined : resetBefore;
  };
  const run = await harness.perform('request cancel', REQUEST_OF_ITEM, { input, user: 'admin' });
  expect(run.error?.message).toContain('[item 1]');
  expect(run.error).toMatchObject({ context: { outcome: 'unknown' } });
  expect(run.error?.description).toMatch(/Not known either: item 2\. .*Carried out before: item 3\./);
});
