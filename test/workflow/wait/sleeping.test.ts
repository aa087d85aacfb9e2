import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { wake, type WakingCall } from '../../support/callback';
import { itWith } from '../../support/features';
import { resetBefore, respond } from '../../support/gateway';
import { useHarness, type StartOptions } from '../../support/harness';
import type { Run } from '../../support/run';
import { startTasks, type WaitingTask } from '../../support/tasks';
import {
  createWorkflow,
  ERROR_OUTPUT,
  failedItems,
  locator,
  loopWorkflow,
  PROCESS_MAKER,
} from '../../support/workflows';

const harness = useHarness();
/** A wait for the end of a Request keeps a timer for as long after a read. */
const BETWEEN_READS_MS = 2000;
afterAll(() => pause(BETWEEN_READS_MS));

const VARIABLE = '_n8n_resume_url';
const START = { process: locator('id', 2), startEvent: locator('id', 'node_1'), waitFor: 'requestEnded' };
const WAIT = {
  resource: 'request',
  operation: 'wait',
  request: locator('id', '={{ $json.requestId }}'),
  waitFor: 'requestEnded',
};

/** Another execution waits for a Request that is there. */
async function wait(parameters: INodeParameters = {}, run: StartOptions = {}) {
  const [task] = (await startTasks(harness)) as [WaitingTask];
  const sleeping = await harness.start(
    { ...WAIT, ...parameters },
    { input: [task], user: 'operator', ...run },
  );
  return { task, sleeping };
}
const storedUrl = (variable = VARIABLE) => harness.requests().at(-1)?.data[variable] as string;
const call = (sleeping: Run, sent: Partial<WakingCall> = {}) =>
  wake(harness.engine, sleeping, { url: storedUrl(), credentials: harness.credentials('operator'), ...sent });
const reads = () => harness.gateway.calls.filter(({ method }) => method === 'GET').length;

itWith('a resume token')(
  'sleeps from the start of a Request, and returns it with its data when it has ended',
  async () => {
    const sleeping = await harness.start(START, { input: [{ number: 7 }], user: 'admin' });
    expect(sleeping.status).toBe('waiting');
    expect(storedUrl()).toMatch(
      new RegExp(
        `^http://n8n\\.example/webhook-waiting/${sleeping.executionId}/processmaker\\?signature=[^&]+&wait=[\\w-]+$`,
      ),
    );
    await harness.completeFirstTask();
    const { status, body, run } = await call(sleeping, { body: { status: 'CANCELED', number: 8 } });
    expect({ status, body }).toEqual({ status: 200, body: { woken: true } });
    expect(run?.status).toBe('success');
    const [item, ...others] = run?.outputs('ProcessMaker')[0] ?? [];
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      json: { status: 'COMPLETED', data: { number: 7 }, timedOut: false },
      pairedItem: { item: 0 },
    });
    expect(item?.json).not.toHaveProperty('callback');
    expect(JSON.stringify(run?.tasks('ProcessMaker'))).not.toContain(sleeping.data.resumeToken);
  },
);

