import { type INodeParameters, type INodeProperties, NodeHelpers } from 'n8n-workflow';
import { wake } from '../../support/callback';
import { respond } from '../../support/gateway';
import type { Run } from '../../support/run';
import { ERROR_OUTPUT, failedItems, locator, loopWorkflow, PROCESS_MAKER } from '../../support/workflows';
import { useHarness, type StartOptions } from '../../support/harness';
import { itWith } from '../../support/features';

const harness = useHarness();

const FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const FINISH = { ...FORM, waitFor: 'finish' };
const CALLBACK = { ...FORM, waitFor: 'callback' };
const VARIABLE = '_n8n_resume_url';
const ITEMS = [{ number: 'a' }, { number: 'b' }];

const start = (parameters: INodeParameters, run: StartOptions = {}) =>
  harness.start(parameters, { user: 'admin', input: ITEMS, ...run });
/** Does something a while after Requests were started. */
function afterStarts(work: () => unknown, milliseconds = 200, count = ITEMS.length): void {
  const timer = setInterval(() => {
    if (harness.requests().length < count) return;
    clearInterval(timer);
    setTimeout(() => void work(), milliseconds);
  }, 20);
}
/** Completes the Tasks of all Requests that the test has made. */
const completeAll = () =>
  Promise.all(
    harness.server
      .tasks()
      .filter(({ requestId }) => harness.requests().some(({ id }) => id === requestId))
      .map(({ id }) => harness.server.completeTask(id, { approved: true })),
  );
const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');
const storedUrl = () => harness.requests()[0]?.data[VARIABLE] as string;

describe('Request to Finish', () => {
  it('starts all items, waits for all of them, and returns each with its data', async () => {
    afterStarts(completeAll);
    const run = await start(FINISH);
    expect(run.items('ProcessMaker')).toMatchObject([
      { status: 'COMPLETED', data: { number: 'a', approved: true } },
      { status: 'COMPLETED', data: { number: 'b', approved: true } },
    ]);
    expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
      { item: 0 },
      { item: 1 },
    ]);
    expect(harness.starts()).toHaveLength(2);
  });

  it('returns no data of a Request that was waited for when Include Data is switched off', async () => {
    afterStarts(completeAll);
    const run = await start({ ...FINISH, options: { includeData: false } });
    expect(run.items('ProcessMaker').map((item) => 'data' in item)).toEqual([false, false]);
  });

  it.each([
    ['nothing', false],
    ['finish', true],
    ['task', true],
    ['callback', true],
  ])("shows the default of Include Data for 'Wait For' set to %s", (waitFor, value) => {
    const { description } = harness.engine.nodeTypes.getByName(PROCESS_MAKER);
    const parameters = { resource: 'request', operation: 'start', waitFor };
    const isShown = (property: INodeProperties) =>
      NodeHelpers.displayParameter(parameters, property, null, description, parameters);
    const options =
      description.properties.find((one) => one.name === 'options' && isShown(one))?.options ?? [];
    const shown = options.filter((one) => one.name === 'includeData' && isShown(one as INodeProperties));
    expect(shown).toMatchObject([{ displayName: 'Include Data', default: value }]);
  });

  it('fails an item whose Request ends in ERROR, and names what was started', async () => {
    afterStarts(() => harness.server.failRequest(harness.requests()[0]?.id ?? 0, 'The script has stopped'));
    const run = await start(FINISH);
    const ids = harness.requests().map(({ id }) => id);
    expect(run.error?.message).toMatch(/has ended in status ERROR: The script has stopped/);
    expect(run.error?.message).toContain(`Started in this run: Requests ${ids.join(', ')}`);
  });

  it('starts nothing again when n8n runs the node again after the time limit', async () => {
    afterStarts(completeAll, 1500);
    const settings = { retryOnFail: true, maxTries: 4, waitBetweenTries: 1 };
    const run = await start({ ...FINISH, options: { timeLimit: 1 } }, { settings });
    expect(run.items('ProcessMaker').map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(harness.numbers()).toEqual(['a', 'b']);
    expect(harness.starts()).toHaveLength(2);
  });

  it('starts nothing again by the Retry button after a canceled wait', async () => {
    const cancellation = new AbortController();
    const { signal } = cancellation;
    harness.gateway.treat = ({ method }) => {
      if (method !== 'GET') return undefined;
      setTimeout(() => cancellation.abort(), 100);
      // A pause that is longer than this test may take: it ends by the cancellation alone.
      return respond(429, { message: 'Too Many Attempts.' }, { 'retry-after': '600' });
    };
    const canceled = await start({ ...FINISH, options: { timeLimit: 60 } }, { signal });
    expect(harness.lookUps()).toHaveLength(1);
    harness.gateway.treat = () => undefined;
    await completeAll();
    const run = await harness.engine.retry(canceled, { credentials: harness.credentials('admin') });
    expect(run.items('ProcessMaker').map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(harness.starts()).toHaveLength(2);
  });

  it('waits for a Request that another execution has started with the same key', async () => {
    const options = { idempotencyKey: '={{ "wait-" + $json.number }}' };
    await start({ ...FORM, options });
    afterStarts(completeAll);
    const run = await start({ ...FINISH, options });
    expect(run.items('ProcessMaker')).toMatchObject([
      { status: 'COMPLETED', alreadyStarted: true },
      { status: 'COMPLETED', alreadyStarted: true },
    ]);
    expect(harness.starts()).toHaveLength(2);
  });

  it('does not wait for the other Requests when one could not be started and the node may not continue', async () => {
    harness.treatOnce('b', respond(403, { message: 'This action is unauthorized.' }));
    const run = await start({ ...FINISH, options: { timeLimit: 5 } });
    expect(run.error?.message).toContain('Started in this run: Request');
    // A wait begins with a poll.
    expect(harness.lookUps()).toEqual([]);
  });

  it('waits for the started Requests when one could not be started and the node may continue', async () => {
    harness.treatOnce('b', respond(403, { message: 'This action is unauthorized.' }));
    afterStarts(completeAll, 200, 1);
    const run = await start(FINISH, { settings: ERROR_OUTPUT });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
  });

  it('refuses an invalid time limit before anything is started', async () => {
    const run = await start({ ...FINISH, options: { timeLimit: 9999 } });
    expect(run.error?.message).toMatch(/'Wait Time Limit' is not a number from 1 to 3600/);
    expect(harness.gateway.calls).toEqual([]);
  });
});

