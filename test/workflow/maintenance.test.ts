import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { factsOf } from '../support/failed-item';
import type { Behaviour } from '../support/gateway';
import { ownMaintenance, pass, respond } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

// A 503 without Retry-After: only the way in which it is written tells ProcessMaker's own from that of a gateway.
const harness = useHarness({ maintenanceRetrySeconds: null });

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const MAINTENANCE = { message: 'Service Unavailable' };
const COMPACT = respond(503, MAINTENANCE);
/** As gateways write it, by the number of an item. */
const OF_GATEWAY: Behaviour[] = [COMPACT, respond(503, MAINTENANCE, { 'retry-after': '1' })];
const ITEMS = OF_GATEWAY.map((_, number) => ({ number }));

const start = (options: INodeParameters, input: IDataObject[] = [{ number: 1 }]) =>
  harness.start({ ...TARGET, options }, { input, settings: ERROR_OUTPUT });

/** Responds at once as a gateway does that has given up the start, while the server begins the Request later. */
function whileItStartsLater(milliseconds: number): () => Promise<unknown> {
  const late: Array<Promise<unknown>> = [];
  harness.gateway.treat = ({ method, body }) => {
    if (method !== 'POST') return undefined;
    return async (response, forward) => {
      late.push(pause(milliseconds).then(forward));
      await OF_GATEWAY[Number((JSON.parse(body) as IDataObject).number)]?.(response, forward);
    };
  };
  return () => Promise.all(late);
}

it('starts a Request once when a gateway writes the 503 of maintenance in its own way, with or without Retry-After, and the Request begins 10 seconds later', async () => {
  const began = whileItStartsLater(10_000);
  const run = await start({ recoveryWindow: 20 }, ITEMS);
  await began();
  expect(harness.requests()).toHaveLength(2);
  expect(harness.starts()).toHaveLength(2);
  const idOf = (number: number) => harness.requests().find(({ data }) => data.number === number)?.id;
  expect(run.items('ProcessMaker')).toMatchObject(ITEMS.map(({ number }) => ({ id: idOf(number) })));
});

it('starts a Request once when ProcessMaker is in maintenance for 10 seconds, with or without Retry-After', async () => {
  const began = Date.now();
  harness.gateway.treat = ({ method, body }) => {
    if (method !== 'POST' || Date.now() - began > 10_000) return undefined;
    return (JSON.parse(body) as IDataObject).number === 0
      ? ownMaintenance({ 'retry-after': '1' })
      : ownMaintenance();
  };
  const run = await start({ recoveryWindow: 20 }, ITEMS);
  expect(run.items('ProcessMaker')).toHaveLength(2);
  expect(harness.requests()).toHaveLength(2);
  expect(harness.lookUps()).toEqual([]);
});

it('reports starts as unknown after such a 503 when their Requests begin after the recovery window', async () => {
  const began = whileItStartsLater(3_000);
  const run = await start({ recoveryWindow: 1 }, ITEMS);
  await began();
  expect(failedItems(run).map(factsOf)).toEqual(Array(2).fill({ outcome: 'unknown', httpStatus: 503 }));
  expect(harness.starts()).toHaveLength(2);
});

it('sends a start again during maintenance that does not say when it ends', async () => {
  harness.server.maintenance = true;
  const running = start({ recoveryWindow: 20 });
  await pause(1500);
  harness.server.maintenance = false;
  expect((await running).items('ProcessMaker')).toHaveLength(1);
  expect(harness.starts().length).toBeGreaterThan(1);
  expect(harness.requests()).toHaveLength(1);
  expect(harness.lookUps()).toEqual([]);
});

it('reports a start during maintenance that does not say when it ends as not started', async () => {
  harness.server.maintenance = true;
  const run = await start({ recoveryWindow: 1 });
  expect(failedItems(run).map(factsOf)).toEqual([{ outcome: 'notStarted', httpStatus: 503 }]);
  expect(failedItems(run)[0]?.text).toContain('maintenance');
});

it.each<[string, INodeParameters]>([
  ['a change', { operation: 'cancel' }],
  ['a start', { operation: 'start', ...TARGET, options: { recoveryWindow: 0 } }],
])('takes no 503 of a gateway for the maintenance of ProcessMaker in %s', async (_, parameters) => {
  await harness.start(TARGET);
  const request = locator('id', harness.requests()[0]?.id ?? 0);
  harness.gateway.treat = ({ method }) => (method === 'GET' ? undefined : COMPACT);
  const run = await harness.start({ request, ...parameters }, { settings: ERROR_OUTPUT });
  expect(failedItems(run)).toMatchObject([{ outcome: 'unknown', httpStatus: 503 }]);
  expect(failedItems(run)[0]?.text).not.toContain('maintenance');
});

it.each<[string, Behaviour]>([
  ['ProcessMaker', (response, forward) => inMaintenance(() => pass(response, forward))],
  ['a gateway', COMPACT],
])('reads again after a 503 without Retry-After of %s', async (_, behaviour) => {
  await harness.start(TARGET);
  const { id } = harness.requests()[0] ?? {};
  let isFirst = true;
  harness.gateway.reset();
  harness.gateway.treat = () => {
    if (!isFirst) return undefined;
    isFirst = false;
    return behaviour;
  };
  const run = await harness.perform('request get', { request: locator('id', id ?? 0) });
  expect(run.items('ProcessMaker')).toMatchObject([{ id }]);
  expect(harness.lookUps()).toHaveLength(2);
});

/** Puts the server into maintenance for a while. */
async function inMaintenance(work: () => Promise<void>): Promise<void> {
  harness.server.maintenance = true;
  await work();
  harness.server.maintenance = false;
}