it('does not wake the sleeper on calls before its Request has ended, whatever they hold', async () => {
  const { task, sleeping } = await wait();
  const early = await call(sleeping, { body: { status: 'COMPLETED' } });
  expect(early).toMatchObject({ status: 409, body: { code: 'notEnded' } });
  expect(early.run).toBeUndefined();
  await harness.server.completeTask(task.id, {});
  expect((await call(sleeping)).run?.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
});

it('returns the Request of a sleeper that ends in ERROR or CANCELED, with its status', async () => {
  const errored = await wait();
  harness.server.failRequest(errored.task.requestId, 'Stopped');
  expect((await call(errored.sleeping)).run?.items('ProcessMaker')).toMatchObject([{ status: 'ERROR' }]);
  const canceled = await wait();
  harness.server.cancelRequest(canceled.task.requestId);
  expect((await call(canceled.sleeping)).run?.items('ProcessMaker')).toMatchObject([{ status: 'CANCELED' }]);
});

it('does not sleep for a Request that has ended, and returns it in any status', async () => {
  const [task] = (await startTasks(harness)) as [WaitingTask];
  harness.server.failRequest(task.requestId, 'Stopped');
  const run = await harness.start(WAIT, { input: [task], user: 'operator' });
  expect(run.status).toBe('success');
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ERROR', timedOut: false }]);
  expect(run.items('ProcessMaker')[0]).not.toHaveProperty('callback');
});

describe('a call at which the Request cannot be read', () => {
  const NOT_READABLE = {
    status: 503,
    body: { code: 'notReadable' },
    headers: { 'retry-after': 5 },
  };
  const inOtherInstance = () => harness.credentials('operator', harness.server.url);

  it.each<[string, () => Partial<WakingCall>]>([
    ['its credential is deleted', () => ({ credentials: {} })],
    ['its credential is not valid', () => ({ credentials: { processMakerApi: { instanceUrl: 'no URL' } } })],
    ['its credential is that of another instance', () => ({ credentials: inOtherInstance() })],
    ['its user may not see the Request', () => ({ credentials: harness.credentials('nobody') })],
    [
      'ProcessMaker cannot be reached',
      () => ({ credentials: harness.credentials('operator', 'http://127.0.0.1:9') }),
    ],
  ])('does not wake the sleeper, and asks to call again, when %s', async (_case, sent) => {
    const { task, sleeping } = await wait();
    await harness.server.completeTask(task.id, {});
    const { run, ...response } = await call(sleeping, sent());
    expect(run).toBeUndefined();
    expect(response).toEqual(NOT_READABLE);
  });

  it.each([
    ['breaks connections', () => resetBefore],
    ['responds with 500', () => respond(500, { message: 'Server Error' })],
    ['responds with a page', () => respond(200, '<html>')],
    ['responds with another Request', () => changed('"uuid":"', '"uuid":"0')],
    ['responds with a Request of another process', () => changed('"process_id":2', '"process_id":3')],
  ])('does not wake the sleeper when ProcessMaker %s', async (_case, behaviour) => {
    const { task, sleeping } = await wait();
    await harness.server.completeTask(task.id, {});
    harness.gateway.treat = behaviour;
    const { run, ...response } = await call(sleeping);
    expect(run).toBeUndefined();
    expect(response).toEqual(NOT_READABLE);
  });

  it('wakes the sleeper when the Request can be read again', async () => {
    const { task, sleeping } = await wait();
    await harness.server.completeTask(task.id, {});
    expect((await call(sleeping, { credentials: {} })).status).toBe(503);
    expect((await call(sleeping)).run?.status).toBe('success');
  });

  function changed(from: string, to: string) {
    return async (
      response: Parameters<ReturnType<typeof respond>>[0],
      forward: Parameters<ReturnType<typeof respond>>[1],
    ) => {
      const { status, headers, body } = await forward();
      response.writeHead(status, headers).end(body.replaceAll(from, to));
    };
  }
});

describe('a body that should not be', () => {
  let deep: unknown = 'end';
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  const ring: IDataObject = {};
  ring.ring = ring;
  const BODIES: Array<[string, Partial<WakingCall>]> = [
    ['nested without end', { body: ring }],
    ['nested very deeply', { body: deep }],
    ['very large', { body: { text: 'x'.repeat(20_000_000) } }],
    ['that n8n has not parsed', { rawBody: Buffer.from('{"a":') }],
    [
      'in parts, with a file',
      { body: { data: { a: '1' }, files: { file: ring } }, contentType: 'multipart/form-data' },
    ],
  ];

  it.each(BODIES)('does not reach the output of a sleeper: %s', async (_case, sent) => {
    const { task, sleeping } = await wait();
    await harness.server.completeTask(task.id, {});
    const { run } = await call(sleeping, sent);
    expect(Object.keys(run?.items('ProcessMaker')[0] ?? {}).sort()).toEqual(
      [
        ...['activeTask', 'caseNumber', 'completedAt', 'data', 'id', 'processId', 'processName'],
        ...['startedAt', 'status', 'timedOut', 'url'],
      ].sort(),
    );
  });

  // Without a signature there is nothing to hide in a body, and so no walk through it.
  itWith('a resume token').each(BODIES.slice(0, 2))(
    'does not wake a wait for a callback with an empty item: %s',
    async (_case, sent) => {
      const { sleeping } = await wait({ waitFor: 'callback' });
      const { run, ...response } = await call(sleeping, sent);
      expect(run).toBeUndefined();
      expect(response).toMatchObject({ status: 503, body: { code: 'notReadable' } });
      expect((await call(sleeping, { body: 1 })).run?.items('ProcessMaker')).toMatchObject([{ callback: 1 }]);
    },
  );

  it('gives the fields of a form with files that was sent to a callback', async () => {
    const { sleeping } = await wait({ waitFor: 'callback' });
    const { run } = await call(sleeping, BODIES[4]?.[1]);
    expect(run?.items('ProcessMaker')).toMatchObject([{ callback: { a: '1' } }]);
  });
});

describe('many calls for a sleeper', () => {
  it('reads the Request once for calls that come together', async () => {
    const { sleeping } = await wait();
    const before = reads();
    const responses = await Promise.all(Array.from({ length: 20 }, () => call(sleeping)));
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(409));
    expect(reads() - before).toBe(1);
  });

  it('reads at most every two seconds, and wakes on a call just after one that came too early', async () => {
    const { task, sleeping } = await wait();
    const began = Date.now();
    expect((await call(sleeping)).status).toBe(409);
    const before = reads();
    await harness.server.completeTask(task.id, {});
    expect((await call(sleeping)).run?.status).toBe('success');
    expect(Date.now() - began).toBeGreaterThan(BETWEEN_READS_MS - 100);
    expect(Date.now() - began).toBeLessThan(2 * BETWEEN_READS_MS);
    expect(reads() - before).toBe(1);
  });

  it('wakes the sleeper once on calls that come together', async () => {
    const { task, sleeping } = await wait();
    await harness.server.completeTask(task.id, {});
    const responses = await Promise.all(Array.from({ length: 10 }, () => call(sleeping)));
    expect(responses.filter(({ run }) => run !== undefined)).toHaveLength(1);
    responses.push(await call(sleeping));
    const others = responses.filter(({ run }) => run === undefined);
    expect(others.map(({ status, body }) => [status, (body as IDataObject).code])).toEqual(
      Array(10).fill([503, 'isBeingWoken']),
    );
  });

  it('reads for each sleeper by itself', async () => {
    const first = await wait();
    const second = await wait();
    await harness.server.completeTask(second.task.id, {});
    const url = harness.requests().at(-2)?.data[VARIABLE] as string;
    const [refused, woken] = await Promise.all([call(first.sleeping, { url }), call(second.sleeping)]);
    expect(refused.status).toBe(409);
    expect(woken.run?.items('ProcessMaker')).toMatchObject([{ id: second.task.requestId }]);
  });
});