it('returns the Task that appears in each started Request', async () => {
  const invoice = { process: locator('id', 23), startEvent: locator('id', 'invoice') };
  afterStarts(completeAll);
  const run = await start({ ...invoice, waitFor: 'task', taskElement: 'pay' });
  const [a, b] = harness.requests();
  expect(run.items('ProcessMaker')).toMatchObject([
    { name: 'Release the payment', requestId: a?.id },
    { name: 'Release the payment', requestId: b?.id },
  ]);
});

describe('Callback', () => {
  const one = { input: [{ number: 'a' }] };
  const call = (sleeping: Run, url = storedUrl()) =>
    wake(harness.engine, sleeping, {
      url,
      body: { approved: true },
      credentials: harness.credentials('admin'),
    });

  itWith('a resume token')('sends the callback URL along with the start, and sleeps', async () => {
    const sleeping = await start(CALLBACK, { ...one, user: 'limited' });
    expect(sleeping.status).toBe('waiting');
    expect(JSON.parse(harness.starts()[0]?.body ?? '')).toHaveProperty(VARIABLE, storedUrl());
    expect(storedUrl()).toContain(`/webhook-waiting/${sleeping.executionId}?`);
    expect(puts()).toEqual([]);
    const { run } = await call(sleeping);
    expect(run?.items('ProcessMaker')).toMatchObject([
      { id: harness.requests()[0]?.id, callback: { approved: true }, timedOut: false },
    ]);
    const { resumeToken = '' } = sleeping.data;
    for (const shown of [sleeping, run]) {
      expect(JSON.stringify(shown?.tasks('ProcessMaker'))).not.toContain(resumeToken);
    }
  });

  it('does not sleep for a Request that has ended at once', async () => {
    const run = await start({ ...CALLBACK, process: locator('id', 4) }, one);
    expect(run.status).toBe('success');
    expect(run.items('ProcessMaker')).toMatchObject([
      { status: 'COMPLETED', callback: null, timedOut: false },
    ]);
  });

  /** A start whose Request exists, but whose attempt has failed. */
  async function failedAttempt(user: StartOptions['user']): Promise<Run> {
    harness.gateway.treat = ({ path }) =>
      harness.starts().length === 1 && path.includes('summary')
        ? respond(403, { message: 'This action is unauthorized.' })
        : undefined;
    const failed = await start(CALLBACK, { ...one, user });
    expect(failed.status).toBe('error');
    harness.gateway.treat = () => undefined;
    return failed;
  }

  it('writes the new callback URL after the Retry button into the Request that an earlier attempt started', async () => {
    const failed = await failedAttempt('admin');
    const oldUrl = storedUrl();
    const sleeping = await harness.engine.retry(failed, { credentials: harness.credentials('admin') });
    expect(sleeping.status).toBe('waiting');
    expect(harness.starts()).toHaveLength(1);
    expect(puts()).toHaveLength(1);
    expect(storedUrl()).toContain(`/webhook-waiting/${sleeping.executionId}?`);
    expect((await call(sleeping, oldUrl)).status).toBe(409);
    expect((await call(sleeping)).run?.status).toBe('success');
  });

  it('fails the item after the Retry button, and names the permission, when the user may not write the callback URL', async () => {
    const failed = await failedAttempt('limited');
    const run = await harness.engine.retry(failed, { credentials: harness.credentials('limited') });
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/may not write the URL.*Started in this run: Request \d+/s);
    expect(run.error).toHaveProperty('description', expect.stringContaining("'edit-task_data'"));
    expect(harness.starts()).toHaveLength(1);
  });

  it('returns after the Retry button a Request that has ended in the meantime, without sleeping', async () => {
    const failed = await failedAttempt('limited');
    await completeAll();
    const run = await harness.engine.retry(failed, { credentials: harness.credentials('limited') });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED', timedOut: false }]);
    expect(puts()).toEqual([]);
  });

  itWith('a resume token')(
    'writes the new callback URL after a crash of n8n into the Request that was started before',
    async () => {
      const killed = await start(CALLBACK, one);
      const sleeping = await harness.retryAfterCrash(killed, one.input, 'admin');
      expect(sleeping.status).toBe('waiting');
      expect(harness.numbers()).toEqual(['a']);
      expect(storedUrl()).toContain(`/webhook-waiting/${sleeping.executionId}?`);
    },
  );

  it('says after the callback that the Request was started before', async () => {
    const options = { idempotencyKey: 'callback-1' };
    await start({ ...FORM, options }, one);
    const sleeping = await start({ ...CALLBACK, options }, one);
    expect(sleeping.status).toBe('waiting');
    const { run } = await call(sleeping);
    expect(run?.items('ProcessMaker')).toMatchObject([
      { alreadyStarted: true, callback: { approved: true }, timedOut: false },
    ]);
    expect(harness.numbers()).toEqual(['a']);
  });

  it('refuses a callback wait for several items before anything is started', async () => {
    const run = await start(CALLBACK);
    expect(run.error?.message).toMatch(/waits for one Request in an execution, but 2 items have come in/);
    expect(harness.gateway.calls).toEqual([]);
  });

  it('refuses a callback wait in the second iteration of a loop before it starts anything', async () => {
    const sleeping = await harness.run(loopWorkflow(CALLBACK, ERROR_OUTPUT), { input: ITEMS, user: 'admin' });
    const { run } = await call(sleeping);
    expect(run && failedItems(run)).toMatchObject([
      { text: expect.stringMatching(/runs a second time, as in a loop/) as string },
    ]);
    expect(harness.numbers()).toEqual(['a']);
  });

  it('refuses data that already has the field of the callback URL', async () => {
    const run = await start({ ...CALLBACK, callbackVariable: 'number' }, one);
    expect(run.error?.message).toMatch(/The data has a field 'number'/);
    expect(harness.gateway.calls).toEqual([]);
  });
});
