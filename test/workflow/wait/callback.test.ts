import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { WAIT_INDEFINITELY } from 'n8n-workflow';
import { wake } from '../../support/callback';
import { respond, resetAfter, resetBefore } from '../../support/gateway';
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
import { useHarness, type StartOptions } from '../../support/harness';
import { itWith } from '../../support/features';

const harness = useHarness();

const CALLBACK = {
  resource: 'request',
  operation: 'wait',
  request: locator('id', '={{ $json.requestId }}'),
  waitFor: 'callback',
};
const SLEEPS = ['callback', 'requestEnded'];
const VARIABLE = '_n8n_resume_url';
/** A node name with characters that an expression has to escape. */
const LATER = 'It\'s "later" }}';

const wait = (tasks: WaitingTask[], parameters: INodeParameters = {}, run: StartOptions = {}) =>
  harness.start({ ...CALLBACK, ...parameters }, { input: tasks, user: 'operator', ...run });
const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');
const storedUrl = (variable = VARIABLE, index = 0) => harness.requests()[index]?.data[variable] as string;
const signatureIn = (url: string) => new URL(url).searchParams.get('signature') ?? '';

/** The process calls the URL that it finds in its data. */
const call = (sleeping: Run, body: unknown = { approved: true }, url = storedUrl()) =>
  callWith(sleeping, { body, url });
const callWith = (sleeping: Run, sent: { body?: unknown; rawBody?: Buffer; url?: string }) =>
  wake(harness.engine, sleeping, { url: storedUrl(), ...sent, credentials: harness.credentials('operator') });

async function oneTask(): Promise<WaitingTask> {
  const [task] = await startTasks(harness);
  return task as WaitingTask;
}

itWith('a resume token')(
  'writes the callback URL into the Request, sleeps, and goes on with what the process sends',
  async () => {
    const task = await oneTask();
    const sleeping = await wait([task]);
    expect(sleeping.status).toBe('waiting');
    expect(new Date(String(sleeping.data.waitTill))).toEqual(WAIT_INDEFINITELY);
    expect(storedUrl()).toMatch(
      new RegExp(
        `^http://n8n\\.example/webhook-waiting/${sleeping.executionId}\\?signature=[^&]+&wait=[\\w-]+$`,
      ),
    );
    expect(puts()).toHaveLength(1);

    await harness.server.completeTask(task.id, { checked: 'yes' });
    const { status, run } = await call(sleeping, { approved: true, lines: [1, 2] });
    expect(status).toBe(200);
    expect(run?.status).toBe('success');
    expect(run?.tasks('ProcessMaker')).toHaveLength(1);
    expect(run?.outputs('ProcessMaker')).toMatchObject([
      [
        {
          json: {
            id: task.requestId,
            caseNumber: task.caseNumber,
            status: 'COMPLETED',
            data: { number: 0, checked: 'yes' },
            callback: { approved: true, lines: [1, 2] },
            timedOut: false,
          },
          pairedItem: { item: 0 },
        },
      ],
    ]);
  },
);

itWith('a resume token')(
  'does not show the signature of the callback URL anywhere in its output',
  async () => {
    const task = await oneTask();
    const sleeping = await wait([task], { callbackVariable: 'resume_url' });
    const url = storedUrl('resume_url');
    const { run } = await call(sleeping, { sent: { from: [`see ${url}`] }, [url]: { [url]: 1 } }, url);
    expect(signatureIn(url).length).toBeGreaterThan(20);
    for (const one of [sleeping, run]) {
      const shown = JSON.stringify(one?.tasks('ProcessMaker'));
      expect(shown).not.toContain(signatureIn(url));
      expect(shown).toContain('"resume_url":"***"');
    }
  },
);

itWith('a resume token')(
  'does not show the signature of a callback URL in the name of a data field',
  async () => {
    const task = await oneTask();
    // Another attempt has written the URL there: with Retry On Fail it is the same.
    harness.gateway.treat = ({ path }) =>
      path.includes('summary') && puts().length === 1
        ? async (response, forward) => {
            const { status, headers, body } = await forward();
            const changed = body.replace('"number":', `${JSON.stringify(storedUrl())}:`);
            response.writeHead(status, headers).end(changed);
          }
        : undefined;
    const sleeping = await wait([task]);
    const shown = JSON.stringify(sleeping.data.executionData?.nodeExecutionStack);
    expect(shown).toContain('signature=***');
    expect(shown).not.toContain(signatureIn(storedUrl()));
  },
);

