import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { bpmn, endEvent, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { pass, resetBefore, respond, thenRespond, type Behaviour } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness, type Harness } from '../../support/harness';
import type { Run } from '../../support/run';

// After the response to a retry, the Request stays in ERROR until its script has run again.
let ahead = 0;
const now = () => new Date(Date.now() + ahead);
const harness = useHarness({ now });

const PAYMENT_RUN = { process: locator('id', 26), startEvent: locator('id', 'due') };
const byId = { request: locator('id', '={{ $json.id }}') };
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 300 };

const statusOf = (id: unknown, from = harness) => from.server.requests().find((one) => one.id === id)?.status;

async function becomes(id: unknown, status: string, from = harness): Promise<void> {
  for (const end = Date.now() + 5_000; statusOf(id, from) !== status && Date.now() < end;) await pause(5);
  expect(statusOf(id, from)).toBe(status);
}

/** A Request whose script has failed some time ago; from then on scripts work. */
async function errored(
  parameters: INodeParameters = PAYMENT_RUN,
  from: Harness = harness,
): Promise<IDataObject> {
  from.server.scriptsRun = false;
  const started = await from.start(parameters, { user: 'admin' });
  const [request = {}] = started.items('ProcessMaker');
  await becomes(request.id, 'ERROR', from);
  await pause(100);
  ahead += 10_000;
  from.server.scriptsRun = true;
  from.gateway.calls = [];
  return { id: request.id };
}

const retry = (
  input: IDataObject[],
  options: INodeParameters = {},
  settings: Partial<INode> = ERROR_OUTPUT,
) => harness.perform('request retry', { ...byId, options }, { input, user: 'admin', settings });
const retryCalls = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');
const runsOf = (id: unknown) => harness.server.scriptRuns.filter((one) => one === id).length;

/** Treats the first retry in a special way, and with it what is read of the Request right after it. */
function treatFirstRetry(behaviour: Behaviour, readings = 0): void {
  let left = -1;
  harness.gateway.treat = ({ method }) => {
    if (method === 'PUT' && retryCalls().length === 1) {
      left = readings;
      return behaviour;
    }
    return left-- > 0 ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
  };
}

/** A start of a process in which two scripts run at a time: what is known of both stays while they are retried. */
async function twoScripts(): Promise<INodeParameters> {
  const script = (id: string) => ({ type: 'scriptTask', id, name: id, pm: { scriptRef: '1', config: '' } });
  const { id } = await harness.server.addProcess({
    name: 'Two scripts at a time',
    bpmn: bpmn(
      [
        startEvent('node_1', 'Start', '3'),
        { type: 'parallelGateway', id: 'split', name: 'Both' },
        script('node_4'),
        script('node_7'),
        endEvent('node_3', 'End'),
      ],
      [...line('node_1', 'split', 'node_4', 'node_3'), ...line('split', 'node_7', 'node_3')],
    ),
  });
  return { process: locator('id', id), startEvent: locator('id', 'node_1') };
}

it.each([true, false])(
  'returns a Request whose script runs again as being retried, with Simplify %s',
  async (simplify) => {
    const request = await errored();
    harness.server.scriptsHeld = true;
    const status = simplify ? null : 'ERROR';
    const run = await retry([request], { simplify });
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status, retrying: true }]);
    const parameters = { ...byId, options: { simplify } };
    const read = await harness.perform('request get', parameters, { input: [request], user: 'admin' });
    expect(read.items('ProcessMaker')).toMatchObject([{ ...request, status, retrying: true }]);
    harness.server.scriptsHeld = false;
    await becomes(request.id, 'ACTIVE');
    const later = await harness.perform('request get', byId, { input: [request], user: 'admin' });
    expect(later.items('ProcessMaker')[0]).not.toHaveProperty('retrying');
  },
);

it('sends no further retry for a Request that is being retried, so that its script runs once', async () => {
  const request = await errored();
  harness.server.scriptsHeld = true;
  await retry([request]);
  const second = await retry([request, request]);
  expect(second.items('ProcessMaker')).toMatchObject([{ retrying: true }, { retrying: true }]);
  harness.server.scriptsRun = false;
  harness.server.scriptsHeld = false;
  while (runsOf(request.id) < 2) await pause(5);
  await pause(200);
  expect(retryCalls()).toHaveLength(1);
  expect(runsOf(request.id)).toBe(2);
});

it('sends one retry for two items of a Request, also where several elements have failed', async () => {
  const request = await errored(await twoScripts());
  harness.server.scriptsHeld = true;
  const run = await retry([request, request]);
  expect(run.items('ProcessMaker')).toMatchObject([request]);
  expect(failedItems(run)).toMatchObject([
    { message: expect.stringMatching(/has retried Request \d+.*\[item 1\]$/) as string, outcome: 'notDone' },
  ]);
  expect(retryCalls()).toHaveLength(1);
});

