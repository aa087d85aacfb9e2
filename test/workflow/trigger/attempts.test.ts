import { setTimeout as pause } from 'node:timers/promises';
import { attemptsProcess, type ErrorHandling } from '../../support/attempts';
import { pass, respond } from '../../support/gateway';
import { useHarness } from '../../support/harness';
import { startByHand, watching } from '../../support/watch';

const SECOND_MS = 100;
const harness = useHarness({ secondMs: SECOND_MS });
const older = useHarness({ secondMs: SECOND_MS, version: '4.6.0' });

beforeEach(async () => {
  harness.server.scriptsRun = true;
  older.server.scriptsRun = true;
  // What another test has done in the second of the first poll would be an event here.
  await pause(1020 - (Date.now() % 1000));
});

async function failing(
  failures: number,
  handling: ErrorHandling,
  on = harness,
): Promise<() => Promise<number>> {
  const { id } = await on.server.addProcess(attemptsProcess(handling));
  return () => startByHand(on, id, { failures }, 'admin', 'begin');
}

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 8_000; !isSo() && Date.now() < end;) await pause(5);
  expect(isSo()).toBe(true);
}

const statusOf = (id: number, on = harness) => on.server.requests().find((one) => one.id === id)?.status;
const runsOf = (id: number) => harness.server.scriptRuns.filter((one) => one === id).length;

it('starts the workflow once for a script that is tried again, after its last attempt', async () => {
  const start = await failing(9, { retry_attempts: 2, retry_wait_time: 15 });
  const poller = await watching(harness, { triggerOn: ['requestErrored'] });
  const id = await start();
  for (let runs = 1; runs <= 2; runs++) {
    await until(() => runsOf(id) === runs && statusOf(id) === 'ERROR');
    await poller.poll();
    await poller.poll();
  }
  expect(poller.items).toEqual([]);
  await until(() => runsOf(id) === 3);
  await pause(200);
  for (let polls = 0; polls < 3; polls++) await poller.poll();
  expect(poller.errors).toEqual([]);
  expect(poller.items).toMatchObject([{ id, status: 'ERROR', reason: 'Job failed after 3 total attempts' }]);
});

it('does not start the workflow for a Request that heals itself', async () => {
  const start = await failing(1, { retry_attempts: 1, retry_wait_time: 10 });
  const poller = await watching(harness, { triggerOn: ['requestErrored'] });
  const id = await start();
  await until(() => statusOf(id) === 'ERROR');
  await poller.poll();
  await until(() => statusOf(id) === 'COMPLETED');
  await poller.poll();
  expect(poller.errors).toEqual([]);
  expect(poller.items).toEqual([]);
});

it('looks at a Request again in the next poll when it could not be read whether it goes on', async () => {
  const start = await failing(1, {});
  const poller = await watching(harness, { triggerOn: ['requestErrored'] });
  const id = await start();
  await until(() => statusOf(id) === 'ERROR');
  await pause(200);
  harness.gateway.treat = ({ path }) => (path.includes('/tokens?') ? respond(429, {}) : undefined);
  await poller.poll();
  expect(poller.items).toEqual([]);
  harness.gateway.treat = () => undefined;
  await poller.poll();
  await poller.poll();
  expect(poller.items).toMatchObject([{ id }]);
});

it('starts the workflow at the first failure where ProcessMaker does not tell whether it goes on', async () => {
  const start = await failing(1, { retry_attempts: 1, retry_wait_time: 600 }, older);
  const poller = await watching(older, { triggerOn: ['requestErrored'] });
  const id = await start();
  await until(() => statusOf(id, older) === 'ERROR');
  await poller.poll();
  await poller.poll();
  expect(poller.items).toMatchObject([{ id }]);
});

it('gives every Request in ERROR once, also where a poll has time for few of them, and none that is tried again', async () => {
  const failed = await failing(1, {});
  const retried = await failing(1, { retry_attempts: 1, retry_wait_time: 6000 });
  const poller = await watching(harness, { triggerOn: ['requestErrored'] });
  const ids: number[] = [];
  for (let count = 0; count < 6; count++) {
    await retried();
    ids.push(await failed());
  }
  await until(() => ids.every((id) => statusOf(id) === 'ERROR'));
  await pause(300);
  const now = Date.now.bind(Date);
  let ahead = 0;
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
  // Each look takes so long that a poll has time for four of them.
  harness.gateway.treat = ({ path }) => {
    if (path.includes('/tokens?')) ahead += 70_000;
    return undefined;
  };
  let most = 0;
  for (let polls = 0; polls < 12; polls++) {
    const before = poller.items.length;
    await poller.poll();
    most = Math.max(most, poller.items.length - before);
  }
  clock.mockRestore();
  expect(poller.errors).toEqual([]);
  expect(most).toBeLessThan(ids.length);
  expect(poller.items.map(({ id }) => id).sort()).toEqual(ids.sort());
});

it('starts the workflow once for a script whose last attempt fails while a poll looks at the one before', async () => {
  const start = await failing(9, { retry_attempts: 1, retry_wait_time: 5 });
  const poller = await watching(harness, { triggerOn: ['requestErrored'] });
  const id = await start();
  await until(() => statusOf(id) === 'ERROR');
  harness.gateway.treat = ({ path }) => {
    if (!path.includes('/tokens?')) return undefined;
    harness.gateway.treat = () => undefined;
    return async (response, forward) => {
      await until(() => runsOf(id) === 2);
      await pause(200);
      await pass(response, forward);
    };
  };
  for (let polls = 0; polls < 3; polls++) await poller.poll();
  expect(poller.errors).toEqual([]);
  expect(poller.items).toMatchObject([{ id, reason: 'Job failed after 2 total attempts' }]);
});