itWith('a resume token')(
  'does not show the signature of a callback URL in the reason for which a Request has ended',
  async () => {
    const task = await oneTask();
    let isFirst = true;
    harness.gateway.treat = ({ method }) => {
      if (method !== 'GET' || puts().length !== 1 || !isFirst) return undefined;
      isFirst = false;
      harness.server.failRequest(task.requestId, `Could not call ${storedUrl()}`);
      return respond(403, { message: 'Unauthorized.' });
    };
    const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
    const run = await wait([task], {}, { settings });
    expect(run.error?.message).toContain('has ended in status ERROR: Could not call http');
    expect(JSON.stringify(run.data.resultData)).not.toContain(signatureIn(storedUrl()));
  },
);

it.each([
  ['nothing', {}, null],
  ['an empty object', { body: {} }, {}],
  ['an empty list', { body: [] }, []],
  ['a text', { body: 'yes' }, 'yes'],
  ['null', { body: null, rawBody: Buffer.from('null') }, null],
  ['a body that n8n does not parse', { rawBody: Buffer.from('a;b') }, 'a;b'],
])('returns what was sent to the callback URL: %s', async (_case, sent, callback) => {
  const sleeping = await wait([await oneTask()]);
  const { run } = await callWith(sleeping, sent);
  expect(run?.items('ProcessMaker')).toMatchObject([{ callback, timedOut: false }]);
});

