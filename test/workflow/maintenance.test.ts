import { setTimeout as pause } from 'node:timers/promises';
import type { INodeParameters } from 'n8n-workflow';
import { factsOf } from '../support/failed-item';
import type { Behaviour } from '../support/gateway';
import { pass, respond } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

// A 503 without Retry-After: only the way in which it is written tells ProcessMaker's own from that of a gateway.
const harness = useHarness({ maintenanceRetrySeconds: null });

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const COMPACT = respond(503, { message: 'Service Unavailable' });
/** When the Request begins of which a gateway has given up the start. */
const LATE_MS = 3000;

const start = (options: INodeParameters) =>
  harness.start({ ...TARGET, options }, { input: [{ number: 1 }], settings: ERROR_OUTPUT });

/** Responds at once, while the server begins the Request later. */
function whileItStartsLater(behaviour: Behaviour): () => Promise<void> {
  let late = Promise.resolve();
  harness.gateway.treat = ({ method }) => {
    if (method !== 'POST') return undefined;
    return async (response, forward) => {
      late = pause(LATE_MS).then(async () => void (await forward()));
      await behaviour(response, forward);
    };
  };
  return () => late;
}

it('starts a Request once when a gateway writes the 503 of maintenance in its own way, and the Request begins later', async () => {
  const began = whileItStartsLater(COMPACT);
  const run = await start({ recoveryWindow: 10 });
  await began();
  expect(harness.requests()).toHaveLength(1);
  expect(harness.starts()).toHaveLength(1);
  expect(run.items('ProcessMaker')).toMatchObject([{ id: harness.requests()[0]?.id }]);
});

it('reports a start as unknown after such a 503 when its Request begins after the recovery window', async () => {
  const began = whileItStartsLater(COMPACT);
  const run = await start({ recoveryWindow: 1 });
  await began();
  expect(failedItems(run).map(factsOf)).toEqual([{ outcome: 'unknown', httpStatus: 503 }]);
  expect(harness.starts()).toHaveLength(1);
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
