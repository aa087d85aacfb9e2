import type { INodeParameters } from 'n8n-workflow';
import { respond, resetBefore, type Behaviour, type Call } from '../../support/gateway';
import { startTasks, type WaitingTask } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness, type StartOptions } from '../../support/harness';

const harness = useHarness();

const FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1'), waitFor: 'finish' };
const WAIT = { request: locator('id', '={{ $json.requestId }}') };

const wait = (tasks: WaitingTask[], options: INodeParameters = {}, run: StartOptions = {}) =>
  harness.perform(
    'request wait',
    { ...WAIT, options },
    { input: tasks, user: 'admin', settings: ERROR_OUTPUT, ...run },
  );
const start = (options: INodeParameters = {}, parameters: INodeParameters = {}) =>
  harness.start(
    { ...FORM, ...parameters, options },
    { input: [{ number: 'a' }], user: 'admin', settings: ERROR_OUTPUT },
  );
/** A look at many Requests, or the reading of their results, and nothing else that is read. */
const isLook = ({ method, path }: Call) => method === 'GET' && path.includes('pmql=id');
const isResult = (call: Call) => isLook(call) && /include=[^&]*data/.test(call.path);
const looks = () => harness.gateway.calls.filter(isLook);

const BUSY = { message: 'Too Many Attempts.' };
const AWAY = { message: 'Service Unavailable' };
const noAnswer: Behaviour = () => new Promise(() => undefined);

/** Treats the first of certain calls in a special way. Gives when the calls came, in milliseconds since 1970. */
function treatFirst(isWanted: (call: Call) => boolean, behaviour: Behaviour, count = 1): number[] {
  const times: number[] = [];
  harness.gateway.treat = (call) => {
    if (!isWanted(call)) return undefined;
    times.push(Date.now());
    return times.length <= count ? behaviour : undefined;
  };
  return times;
}

describe('a time that the server asks to be left alone', () => {
  it.each([
    ['429', respond(429, BUSY, { 'retry-after': '3' })],
    ['503', respond(503, AWAY, { 'retry-after': '3' })],
  ])('of a %s is kept', async (_status, behaviour) => {
    const tasks = await startTasks(harness);
    await harness.server.completeTask(tasks[0]?.id ?? 0, {});
    const times = treatFirst(isLook, behaviour);
    const run = await wait(tasks);
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
    const [refused = 0, next = 0] = times;
    expect(next - refused).toBeGreaterThanOrEqual(3000);
  });

  it('and that is longer than the time limit leaves the state unknown, without another call', async () => {
    const tasks = await startTasks(harness);
    harness.gateway.treat = () => respond(429, BUSY, { 'retry-after': '60' });
    const run = await wait(tasks, { timeLimit: 2 });
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringContaining(
          `It is not known where Request ${tasks[0]?.requestId} stands after 2 seconds`,
        ) as string,
        httpStatus: 429,
        requestId: tasks[0]?.requestId,
      },
    ]);
    expect(harness.lookUps()).toHaveLength(1);
  });

  it('is kept with Requests that no list shows, too', async () => {
    const missing = [1, 2, 3].map((n) => ({ id: n, requestId: 900_000 + n, caseNumber: 0 }));
    harness.gateway.treat = (call) =>
      isLook(call) ? undefined : respond(429, BUSY, { 'retry-after': '60' });
    const run = await wait(missing, { timeLimit: 1 });
    expect(failedItems(run).map(({ httpStatus }) => httpStatus)).toEqual([429, 429, 429]);
    // The list, and the first of them.
    expect(harness.lookUps()).toHaveLength(2);
  });
});

describe('the reading of the result', () => {
  it.each([
    ['is refused', respond(429, BUSY, { 'retry-after': '1' })],
    ['meets a maintenance', respond(503, AWAY)],
    ['loses its connection', resetBefore],
  ])('that %s is repeated, whatever time the node has for its starts', async (_case, behaviour) => {
    const times = treatFirst(isResult, behaviour, 2);
    const options = { recoveryWindow: 0 };
    const ended = start(options);
    await completeStarted();
    const run = await ended;
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED', data: { number: 'a' } }]);
    expect(times).toHaveLength(3);
  });

  it('is not repeated when the server asks for longer than a minute, and the item says how its Request has ended', async () => {
    const times = treatFirst(isResult, respond(503, AWAY, { 'retry-after': '61' }));
    const ended = start();
    await completeStarted();
    const id = harness.requests()[0]?.id;
    expect(failedItems(await ended)).toMatchObject([
      {
        text: expect.stringContaining(`Request ${id} has ended in status COMPLETED, but could not`) as string,
        httpStatus: 503,
        outcome: 'started',
        requestId: id,
      },
    ]);
    expect(times).toHaveLength(1);
  });

  it('that is refused for good fails the item, and says how its Request has ended', async () => {
    harness.gateway.treat = (call) =>
      isResult(call) ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
    const ended = start();
    await completeStarted();
    const id = harness.requests()[0]?.id;
    expect(failedItems(await ended)).toMatchObject([
      {
        text: expect.stringMatching(
          `Request ${id} has ended in status COMPLETED, but could not be read with its data: .*Request ${id} was started, and is not to be started again`,
        ) as string,
        httpStatus: 403,
        outcome: 'started',
        requestId: id,
      },
    ]);
  });
});