describe('the time limit', () => {
  itWith('a resume token')(
    'returns the Request, marked as timed out, at the limit of a callback wait',
    async () => {
      const task = await oneTask();
      const parameters = { limitWaitTime: true, resumeAmount: 2, resumeUnit: 'days' };
      const sleeping = await wait([task], parameters);
      const until = new Date(String(sleeping.data.waitTill)).getTime();
      expect(Math.abs(until - Date.now() - 2 * 86_400_000)).toBeLessThan(5000);
      const run = await harness.engine.resume(sleeping, { credentials: harness.credentials('operator') });
      expect(run.status).toBe('success');
      expect(run.outputs('ProcessMaker')).toMatchObject([
        [
          {
            json: {
              id: task.requestId,
              status: 'ACTIVE',
              data: { number: 0 },
              callback: null,
              timedOut: true,
            },
            pairedItem: { item: 0 },
          },
        ],
      ]);
      expect(JSON.stringify(run.tasks('ProcessMaker'))).not.toContain(signatureIn(storedUrl()));
    },
  );

  it('applies the limit of a callback wait when an expression switches it on by a text', async () => {
    const sleeping = await wait([await oneTask()], { limitWaitTime: '={{ "true" }}' });
    const until = new Date(String(sleeping.data.waitTill)).getTime();
    expect(Math.abs(until - Date.now() - 86_400_000)).toBeLessThan(5000);
  });

  it.each([
    [{ resumeAmount: 0 }, /'Amount' is not a number above 0/],
    [{ resumeAmount: 4000 }, /'Amount' is not a number above 0, or more than ten years/],
    [{ resumeUnit: 'weeks' }, /'Unit' holds "weeks", which is not a valid option/],
  ])('refuses the limit %j of a callback wait before any call', async (limit, message) => {
    const task = await oneTask();
    const run = await wait([task], { limitWaitTime: true, ...limit });
    expect(run.error?.message).toMatch(message);
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('a call that is not for this wait', () => {
  it('does not wake the execution on a call for another wait', async () => {
    const sleeping = await wait([await oneTask()]);
    const url = new URL(storedUrl());
    url.searchParams.set('wait', 'another');
    const { status, body, run } = await call(sleeping, {}, url.toString());
    expect(run).toBeUndefined();
    expect(status).toBe(410);
    expect(body).toEqual({ code: 'notThisWait' });
    expect((await call(sleeping)).run?.status).toBe('success');
  });

  it('does not wake a node on the late call for an earlier node', async () => {
    const [first, second] = (await startTasks(harness, 2)) as [WaitingTask, WaitingTask];
    const limited = { ...CALLBACK, limitWaitTime: true };
    const later = { ...CALLBACK, request: locator('id', second.requestId) };
    const workflow = createWorkflow(
      [
        { name: 'Start', type: 'test.start' },
        { name: 'ProcessMaker', type: PROCESS_MAKER, parameters: limited },
        { name: LATER, type: PROCESS_MAKER, parameters: later },
      ],
      [
        ['Start', 'ProcessMaker'],
        ['ProcessMaker', LATER],
      ],
    );
    const credentials = harness.credentials('operator');
    const firstSleeps = await harness.run(workflow, { input: [first], credentials });
    const lateUrl = storedUrl();
    const secondSleeps = await harness.engine.resume(firstSleeps, { credentials });
    expect(secondSleeps.status).toBe('waiting');
    const ownUrl = storedUrl(VARIABLE, 1);
    expect(signatureIn(ownUrl)).toBe(signatureIn(lateUrl));
    expect((await call(secondSleeps, {}, lateUrl)).status).toBe(410);
    const { run } = await call(secondSleeps, {}, ownUrl);
    expect(run?.items(LATER)).toMatchObject([{ id: second.requestId, timedOut: false }]);
  });
});

describe('the name of a node that sleeps', () => {
  const named = async (name: string, parameters: INodeParameters, input: IDataObject) => {
    const workflow = createWorkflow(
      [
        { name: 'Start', type: 'test.start' },
        { name, type: PROCESS_MAKER, parameters },
      ],
      [['Start', name]],
    );
    return await harness.run(workflow, { input: [input], user: 'admin' });
  };
  const START = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
  const NAMES = [
    'ProcessMaker',
    'toString',
    'constructor',
    'prototype',
    '__defineGetter__',
    'getPrototypeOf',
    'mainModule',
  ];

  it.each(NAMES.flatMap((name) => SLEEPS.map((waitFor) => [name, waitFor])))(
    'is refused before the start, or it can be woken: %s with %s',
    async (name, waitFor) => {
      const run = await named(name, { ...START, waitFor }, { number: 1 });
      if (run.status !== 'waiting') {
        expect(run.error?.message).toMatch(/A node with the name '.+' could never be woken/);
        expect(harness.gateway.calls).toEqual([]);
        return;
      }
      await harness.completeFirstTask();
      expect((await call(run)).run?.status).toBe('success');
    },
  );

  it('is refused before the start where the expressions of n8n block it', async () => {
    const run = await named('constructor', { ...START, waitFor: 'callback' }, { number: 1 });
    expect(run.error?.message).toMatch(/A node with the name 'constructor' could never be woken/);
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('calls for a callback that come together', () => {
  const together = async (sleeping: Run, count = 20) =>
    await Promise.all(Array.from({ length: count }, (_, number) => call(sleeping, { number })));
  const reads = () => harness.gateway.calls.filter(({ method }) => method === 'GET').length;

  it.each([
    ['with what was sent', {}],
    ['by the data of the Request', { options: { decideByRequestData: true } }],
  ])('wake the execution once, %s, and read its Request once', async (_, parameters) => {
    const sleeping = await wait([await oneTask()], parameters);
    const before = reads();
    const responses = await together(sleeping);
    responses.push(await call(sleeping, { number: 'late' }));
    const woken = responses.filter(({ run }) => run !== undefined);
    expect(woken).toHaveLength(1);
    expect(woken[0]).toMatchObject({ status: 200, body: { woken: true } });
    const [item] = woken[0]?.run?.items('ProcessMaker') ?? [];
    expect(item).toMatchObject({
      timedOut: false,
      ...('options' in parameters ? {} : { callback: { number: 0 } }),
    });
    const others = responses.filter(({ run }) => run === undefined);
    expect(others.map(({ status, body }) => [status, (body as IDataObject).code])).toEqual(
      Array(20).fill([503, 'isBeingWoken']),
    );
    expect(reads() - before).toBe(1);
  });

  it('leave it asleep when the Request cannot be read, and a later one wakes it', async () => {
    const sleeping = await wait([await oneTask()], { options: { decideByRequestData: true } });
    harness.gateway.treat = () => respond(403, { message: 'This action is unauthorized.' });
    const refused = await together(sleeping);
    expect(refused.map(({ status, body }) => [status, (body as IDataObject).code])).toEqual(
      Array(20).fill([503, 'notReadable']),
    );
    harness.gateway.reset();
    expect((await call(sleeping)).run?.status).toBe('success');
  });
});

describe('more than one Request in an execution', () => {
  /** n8n 3 no longer has the mode of Execute Workflow that runs once for each item. */
  const THE_WAY = /'Loop Over Items', one item at a time, then 'Execute Workflow' with/;

  it('refuses a callback wait for several items before any call, and names the way', async () => {
    const tasks = await startTasks(harness, 2);
    const run = await wait(tasks);
    expect(run.error?.message).toMatch(
      /'Callback' waits for one Request in an execution, but 2 items have come in/,
    );
    expect(run.error).toHaveProperty('description', expect.stringMatching(THE_WAY));
    expect(harness.gateway.calls).toEqual([]);
  });

  it('refuses a callback wait in the second iteration of a loop, and names the way', async () => {
    const tasks = await startTasks(harness, 2);
    const workflow = loopWorkflow(CALLBACK, ERROR_OUTPUT);
    const sleeping = await harness.run(workflow, { input: tasks, user: 'operator' });
    const { run } = await call(sleeping);
    expect(run?.status).toBe('success');
    expect(run?.tasks('ProcessMaker')).toHaveLength(2);
    expect(run && failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(
          new RegExp(`the node runs a second time, as in a loop.*${THE_WAY.source}`, 's'),
        ) as string,
      },
    ]);
    expect(puts()).toHaveLength(1);
  });
});

describe('a Request that has already ended', () => {
  it('returns a Request that has already ended, without sleeping', async () => {
    const task = await oneTask();
    await harness.server.completeTask(task.id, {});
    const run = await wait([task]);
    expect(run.status).toBe('success');
    expect(run.items('ProcessMaker')).toMatchObject([
      { id: task.requestId, status: 'COMPLETED', callback: null, timedOut: false },
    ]);
    expect(puts()).toEqual([]);
  });

  it('fails the item of a Request that has already ended in ERROR, unless the option says otherwise', async () => {
    const task = await oneTask();
    harness.server.failRequest(task.requestId, 'Stopped');
    const failed = await wait([task], {}, { settings: ERROR_OUTPUT });
    expect(failedItems(failed)).toMatchObject([{ outcome: 'startedInError', requestId: task.requestId }]);
    const run = await wait([task], { options: { returnErroredRequests: true } });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ERROR', timedOut: false }]);
  });
});

describe('writing the callback URL', () => {
  itWith('a resume token')(
    'fails the item, and names the permission, when the user may not write the callback URL',
    async () => {
      const run = await wait([await oneTask()], {}, { user: 'limited', settings: ERROR_OUTPUT });
      expect(run.status).toBe('success');
      expect(failedItems(run)).toMatchObject([
        {
          text: expect.stringMatching(
            /may not write the URL.*'edit-task_data' or 'edit-request_data'/s,
          ) as string,
          httpStatus: 403,
        },
      ]);
      expect(JSON.stringify(run.tasks('ProcessMaker'))).not.toContain(run.data.resumeToken);
    },
  );

  it.each([
    ['carried out', resetAfter, 1],
    ['not carried out', resetBefore, 2],
    ['undone by somebody else', respond(204, ''), 2],
  ])(
    'looks whether the callback URL was written after a call that was %s',
    async (_case, behaviour, writes) => {
      const task = await oneTask();
      let isFirst = true;
      harness.gateway.treat = ({ method }) => {
        if (method !== 'PUT' || !isFirst) return undefined;
        isFirst = false;
        return behaviour;
      };
      const sleeping = await wait([task]);
      expect(sleeping.status).toBe('waiting');
      expect(puts()).toHaveLength(writes);
      expect((await call(sleeping)).run?.status).toBe('success');
    },
  );

  it('fails when the Request never keeps the callback URL', async () => {
    const task = await oneTask();
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? respond(204, '') : undefined);
    const run = await wait([task]);
    expect(run.error?.message).toContain(`Request ${task.requestId} does not keep the URL`);
    expect(puts()).toHaveLength(3);
  });

  // Users with 'edit-task_data' alone may write into running Requests only.
  it.each([204, 403])(
    'returns a Request that ends before the callback URL is written, with the response %d',
    async (status) => {
      const task = await oneTask();
      harness.gateway.treat = ({ method }) => {
        if (method !== 'PUT') return undefined;
        return async (response) => {
          await harness.server.completeTask(task.id, {});
          response.writeHead(status).end();
        };
      };
      const run = await wait([task]);
      expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED', timedOut: false }]);
    },
  );

  it.each([' ', 'a b', '1x', '_request', '_n8n_key', 'a.b'])(
    'refuses the variable "%s" for the callback URL before any call',
    async (name) => {
      const run = await wait([await oneTask()], { callbackVariable: name });
      expect(run.error?.message).toMatch(/'Variable for the URL' holds/);
      expect(harness.gateway.calls).toEqual([]);
    },
  );
});

describe('when n8n runs the node again', () => {
  it('waits with the same callback URL after Retry On Fail', async () => {
    const task = await oneTask();
    let looks = 0;
    // The Request is read after the URL was written. When this read fails, the node runs again.
    harness.gateway.treat = ({ method }) =>
      method === 'GET' && ++looks === 2 ? respond(403, { message: 'Unauthorized.' }) : undefined;
    const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
    const sleeping = await wait([task], {}, { settings });
    expect(sleeping.status).toBe('waiting');
    expect(puts()).toHaveLength(1);
    expect((await call(sleeping)).run?.status).toBe('success');
  });

  it('writes the new callback URL after the Retry button', async () => {
    const task = await oneTask();
    harness.gateway.treat = ({ method }) =>
      method === 'GET' && puts().length === 1 ? respond(403, { message: 'Unauthorized.' }) : undefined;
    const failed = await wait([task]);
    expect(failed.status).toBe('error');
    const oldUrl = storedUrl();
    harness.gateway.treat = () => undefined;
    const sleeping = await harness.engine.retry(failed, { credentials: harness.credentials('operator') });
    expect(sleeping.status).toBe('waiting');
    expect(puts()).toHaveLength(2);
    expect(storedUrl()).not.toBe(oldUrl);
    expect(storedUrl()).toContain(`/webhook-waiting/${sleeping.executionId}?`);
    expect((await call(sleeping, {}, oldUrl)).status).toBe(409);
    expect((await call(sleeping)).run?.status).toBe('success');
  });

  it('writes the new callback URL after a crash of n8n', async () => {
    const task = await oneTask();
    const killed = await wait([task]);
    const sleeping = await harness.retryAfterCrash(killed, [task], 'operator');
    expect(sleeping.status).toBe('waiting');
    expect(storedUrl()).toContain(`/webhook-waiting/${sleeping.executionId}?`);
    expect((await call(sleeping)).run?.status).toBe('success');
  });
});

it('does not lose what is sent to the callback URL when the Request cannot be read at that moment', async () => {
  const task = await oneTask();
  const sleeping = await wait([task]);
  harness.gateway.treat = () => resetBefore;
  const { run } = await call(sleeping, { approved: false });
  expect(run?.items('ProcessMaker')).toMatchObject([
    {
      id: task.requestId,
      callback: { approved: false },
      timedOut: false,
      note: expect.stringContaining('as it was when the waiting began') as string,
    },
  ]);
});

it('refuses a callback wait by the caller of a tool', async () => {
  const task = await oneTask();
  const run = await wait([task], {}, { settings: { type: 'n8n-nodes-processmaker.processMakerTool' } });
  expect(JSON.stringify(run.data.resultData)).toContain(
    "The caller of the tool cannot wait for a 'Callback'",
  );
  expect(harness.gateway.calls).toEqual([]);
});

itWith('a resume token')(
  'does not write the callback URL when the execution is canceled before',
  async () => {
    const task = await oneTask();
    const cancellation = new AbortController();
    harness.gateway.treat = ({ method }) => {
      if (method === 'GET') cancellation.abort();
      return undefined;
    };
    const run = await wait([task], {}, { signal: cancellation.signal });
    expect(run.status).toBe('canceled');
    expect((harness.requests()[0]?.data as IDataObject)[VARIABLE]).toBeUndefined();
  },
);