describe('a call that is not for this sleeper', () => {
  it('does not wake it with the tag of another wait', async () => {
    const { task, sleeping } = await wait();
    await harness.server.completeTask(task.id, {});
    const url = storedUrl().replace(/wait=.*/, 'wait=another');
    const { run, status, body } = await call(sleeping, { url });
    expect(run).toBeUndefined();
    expect({ status, body }).toMatchObject({ status: 410, body: { code: 'notThisWait' } });
  });

  it('does not wake a later wait of another node in the same execution', async () => {
    const tasks = await startTasks(harness, 2);
    const [first, second] = tasks.map(({ requestId }) => ({ ...WAIT, request: locator('id', requestId) }));
    const workflow = createWorkflow(
      [
        { name: 'Start', type: 'test.start' },
        { name: 'First', type: PROCESS_MAKER, parameters: { ...first, limitWaitTime: true } },
        { name: 'Second', type: PROCESS_MAKER, parameters: { ...second, waitFor: 'callback' } },
      ],
      [
        ['Start', 'First'],
        ['First', 'Second'],
      ],
    );
    const credentials = harness.credentials('operator');
    const sleeping = await harness.run(workflow, { credentials });
    const url = harness.requests()[0]?.data[VARIABLE] as string;
    const later = await harness.engine.resume(sleeping, { credentials });
    expect(later.status).toBe('waiting');
    expect(await call(later, { url })).toMatchObject({ status: 410, body: { code: 'notThisWait' } });
  });
});

describe('when a sleeper does not get its call', () => {
  it('returns the Request of a sleeper at the time limit, marked as timed out', async () => {
    const { task, sleeping } = await wait({ limitWaitTime: true, resumeAmount: 2, resumeUnit: 'days' });
    const until = new Date(String(sleeping.data.waitTill)).getTime();
    expect(Math.abs(until - Date.now() - 2 * 86_400_000)).toBeLessThan(5000);
    const run = await harness.engine.resume(sleeping, { credentials: harness.credentials('operator') });
    expect(run.items('ProcessMaker')).toMatchObject([
      { id: task.requestId, status: 'ACTIVE', timedOut: true },
    ]);
    expect(run.items('ProcessMaker')[0]).not.toHaveProperty('callback');
  });

  it('writes the new URL of a sleeper into its Request after the Retry button', async () => {
    let isBroken = true;
    harness.gateway.treat = ({ method, path }) =>
      isBroken && method === 'GET' && path.includes('summary') ? respond(403, { message: 'No.' }) : undefined;
    const failed = await harness.start(START, { user: 'admin' });
    expect(failed.status).toBe('error');
    const oldUrl = storedUrl();
    isBroken = false;
    const sleeping = await harness.engine.retry(failed, { credentials: harness.credentials('admin') });
    expect(sleeping.status).toBe('waiting');
    expect(storedUrl()).not.toBe(oldUrl);
    await harness.completeFirstTask();
    expect((await call(sleeping, { url: oldUrl })).run).toBeUndefined();
    expect((await call(sleeping, { credentials: harness.credentials('admin') })).run?.status).toBe('success');
    expect(harness.starts()).toHaveLength(1);
  });

  it('fails the item, and does not sleep, when the Retry button may not write the new URL', async () => {
    let isBroken = true;
    harness.gateway.treat = ({ method, path }) =>
      isBroken && method === 'GET' && path.includes('id') ? respond(403, { message: 'No.' }) : undefined;
    const failed = await harness.start(START, { settings: {} });
    expect(failed.status).toBe('error');
    isBroken = false;
    const retried = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(retried.status).toBe('error');
    expect(retried.error?.message).toMatch(/may not write the URL for the call/);
    expect(harness.starts()).toHaveLength(1);
  });
});