/** Completes the Task of the Request that is started. */
async function completeStarted(): Promise<void> {
  while (harness.requests().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const [request] = harness.requests();
  const task = harness.server.tasks().find(({ requestId }) => requestId === request?.id);
  await harness.server.completeTask(task?.id ?? 0, {});
}

describe('no look follows another one at once', () => {
  it('when ProcessMaker tells of an end in one call, and of none in the next', async () => {
    const tasks = await startTasks(harness);
    harness.gateway.treat = (call) =>
      isLook(call) && !isResult(call)
        ? async (response, forward) => {
            const { status, headers, body } = await forward();
            response.writeHead(status, headers).end(body.replaceAll('"ACTIVE"', '"COMPLETED"'));
          }
        : undefined;
    const options = { timeLimit: 2, onTimeout: 'return' };
    const run = await wait(tasks, options);
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE', timedOut: true }]);
    expect(looks().length).toBeLessThanOrEqual(8);
  });

  it('when ProcessMaker tells of an end in one call, and of none in the next, and the time is over', async () => {
    const tasks = await startTasks(harness);
    harness.gateway.treat = (call) =>
      isResult(call)
        ? async (response, forward) => {
            const { status, headers, body } = await forward();
            response.writeHead(status, headers).end(body.replaceAll('"ACTIVE"', '"ERROR"'));
          }
        : undefined;
    const options = { timeLimit: 1, onTimeout: 'return', returnErroredRequests: true };
    const run = await wait(tasks, options);
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ERROR' }]);
    expect(looks().length).toBeLessThanOrEqual(4);
  });

  it('when all are refused at once', async () => {
    const tasks = await startTasks(harness, 3);
    harness.gateway.treat = () => resetBefore;
    await wait(tasks, { timeLimit: 2 });
    expect(harness.lookUps().length).toBeLessThanOrEqual(3);
  });
});

describe('a server that does not answer at all', () => {
  it('leaves the state at the limit unknown', async () => {
    let count = 0;
    harness.gateway.treat = (call) => (isLook(call) && ++count > 1 ? noAnswer : undefined);
    const run = await start({ timeLimit: 1, onTimeout: 'return' });
    const id = harness.requests()[0]?.id;
    const [failed] = failedItems(run);
    expect(failed).toMatchObject({ outcome: 'started', requestId: id });
    expect(failed?.text).toMatch(
      `It is not known where Request ${id} stands after a second, since ProcessMaker could not be read`,
    );
    expect(failed?.text).toMatch(`Request ${id} was started, and is not to be started again`);
    expect(failed?.text).not.toMatch('still ACTIVE');
  });
});

describe('a refusal for good in the middle of the wait', () => {
  it.each([
    ['401', respond(401, { error: 'Unauthenticated.' }), 'did not accept the access token', 401],
    ['403', respond(403, { message: 'Unauthorized.' }), 'does not allow this', 403],
    ['another page', respond(200, '<html></html>'), 'not that of a ProcessMaker API', 200],
  ])(
    '(%s) names the Request, which is not to be started again',
    async (_case, behaviour, reason, httpStatus) => {
      let count = 0;
      harness.gateway.treat = (call) => (isLook(call) && ++count > 1 ? behaviour : undefined);
      const run = await start();
      const id = harness.requests()[0]?.id;
      const [failed] = failedItems(run);
      expect(failed?.text).toMatch(`Request ${id} could not be waited for: `);
      expect(failed?.text).toMatch(reason);
      expect(failed?.text).toMatch(`Request ${id} was started, and is not to be started again`);
      expect(failed).toMatchObject({ outcome: 'started', requestId: id, httpStatus });
      expect(looks()).toHaveLength(2);
    },
  );

  it('(404) names the Request, which is not to be started again', async () => {
    let count = 0;
    harness.gateway.treat = (call) => {
      if (isLook(call)) {
        return ++count > 1 ? respond(200, { data: [], meta: { last_page: 1, total: 0 } }) : undefined;
      }
      return /requests\/\d+\?/.test(call.path) ? respond(404, { error: 'Not Found' }) : undefined;
    };
    const run = await start();
    const id = harness.requests()[0]?.id;
    const [failed] = failedItems(run);
    expect(failed?.text).toMatch(`There is no Request ${id} [item 0]`);
    expect(failed?.text).toMatch(`Request ${id} was started, and is not to be started again`);
    expect(failed).toMatchObject({ outcome: 'started', requestId: id, httpStatus: 404 });
    expect(harness.starts()).toHaveLength(1);
  });

  it('before a Callback names the Request, too', async () => {
    harness.gateway.treat = ({ path }) =>
      path.includes('summary') ? respond(401, { error: 'Unauthenticated.' }) : undefined;
    const run = await start({}, { waitFor: 'callback' });
    const id = harness.requests()[0]?.id;
    const [failed] = failedItems(run);
    expect(failed?.text).toMatch(`Request ${id} could not be waited for: ProcessMaker did not accept`);
    expect(failed?.text).toMatch(`Request ${id} was started, and is not to be started again`);
  });
});