describe('a retry by two executions', () => {
  const RETRIED_TWICE = expect.stringMatching(
    /^The comments of the Request show 2 retries at the same time.*\(item 0\)\.$/,
  ) as string;
  const commentReads = () => harness.gateway.calls.filter(({ path }) => path.includes('/comments'));
  const hintsOf = (run: Run) => run.hints('ProcessMaker');

  /** Two executions that both read the Request before either has retried it. */
  async function atOnce(request: IDataObject, options: INodeParameters = {}): Promise<Run[]> {
    harness.gateway.treat = ({ method }) => {
      if (method !== 'PUT') return undefined;
      return async (response, forward) => {
        while (retryCalls().length < 2) await pause(5);
        await pass(response, forward);
      };
    };
    return await Promise.all([retry([request], options), retry([request], options)]);
  }

  it('is told by the one that looks later', async () => {
    const request = await errored();
    harness.server.scriptsHeld = true;
    const runs = await atOnce(request);
    expect(retryCalls()).toHaveLength(2);
    expect(runs.map((run) => run.items('ProcessMaker')[0])).toMatchObject([{ retrying: true }, request]);
    expect(runs.flatMap(hintsOf)).toContainEqual(RETRIED_TWICE);
  });

  it('is told by both where they wait for the retry to end', async () => {
    const request = await errored();
    harness.server.scriptsHeld = true;
    const running = atOnce(request, { waitForRetry: true, timeLimit: 20 });
    while (runsOf(request.id) > 1 || retryCalls().length < 2) await pause(5);
    await pause(500);
    harness.server.scriptsHeld = false;
    expect((await running).map(hintsOf)).toEqual([[RETRIED_TWICE], [RETRIED_TWICE]]);
  });

  it('is not told of a retry long ago, and costs one call', async () => {
    const request = await errored();
    harness.server.scriptsRun = false;
    await retry([request]);
    while (runsOf(request.id) < 2) await pause(5);
    await becomes(request.id, 'ERROR');
    await pause(100);
    ahead += 10_000;
    harness.server.scriptsHeld = true;
    harness.gateway.calls = [];
    const run = await retry([request]);
    expect(retryCalls()).toHaveLength(1);
    expect(hintsOf(run)).toEqual([]);
    expect(commentReads()).toHaveLength(1);
  });

  it('is not looked for where nothing was retried', async () => {
    const request = await errored();
    harness.gateway.treat = ({ method }) =>
      method === 'PUT' ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
    await retry([request]);
    expect(commentReads()).toEqual([]);
  });

  it.each([403, 404, 500])(
    'is not told where the comments cannot be read, with %i, and the retry counts',
    async (status) => {
      const request = await errored();
      harness.server.scriptsHeld = true;
      harness.gateway.treat = ({ path }) =>
        path.includes('/comments') ? respond(status, { message: 'No.' }) : undefined;
      const run = await retry([request]);
      expect(run.items('ProcessMaker')).toMatchObject([{ ...request, retrying: true }]);
      expect(hintsOf(run)).toEqual([]);
    },
  );
});

it('recognizes from the Request that it is being retried when the response to a retry was lost', async () => {
  const request = await errored();
  harness.server.scriptsHeld = true;
  treatFirstRetry(thenRespond(resetBefore));
  const run = await retry([request]);
  expect(run.items('ProcessMaker')).toMatchObject([{ ...request, retrying: true }]);
  expect(retryCalls()).toHaveLength(1);
});

describe('two items of one Request, when n8n runs the node again', () => {
  it('send no further retry when that of the first item was lost', async () => {
    const request = await errored();
    treatFirstRetry(resetBefore);
    const run = await retry([request, request], {}, AGAIN);
    expect(run.error).toMatchObject({ context: { outcome: 'unknown' } });
    expect(retryCalls()).toHaveLength(1);
    expect(runsOf(request.id)).toBe(1);
  });

  it.each(['id', 'caseNumber'])(
    'send no further retry while several scripts run again, the second item by its %s',
    async (mode) => {
      const request = await errored(await twoScripts());
      const { caseNumber } = harness.requests().find(({ id }) => id === request.id) ?? {};
      harness.server.scriptsHeld = true;
      const input = [
        { mode: 'id', value: request.id },
        { mode, value: mode === 'id' ? request.id : caseNumber },
      ];
      const parameters = {
        request: { __rl: true, mode: '={{ $json.mode }}', value: '={{ $json.value }}' },
      };
      const run = await harness.perform('request retry', parameters, {
        input,
        user: 'admin',
        settings: AGAIN,
      });
      expect(run.error?.message).toMatch(/has retried Request \d+.*\[item 1\]$/);
      expect(retryCalls()).toHaveLength(1);
    },
  );

  it('send a retry that was refused for the first item and then for the second', async () => {
    const request = await errored();
    let refusals = 2;
    harness.gateway.treat = ({ method }) =>
      method === 'PUT' && refusals-- > 0 ? respond(422, { message: 'Not now.' }) : undefined;
    harness.server.scriptsHeld = true;
    const run = await retry([request, request], {}, { ...AGAIN, maxTries: 3 });
    expect(run.items('ProcessMaker')).toMatchObject([request, request]);
    expect(retryCalls().length).toBeLessThanOrEqual(3);
    harness.server.scriptsHeld = false;
    await becomes(request.id, 'ACTIVE');
    expect(runsOf(request.id)).toBe(2);
  });
});

