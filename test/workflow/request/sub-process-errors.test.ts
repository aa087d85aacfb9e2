import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { bpmn, endEvent, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { attemptsProcess, type ErrorHandling } from '../../support/attempts';
import { type User, useHarness } from '../../support/harness';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';

// The script of a sub-process fails: its own Request is in ERROR at once, that of its caller after the last attempt.
const SECOND_MS = 100;
const harness = useHarness({ secondMs: SECOND_MS, betweenErrorsMs: 3000 });

beforeEach(() => (harness.server.scriptsRun = true));

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 8_000; !isSo() && Date.now() < end;) await pause(5);
  expect(isSo()).toBe(true);
}

/** A process that calls another one. */
async function calling(processId: number): Promise<number> {
  const call = {
    type: 'callActivity',
    id: 'call',
    name: 'Call',
    attributes: { calledElement: `ProcessId-${processId}` },
    pm: { config: JSON.stringify({ processId, startEvent: 'begin', name: 'Call' }) },
  };
  const elements = [startEvent('begin', 'Begin', '3'), call, endEvent('end', 'End')];
  const xml = bpmn(elements, line('begin', 'call', 'end'));
  return (await harness.server.addProcess({ name: `Calls ${processId}`, bpmn: xml })).id;
}

interface Case {
  parent: number;
  child: number;
}

/** Starts a Request whose sub-process has a script that fails so often. */
async function startCase(handling: ErrorHandling, failures: number): Promise<Case> {
  const { id } = await harness.server.addProcess(attemptsProcess(handling));
  const process = { process: locator('id', await calling(id)), startEvent: locator('id', 'begin') };
  const data = { dataMode: 'json', jsonData: JSON.stringify({ failures }) };
  const [{ id: parent } = {}] = (await harness.start({ ...process, ...data })).items('ProcessMaker');
  const child = harness.requests().find(({ parentRequestId }) => parentRequestId === parent);
  return { parent: Number(parent), child: child?.id ?? 0 };
}

const statusOf = (id: number) => harness.requests().find((one) => one.id === id)?.status;
const perform = (operation: string, id: number, parameters: INodeParameters = {}, user: User = 'limited') =>
  harness.perform(
    `request ${operation}`,
    { request: locator('id', id), ...parameters },
    { user, settings: ERROR_OUTPUT },
  );
const get = async (id: number): Promise<IDataObject | undefined> =>
  (await perform('get', id)).items('ProcessMaker')[0];

it('is waited for while the script of its sub-process is tried again', async () => {
  const { parent, child } = await startCase({ retry_attempts: 1, retry_wait_time: 15 }, 1);
  await until(() => statusOf(child) === 'ERROR');
  expect(await get(child)).toMatchObject({ status: null, retrying: true });
  expect(await get(parent)).toMatchObject({ status: 'ACTIVE' });
  const run = await perform('wait', parent, { waitFor: 'finish' });
  expect(run.items('ProcessMaker')).toMatchObject([{ id: parent, status: 'COMPLETED' }]);
});

it('has failed for good with its sub-process, as every user sees, also between the two notes of it', async () => {
  harness.server.scriptsHeld = true;
  // It is killed long after it has begun.
  const { parent } = await startCase({ timeout: 20 }, 0);
  await until(() => statusOf(parent) === 'ERROR');
  const found = await get(parent);
  expect(found).toMatchObject({ status: 'ERROR' });
  expect(found).not.toHaveProperty('retrying');
  const run = await perform('wait', parent, { waitFor: 'finish' });
  expect(failedItems(run)).toMatchObject([{ outcome: 'startedInError', requestId: parent }]);
  expect(JSON.stringify(failedItems(run))).not.toContain('may still go on');
});

it('stays in ERROR when its sub-process is retried and ends well', async () => {
  const { parent, child } = await startCase({}, 1);
  await until(() => statusOf(parent) === 'ERROR');
  await pause(3500);
  const refused = await perform('retry', parent, {}, 'admin');
  expect(failedItems(refused)).toMatchObject([
    { message: expect.stringContaining('No tasks available to retry') as string, outcome: 'notDone' },
  ]);
  const run = await perform('retry', child, { options: { waitForRetry: true } }, 'admin');
  expect(run.items('ProcessMaker')).toMatchObject([{ id: child, status: 'COMPLETED' }]);
  const after = await get(parent);
  expect(after).toMatchObject({ status: 'ERROR' });
  expect(after).not.toHaveProperty('retrying');
});
