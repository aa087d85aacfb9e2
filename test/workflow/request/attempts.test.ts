import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { type ErrorHandling, attemptsProcess } from '../../support/attempts';
import { pass, respond } from '../../support/gateway';
import { type Harness, useHarness } from '../../support/harness';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';

// Between the attempts of a script its Request is in ERROR, and goes on by itself.
const SECOND_MS = 100;
const HOUR_MS = 3_600_000;
const harness = useHarness({ secondMs: SECOND_MS });
const older = useHarness({ secondMs: SECOND_MS, version: '4.6.0' });

beforeEach(() => {
  harness.server.scriptsRun = true;
  older.server.scriptsRun = true;
});

const byId = { request: locator('id', '={{ $json.id }}') };
const LONG: ErrorHandling = { retry_attempts: 2, retry_wait_time: 40 };
const SHORT: ErrorHandling = { retry_attempts: 2, retry_wait_time: 5 };

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 8_000; !isSo() && Date.now() < end;) await pause(5);
  expect(isSo()).toBe(true);
}

const statusOf = (id: unknown, from = harness) => from.server.requests().find((one) => one.id === id)?.status;
const runsOf = (id: unknown, from = harness) => from.server.scriptRuns.filter((one) => one === id).length;

interface Given {
  failures?: number;
  others?: number;
  more?: Parameters<typeof attemptsProcess>[1];
  from?: Harness;
}

async function target(
  handling: ErrorHandling,
  { more, from = harness }: Given = {},
): Promise<INodeParameters> {
  const { id } = await from.server.addProcess(attemptsProcess(handling, more));
  return { process: locator('id', id), startEvent: locator('id', 'begin') };
}

/** A Request whose script has just failed for the first time. */
async function failedOnce(handling: ErrorHandling, given: Given = {}): Promise<IDataObject> {
  const { failures = 1, others = 0, from = harness } = given;
  const data = { dataMode: 'json', jsonData: JSON.stringify({ failures, others }) };
  const run = await from.start({ ...(await target(handling, given)), ...data });
  const [{ id } = {}] = run.items('ProcessMaker');
  await until(() => statusOf(id, from) === 'ERROR');
  from.gateway.calls = [];
  return { id };
}

const perform = (operation: string, request: IDataObject, parameters: INodeParameters = {}, from = harness) =>
  from.perform(
    `request ${operation}`,
    { ...byId, ...parameters },
    {
      input: [request],
      user: 'admin',
      settings: ERROR_OUTPUT,
    },
  );

const retryCalls = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');

describe('Get', () => {
  it('says that a script is tried again, and nothing of it when the Request has healed', async () => {
    const request = await failedOnce(SHORT);
    const [between] = (await perform('get', request)).items('ProcessMaker');
    expect(between).toMatchObject({ ...request, status: null, retrying: true });
    await until(() => statusOf(request.id) === 'COMPLETED');
    const [after] = (await perform('get', request)).items('ProcessMaker');
    expect(after).toMatchObject({ ...request, status: 'COMPLETED' });
    expect(after).not.toHaveProperty('retrying');
  });

  it('says nothing of it after the last attempt', async () => {
    const request = await failedOnce(SHORT, { failures: 9 });
    await until(() => runsOf(request.id) === 3);
    await pause(200);
    const [after] = (await perform('get', request)).items('ProcessMaker');
    expect(after).toMatchObject({ ...request, status: 'ERROR' });
    expect(after).not.toHaveProperty('retrying');
  });

  it('says that it is not known where ProcessMaker is older than 4.7', async () => {
    const request = await failedOnce(LONG, { from: older });
    const [between] = (await perform('get', request, {}, older)).items('ProcessMaker');
    expect(between).toMatchObject({ ...request, status: 'ERROR', retrying: null });
  });

  it.each([
    ['a script of the process is tried again', true, true],
    ['no attempt is left', false, undefined],
  ])('says after a retry by hand what the process says: %s', async (_, isTriedAgain, retrying) => {
    const request = await failedOnce({ retry_attempts: 1, retry_wait_time: 20 }, { failures: 9 });
    await until(() => runsOf(request.id) === 2);
    await pause(200);
    await perform('retry', request);
    await until(() => runsOf(request.id) === (isTriedAgain ? 3 : 4));
    await pause(100);
    const [between = {}] = (await perform('get', request)).items('ProcessMaker');
    expect(between.retrying).toBe(retrying);
  });

  it.each([
    ["n8n's clock", 3, 0],
    ["the gateway's Date", 0, 3],
    ["n8n's clock, and that of a gateway by an hour,", 3, 1],
  ])('says so after a retry by hand while %s is ahead', async (_, ownHours, dateHours) => {
    const request = await failedOnce({ retry_attempts: 1, retry_wait_time: 40 }, { failures: 9 });
    await until(() => runsOf(request.id) === 2);
    await pause(200);
    await perform('retry', request);
    await until(() => runsOf(request.id) === 3);
    await pause(100);
    const now = Date.now.bind(Date);
    const own = jest.spyOn(Date, 'now').mockImplementation(() => now() + ownHours * HOUR_MS);
    const date = new Date(now() + dateHours * HOUR_MS).toUTCString();
    harness.gateway.treat = () => async (response, forward) => {
      const { status, headers, bytes } = await forward();
      response.writeHead(status, { ...headers, date }).end(bytes);
    };
    const [between = {}] = (await perform('get', request)).items('ProcessMaker');
    own.mockRestore();
    expect(between.retrying).toBe(true);
  });

  it('says that it is not known after a retry by hand where the user may not view processes', async () => {
    const request = await failedOnce({ retry_attempts: 1, retry_wait_time: 20 }, { failures: 9 });
    await until(() => runsOf(request.id) === 2);
    await pause(200);
    await perform('retry', request);
    await until(() => runsOf(request.id) === 3);
    await pause(100);
    const run = await harness.perform('request get', byId, { input: [request] });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ERROR', retrying: null }]);
  });
});