describe('an attempt after one with an unknown outcome', () => {
  it('sends no further retry for a Request whose script has run and failed again', async () => {
    const request = await errored();
    harness.server.scriptsRun = false;
    ahead += 10_000;
    // More readings than there are looks for what became of the call.
    treatFirstRetry(async (response, forward) => {
      ahead += 10_000;
      await forward();
      await becomes(request.id, 'ERROR');
      while (runsOf(request.id) < 2) await pause(5);
      await pause(100);
      response.destroy();
    }, 20);
    const first = await retry([request], {}, {});
    expect(first.error).toMatchObject({ context: { outcome: 'unknown' } });
    harness.gateway.treat = () => undefined;
    const run = await harness.engine.retry(first, { credentials: harness.credentials('admin') });
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status: 'ERROR' }]);
    expect(run.items('ProcessMaker')[0]).not.toHaveProperty('retrying');
    expect(retryCalls()).toHaveLength(1);
    expect(runsOf(request.id)).toBe(2);
  });

  it('reports a retry as unknown, and sends no further one, when the Request shows nothing newer', async () => {
    const request = await errored();
    treatFirstRetry(resetBefore);
    const run = await retry([request], {}, AGAIN);
    expect(run.error?.message).toMatch(
      /not known whether an earlier attempt retried Request \d+.* \[item 0\]$/,
    );
    expect(run.error).toMatchObject({ context: { outcome: 'unknown' } });
    expect(retryCalls()).toHaveLength(1);
    expect(runsOf(request.id)).toBe(1);
  });

  it('sends a retry that was refused before once more', async () => {
    const request = await errored();
    treatFirstRetry(respond(422, { message: 'Not now.' }));
    const run = await retry([request], {}, AGAIN);
    expect(run.items('ProcessMaker')).toMatchObject([request]);
    expect(retryCalls()).toHaveLength(2);
    await becomes(request.id, 'ACTIVE');
    expect(runsOf(request.id)).toBe(2);
  });
});

it('sends no retry after a crash of n8n while the one from before still waits in ProcessMaker', async () => {
  const request = await errored();
  harness.server.scriptsHeld = true;
  treatFirstRetry(async (response, forward) => {
    response.destroy();
    await pause(4_500);
    await forward();
  });
  const killed = await retry([request]);
  const run = await harness.retryAfterCrash(killed, [request], 'admin');
  expect(run.items('ProcessMaker')).toMatchObject([{ ...request, retrying: true }]);
  expect(retryCalls()).toHaveLength(1);
}, 60_000);

it('recognizes at once that a script ran and failed again when the response to its retry was lost', async () => {
  const request = await errored();
  harness.server.scriptsRun = false;
  treatFirstRetry(async (response, forward) => {
    ahead += 10_000;
    await forward();
    while (runsOf(request.id) < 2) await pause(5);
    await pause(100);
    response.destroy();
  });
  const run = await retry([request]);
  expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status: 'ERROR' }]);
  expect(retryCalls()).toHaveLength(1);
});

describe('a failure that ProcessMaker is still noting', () => {
  const slow = useHarness({ betweenErrorsMs: 700 });

  it('waits with a retry until the failure was noted twice, so that it shows that the script runs', async () => {
    slow.server.scriptsRun = false;
    const [request = {}] = (await slow.start(PAYMENT_RUN, { user: 'admin' })).items('ProcessMaker');
    await becomes(request.id, 'ERROR', slow);
    const input = [{ id: request.id }];
    const retried = slow.perform('request retry', byId, { input, user: 'admin' });
    await pause(300);
    slow.server.scriptsHeld = true;
    expect((await retried).items('ProcessMaker')).toMatchObject([{ retrying: true }]);
    await pause(800);
    const read = await slow.perform('request get', byId, { input, user: 'admin' });
    expect(read.items('ProcessMaker')).toMatchObject([{ retrying: true }]);
  });
});

