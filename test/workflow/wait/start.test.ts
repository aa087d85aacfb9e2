import type { INodeParameters } from 'n8n-workflow';
import { wake } from '../../support/callback';
import { answer } from '../../support/gateway';
import type { Run } from '../../support/run';
import { ERROR_OUTPUT, failedItems, locator, loopWorkflow } from '../../support/workflows';
import { useWorld, type StartOptions } from '../../support/world';

const world = useWorld();

const FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const FINISH = { ...FORM, waitFor: 'finish' };
const CALLBACK = { ...FORM, waitFor: 'callback' };
const VARIABLE = '_n8n_resume_url';
const ITEMS = [{ number: 'a' }, { number: 'b' }];

const start = (parameters: INodeParameters, run: StartOptions = {}) =>
  world.start(parameters, { user: 'admin', input: ITEMS, ...run });
/** Does something a while after Requests were started. */
function afterStarts(work: () => unknown, milliseconds = 200, count = ITEMS.length): void {
  const timer = setInterval(() => {
    if (world.requests().length < count) return;
    clearInterval(timer);
    setTimeout(() => void work(), milliseconds);
  }, 20);
}
/** Completes the Tasks of all Requests that the test has made. */
const completeAll = () =>
  Promise.all(
    world.server
      .tasks()
      .filter(({ requestId }) => world.requests().some(({ id }) => id === requestId))
      .map(({ id }) => world.server.completeTask(id, { approved: true })),
  );
const puts = () => world.gateway.calls.filter(({ method }) => method === 'PUT');
const storedUrl = () => world.requests()[0]?.data[VARIABLE] as string;

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
    expect(world.starts()).toHaveLength(2);
  });

  it('fails an item whose Request ends in ERROR, and names what was started', async () => {
    afterStarts(() => world.server.failRequest(world.requests()[0]?.id ?? 0, 'The script has stopped'));
    const run = await start(FINISH);
    const ids = world.requests().map(({ id }) => id);
    expect(run.error?.message).toMatch(/has ended in status ERROR: The script has stopped/);
    expect(run.error?.message).toContain(`Started in this run: Requests ${ids.join(', ')}`);
  });

  it('starts nothing again when the node runs again after its time limit', async () => {
    afterStarts(completeAll, 1500);
    const settings = { retryOnFail: true, maxTries: 4, waitBetweenTries: 1 };
    const run = await start({ ...FINISH, options: { timeLimit: 1 } }, { settings });
    expect(run.items('ProcessMaker').map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(world.numbers()).toEqual(['a', 'b']);
    expect(world.starts()).toHaveLength(2);
  });

  it('starts nothing again by the Retry button after a canceled wait', async () => {
    const cancellation = new AbortController();
    const { signal } = cancellation;
    let began = 0;
    afterStarts(() => {
      began = Date.now();
      cancellation.abort();
    }, 500);
    const canceled = await start(FINISH, { signal });
    expect(Date.now() - began).toBeLessThan(500);
    await completeAll();
    const run = await world.engine.retry(canceled, { credentials: world.credentials('admin') });
    expect(run.items('ProcessMaker').map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(world.starts()).toHaveLength(2);
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
    expect(world.starts()).toHaveLength(2);
  });

  it('does not wait for the others when one could not be started and the node may not continue', async () => {
    world.treatOnce('b', answer(403, { message: 'This action is unauthorized.' }));
    const began = Date.now();
    const run = await start(FINISH);
    expect(Date.now() - began).toBeLessThan(900);
    expect(run.error?.message).toContain('Started in this run: Request');
  });

  it('waits for those that were started when the node may continue', async () => {
    world.treatOnce('b', answer(403, { message: 'This action is unauthorized.' }));
    afterStarts(completeAll, 200, 1);
    const run = await start(FINISH, { settings: ERROR_OUTPUT });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
  });

  it('refuses a bad time limit before anything is started', async () => {
    const run = await start({ ...FINISH, options: { timeLimit: 9999 } });
    expect(run.error?.message).toMatch(/'Wait Time Limit' is not a number from 1 to 3600/);
    expect(world.gateway.calls).toEqual([]);
  });
});

it('returns the Task that appears', async () => {
  const invoice = { process: locator('id', 23), startEvent: locator('id', 'invoice') };
  afterStarts(completeAll);
  const run = await start({ ...invoice, waitFor: 'task', taskElement: 'pay' });
  const [a, b] = world.requests();
  expect(run.items('ProcessMaker')).toMatchObject([
    { name: 'Release the payment', requestId: a?.id },
    { name: 'Release the payment', requestId: b?.id },
  ]);
});