describe('Wait', () => {
  it('returns a Request that heals itself at its end', async () => {
    const request = await failedOnce(LONG);
    const run = await perform('wait', request, { waitFor: 'finish' });
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status: 'COMPLETED' }]);
  });

  it('returns the Task that comes behind a script which heals itself', async () => {
    const request = await failedOnce(LONG, { more: 'thenTask' });
    const run = await perform('wait', request, { waitFor: 'task', taskElement: 'task' });
    expect(run.items('ProcessMaker')).toMatchObject([{ requestId: request.id, name: 'Task' }]);
  });

  it('ends with the failure after the last attempt', async () => {
    const request = await failedOnce(SHORT, { failures: 9 });
    const run = await perform('wait', request, { waitFor: 'finish' });
    expect(runsOf(request.id)).toBe(3);
    expect(failedItems(run)).toMatchObject([{ outcome: 'startedInError', requestId: request.id }]);
    expect(JSON.stringify(failedItems(run))).not.toContain('may still go on');
  });

  it('ends at its time limit while a script is tried again', async () => {
    const request = await failedOnce({ retry_attempts: 1, retry_wait_time: 600 });
    const run = await perform('wait', request, { waitFor: 'finish', options: { timeLimit: 2 } });
    expect(failedItems(run)).toMatchObject([
      { message: expect.stringContaining('was still being retried after 2 seconds') as string },
    ]);
  });

  it('ends as before where ProcessMaker does not tell, and says that the Request may go on', async () => {
    const request = await failedOnce(LONG, { from: older });
    const run = await perform('wait', request, { waitFor: 'finish' }, older);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('It may still go on') as string, outcome: 'startedInError' },
    ]);
  });

  it.each([403, 404])('ends as before where the user may not see what tells (%d)', async (status) => {
    const request = await failedOnce(LONG);
    harness.gateway.treat = ({ path }) =>
      path.includes('/tokens?') ? respond(status, { message: 'This action is unauthorized.' }) : undefined;
    const run = await perform('wait', request, { waitFor: 'finish' });
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('It may still go on') as string, outcome: 'startedInError' },
    ]);
  });

  it('looks again at the next poll when what tells cannot be read for a while', async () => {
    const request = await failedOnce(LONG);
    let refusals = 3;
    harness.gateway.treat = ({ path }) =>
      path.includes('/tokens?') && refusals-- > 0 ? respond(502, 'Bad Gateway') : undefined;
    const run = await perform('wait', request, { waitFor: 'finish' });
    expect(refusals).toBeLessThanOrEqual(0);
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status: 'COMPLETED' }]);
  });

  it('ends at its time limit, and says that the Request may go on, when what tells cannot be read', async () => {
    const request = await failedOnce(LONG);
    harness.gateway.treat = ({ path }) =>
      path.includes('/tokens?') ? respond(502, 'Bad Gateway') : undefined;
    const run = await perform('wait', request, { waitFor: 'finish', options: { timeLimit: 1 } });
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('It may still go on') as string, requestId: request.id },
    ]);
  });

  it('does not wait for a Task that is open in a Request in ERROR', async () => {
    const { id } = await harness.server.addProcess(attemptsProcess(LONG, 'thenTask'));
    const parameters = { process: locator('id', id), startEvent: locator('id', 'begin') };
    const [request = {}] = (await harness.start(parameters)).items('ProcessMaker');
    await until(() =>
      harness.server.tasks().some((task) => task.requestId === request.id && task.userId === 3),
    );
    harness.server.failRequest(Number(request.id), 'Its mail was not sent.');
    const run = await perform('wait', { id: request.id }, { waitFor: 'finish' });
    expect(failedItems(run)).toMatchObject([{ outcome: 'startedInError' }]);
  });

  it('sleeps for a Request whose script is tried again', async () => {
    const request = await failedOnce({ retry_attempts: 1, retry_wait_time: 600 });
    const run = await perform('wait', request, { waitFor: 'requestEnded' });
    expect(run.status).toBe('waiting');
  });
});