describe('Wait for Retry to End', () => {
  const untilEnd = { waitForRetry: true };

  it.each([
    ['worked', true, 'ACTIVE'],
    ['failed again', false, 'ERROR'],
  ])('returns a Request when the script that runs again has %s', async (_, works, status) => {
    const request = await errored();
    harness.server.scriptsHeld = true;
    setTimeout(() => {
      harness.server.scriptsRun = works;
      harness.server.scriptsHeld = false;
    }, 500);
    const run = await retry([request], untilEnd);
    expect(harness.server.scriptsHeld).toBe(false);
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status }]);
    expect(run.items('ProcessMaker')[0]).not.toHaveProperty('retrying');
    expect(retryCalls()).toHaveLength(1);
  });

  it('returns a Request that is still being retried at the time limit, and says so', async () => {
    const request = await errored();
    harness.server.scriptsHeld = true;
    const run = await retry([request], { ...untilEnd, timeLimit: 1 });
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, retrying: true, timedOut: true }]);
  });

  it('reports a retry as done when it cannot be seen how it ended', async () => {
    const request = await errored();
    harness.server.scriptsHeld = true;
    let reads = 0;
    harness.gateway.treat = ({ method }) => {
      if (method === 'GET' && retryCalls().length > 0 && ++reads > 1) return respond(403, { message: 'No.' });
      return undefined;
    };
    const run = await retry([request], untilEnd);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('does not allow') as string, outcome: 'done' },
    ]);
  });

  it('refuses an invalid time limit before any call', async () => {
    const run = await retry([{ id: 1 }], { ...untilEnd, timeLimit: 0 });
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining("'Wait Time Limit'") as string },
    ]);
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('waits for a Request that is being retried', () => {
  const wait = (request: IDataObject, parameters: INodeParameters) =>
    harness.perform(
      'request wait',
      { ...byId, ...parameters },
      { input: [request], user: 'admin', settings: ERROR_OUTPUT },
    );

  /** A Request in ERROR whose script runs, and ends soon when it is not held. */
  async function retried(parameters: INodeParameters, isHeld = false): Promise<IDataObject> {
    const request = await errored(parameters);
    harness.server.scriptsHeld = true;
    await retry([request]);
    if (!isHeld) setTimeout(() => (harness.server.scriptsHeld = false), 500);
    return request;
  }

  it.each(['finish', 'task'])(
    'waits to the time limit for a Request that is being retried: %s',
    async (waitFor) => {
      const request = await retried(PAYMENT_RUN, true);
      const failed = await wait(request, { waitFor, options: { timeLimit: 1 } });
      expect(failedItems(failed)).toMatchObject([
        {
          message: expect.stringContaining('was still being retried after a second') as string,
          outcome: 'started',
        },
      ]);
      const returned = await wait(request, { waitFor, options: { timeLimit: 1, onTimeout: 'return' } });
      expect(returned.items('ProcessMaker')).toMatchObject([{ ...request, retrying: true, timedOut: true }]);
    },
  );

  it('returns a Request that ends after its retry', async () => {
    const request = await retried({ process: locator('id', 5), startEvent: locator('id', 'node_1') });
    const run = await wait(request, { waitFor: 'finish' });
    expect(run.items('ProcessMaker')).toMatchObject([{ ...request, status: 'COMPLETED' }]);
  });

  it('returns the Task that a Request comes to after its retry', async () => {
    const request = await retried(PAYMENT_RUN);
    const run = await wait(request, { waitFor: 'task', taskElement: 'release' });
    expect(run.items('ProcessMaker')).toMatchObject([{ requestId: request.id, name: 'Release the payment' }]);
  });

  it('sleeps until a call for a Request that is being retried', async () => {
    const request = await retried(PAYMENT_RUN, true);
    const run = await wait(request, { waitFor: 'callback' });
    expect(run.status).toBe('waiting');
  });
});

it.each(['return', 'startAgain', 'error'])(
  'treats a Request that is being retried like an active one for an existing Idempotency Key: %s',
  async (onExistingRequest) => {
    const options = { idempotencyKey: `being retried, ${onExistingRequest}`, onExistingRequest };
    const request = await errored({ ...PAYMENT_RUN, options });
    harness.server.scriptsHeld = true;
    await retry([request]);
    const run = await harness.start({ ...PAYMENT_RUN, options }, { user: 'admin', settings: ERROR_OUTPUT });
    if (onExistingRequest === 'error') expect(failedItems(run)).toMatchObject([{ requestId: request.id }]);
    else
      expect(run.items('ProcessMaker')).toMatchObject([{ ...request, retrying: true, alreadyStarted: true }]);
    expect(harness.requests()).toHaveLength(1);
  },
);