describe('Callback', () => {
  const one = { input: [{ number: 'a' }] };
  const call = (sleeping: Run, url = storedUrl()) =>
    wake(world.engine, sleeping, {
      url,
      body: { approved: true },
      credentials: world.credentials('admin'),
    });

  it('sends the URL along with the start, and sleeps', async () => {
    const sleeping = await start(CALLBACK, { ...one, user: 'limited' });
    expect(sleeping.status).toBe('waiting');
    expect(JSON.parse(world.starts()[0]?.body ?? '')).toHaveProperty(VARIABLE, storedUrl());
    expect(storedUrl()).toContain(`/webhook-waiting/${sleeping.executionId}?`);
    expect(puts()).toEqual([]);
    const { run } = await call(sleeping);
    expect(run?.items('ProcessMaker')).toMatchObject([
      { id: world.requests()[0]?.id, callback: { approved: true }, timeIsOver: false },
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
      { status: 'COMPLETED', callback: null, timeIsOver: false },
    ]);
  });

  /** A start whose Request is there, but whose try has not ended well. */
  async function failedTry(user: StartOptions['user']): Promise<Run> {
    world.gateway.treat = ({ path }) =>
      world.starts().length === 1 && path.includes('summary')
        ? answer(403, { message: 'This action is unauthorized.' })
        : undefined;
    const failed = await start(CALLBACK, { ...one, user });
    expect(failed.status).toBe('error');
    world.gateway.treat = () => undefined;
    return failed;
  }

  it('after the Retry button writes the new URL into the Request that an earlier try has started', async () => {
    const failed = await failedTry('admin');
    const oldUrl = storedUrl();
    const sleeping = await world.engine.retry(failed, { credentials: world.credentials('admin') });
    expect(sleeping.status).toBe('waiting');
    expect(world.starts()).toHaveLength(1);
    expect(puts()).toHaveLength(1);
    expect(storedUrl()).toContain(`/webhook-waiting/${sleeping.executionId}?`);
    expect((await call(sleeping, oldUrl)).status).toBe(409);
    expect((await call(sleeping)).run?.status).toBe('success');
  });

  it('after the Retry button fails the item where the URL may not be written, and names the permission', async () => {
    const failed = await failedTry('limited');
    const run = await world.engine.retry(failed, { credentials: world.credentials('limited') });
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/may not write the URL.*Started in this run: Request \d+/s);
    expect(run.error).toHaveProperty('description', expect.stringContaining("'edit-task_data'"));
    expect(world.starts()).toHaveLength(1);
  });

  it('after the Retry button returns a Request that has ended meanwhile, without sleeping', async () => {
    const failed = await failedTry('limited');
    await completeAll();
    const run = await world.engine.retry(failed, { credentials: world.credentials('limited') });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED', timeIsOver: false }]);
    expect(puts()).toEqual([]);
  });

  it('after a crash of n8n is told of the Request that was started before', async () => {
    const killed = await start(CALLBACK, one);
    const sleeping = await world.retryAfterCrash(killed, one.input, 'admin');
    expect(sleeping.status).toBe('waiting');
    expect(world.numbers()).toEqual(['a']);
    expect(storedUrl()).toContain(`/webhook-waiting/${sleeping.executionId}?`);
  });

  it('tells in the end that the Request was started before', async () => {
    const options = { idempotencyKey: 'callback-1' };
    await start({ ...FORM, options }, one);
    const sleeping = await start({ ...CALLBACK, options }, one);
    expect(sleeping.status).toBe('waiting');
    const { run } = await call(sleeping);
    expect(run?.items('ProcessMaker')).toMatchObject([
      { alreadyStarted: true, callback: { approved: true }, timeIsOver: false },
    ]);
    expect(world.numbers()).toEqual(['a']);
  });

  it('refuses several items before anything is started', async () => {
    const run = await start(CALLBACK);
    expect(run.error?.message).toMatch(/waits for one Request in an execution, but 2 items have come in/);
    expect(world.gateway.calls).toEqual([]);
  });

  it('refuses the second round of a loop before it starts anything', async () => {
    const sleeping = await world.run(loopWorkflow(CALLBACK, ERROR_OUTPUT), { input: ITEMS, user: 'admin' });
    const { run } = await call(sleeping);
    expect(run && failedItems(run)).toMatchObject([
      { text: expect.stringMatching(/runs a second time, as in a loop/) as string },
    ]);
    expect(world.numbers()).toEqual(['a']);
  });

  it('refuses data that has the field already', async () => {
    const run = await start({ ...CALLBACK, callbackVariable: 'number' }, one);
    expect(run.error?.message).toMatch(/The data has a field 'number'/);
    expect(world.gateway.calls).toEqual([]);
  });
});