describe('Retry', () => {
  it.each<[string, Given, number]>([
    ['alone', {}, 2],
    ['beside another one', { others: 1, more: 'withScript' }, 4],
  ])(
    'is refused while a script is tried again, so that it does not run twice: %s',
    async (_, given, runs) => {
      const request = await failedOnce(LONG, given);
      const run = await perform('retry', request);
      expect(failedItems(run)).toMatchObject([
        { message: expect.stringContaining('tries it again by itself') as string, outcome: 'notDone' },
      ]);
      expect(retryCalls()).toEqual([]);
      await until(() => statusOf(request.id) === 'COMPLETED');
      expect(runsOf(request.id)).toBe(runs);
    },
  );

  it('is refused while another script runs beside the one that has failed for good', async () => {
    harness.server.scriptsHeld = true;
    // Both are killed, one after the other.
    const request = await failedOnce({ timeout: 30 }, { more: 'withScript' });
    const run = await perform('retry', request);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notDone' }]);
    expect(retryCalls()).toEqual([]);
  });

  it('waits for all attempts of the script that it has begun', async () => {
    const request = await failedOnce(SHORT, { failures: 4 });
    await until(() => runsOf(request.id) === 3);
    await pause(200);
    const run = await perform('retry', request, { options: { waitForRetry: true } });
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status: 'COMPLETED' }]);
    expect(runsOf(request.id)).toBe(5);
  });

  it('waits for the next attempt where the first one has failed before the Request is read', async () => {
    const request = await failedOnce(SHORT, { failures: 4 });
    await until(() => runsOf(request.id) === 3);
    await pause(200);
    let isFirst = true;
    harness.gateway.treat = ({ method }) => {
      if (method !== 'GET' || retryCalls().length === 0 || !isFirst) return undefined;
      isFirst = false;
      return async (response, forward) => {
        while (!(await forward()).body.includes('always fails')) await pause(5);
        await pass(response, forward);
      };
    };
    const run = await perform('retry', request, { options: { waitForRetry: true } });
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status: 'COMPLETED' }]);
    expect(runsOf(request.id)).toBe(5);
  });
});

describe('Start', () => {
  it.each(['return', 'startAgain'])(
    'takes a Request with its key whose script is tried again for one that runs: %s',
    async (onExistingRequest) => {
      const data = { dataMode: 'json', jsonData: '{"failures":1}' };
      const options = { idempotencyKey: `tried again, ${onExistingRequest}`, onExistingRequest };
      const parameters = { ...(await target(LONG)), ...data, options };
      const [first = {}] = (await harness.start(parameters)).items('ProcessMaker');
      await until(() => statusOf(first.id) === 'ERROR');
      const run = await harness.start(parameters, { settings: ERROR_OUTPUT });
      expect(run.items('ProcessMaker')).toMatchObject([
        { id: first.id, retrying: true, alreadyStarted: true },
      ]);
      expect(harness.requests()).toHaveLength(1);
    },
  );
});