it('refuses a sleeper for several items, and one for the caller of a tool, before any call', async () => {
  const many = await harness.start(START, { input: [{}, {}] });
  expect(many.error?.message).toContain(
    "'Request to Finish, Sleeping' waits for one Request in an execution, but 2 items have come in",
  );
  const settings = { type: 'n8n-nodes-processmaker.processMakerTool' };
  const agent = await harness.start({ ...WAIT, request: locator('id', 1) }, { settings });
  expect(JSON.stringify(agent.data.resultData)).toContain(
    "The caller of the tool cannot wait for a 'Request to Finish, Sleeping'",
  );
  expect(harness.gateway.calls).toEqual([]);
});

it('refuses a sleeper in the second iteration of a loop', async () => {
  const tasks = await startTasks(harness, 2);
  const sleeping = await harness.run(loopWorkflow(WAIT, ERROR_OUTPUT), { input: tasks, user: 'operator' });
  const url = harness.requests()[0]?.data[VARIABLE] as string;
  await harness.server.completeTask(tasks[0]?.id ?? 0, {});
  const { run } = await call(sleeping, { url });
  expect(run && failedItems(run)[0]?.text).toContain(
    "'Request to Finish, Sleeping' waits for one Request in an execution, but the node runs a second time",
  );
});

it('does not sleep, or write the URL, when the execution is canceled before', async () => {
  const cancellation = new AbortController();
  harness.gateway.treat = ({ method, path }) => {
    if (method === 'GET' && path.includes('summary')) cancellation.abort();
    return undefined;
  };
  const { sleeping } = await wait({}, { signal: cancellation.signal });
  expect(sleeping.status).toBe('canceled');
  expect(storedUrl()).toBeUndefined();
});

it('fails the item of a sleeper whose user may not write the URL', async () => {
  const { sleeping } = await wait({}, { user: 'limited', settings: ERROR_OUTPUT });
  expect(failedItems(sleeping)).toMatchObject([{ httpStatus: 403 }]);
});

itWith('a resume token')('hides the URL of a sleeper in a variable that forms show', async () => {
  const { task, sleeping } = await wait({ callbackVariable: 'resume_url' });
  const url = storedUrl('resume_url');
  await harness.server.completeTask(task.id, {});
  const { run } = await call(sleeping, { url });
  expect(run?.items('ProcessMaker')).toMatchObject([{ data: { resume_url: '***' } }]);
  for (const one of [sleeping, run]) {
    expect(JSON.stringify(one?.tasks('ProcessMaker'))).not.toContain(sleeping.data.resumeToken);
  }
});

describe("a callback with 'Decide by Request Data'", () => {
  const DECIDE = { waitFor: 'callback', options: { decideByRequestData: true } };

  it('leaves out the body of a callback, and returns the Request as it is at the call', async () => {
    const { task, sleeping } = await wait(DECIDE);
    await harness.server.completeTask(task.id, { checked: 'yes' });
    const { run } = await call(sleeping, { body: { checked: 'no' } });
    const [item] = run?.items('ProcessMaker') ?? [];
    expect(item).toMatchObject({ status: 'COMPLETED', data: { checked: 'yes' }, timedOut: false });
    expect(item).not.toHaveProperty('callback');
  });

  it('asks to call again when the Request cannot be read', async () => {
    const { sleeping } = await wait(DECIDE);
    harness.gateway.treat = () => resetBefore;
    const { run, status, body } = await call(sleeping, { body: {} });
    expect(run).toBeUndefined();
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'notReadable' } });
  });
});

it('does not return a Request of another instance at a callback', async () => {
  const { task, sleeping } = await wait({ waitFor: 'callback' });
  const credentials = harness.credentials('operator', harness.server.url);
  await harness.server.completeTask(task.id, {});
  const { run } = await call(sleeping, { body: 'sent', credentials });
  expect(run?.items('ProcessMaker')).toMatchObject([
    {
      status: 'ACTIVE',
      callback: 'sent',
      note: expect.stringContaining('not the one that was waited for') as string,
    },
  ]);
});
