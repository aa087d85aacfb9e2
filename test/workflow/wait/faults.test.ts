import type { INodeParameters } from 'n8n-workflow';
import { ownMaintenance, respond, resetBefore, type Behaviour, type Call } from '../../support/gateway';
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
/** A call that polls many Requests or reads their results. */
const isLook = ({ method, path }: Call) => method === 'GET' && path.includes('pmql=id');
const isResult = (call: Call) => isLook(call) && /include=[^&]*data/.test(call.path);
const looks = () => harness.gateway.calls.filter(isLook);

const BUSY = { message: 'Too Many Attempts.' };
const noResponse: Behaviour = () => new Promise(() => undefined);

/** Treats the first of certain calls in a special way. Returns when the calls came, in milliseconds since 1970. */
function treatFirst(isWanted: (call: Call) => boolean, behaviour: Behaviour, count = 1): number[] {
  const times: number[] = [];
  harness.gateway.treat = (call) => {
    if (!isWanted(call)) return undefined;
    times.push(Date.now());
    return times.length <= count ? behaviour : undefined;
  };
  return times;
}

describe('a pause that the server asks for', () => {
  it.each([
    ['429', respond(429, BUSY, { 'retry-after': '3' })],
    ['503', ownMaintenance({ 'retry-after': '3' })],
  ])('does not poll during the pause that a %s response asks for', async (_status, behaviour) => {
    const tasks = await startTasks(harness);
    await harness.server.completeTask(tasks[0]?.id ?? 0, {});
    const times = treatFirst(isLook, behaviour);
    const run = await wait(tasks);
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
    const [refused = 0, next = 0] = times;
    expect(next - refused).toBeGreaterThanOrEqual(3000);
  });

  it('reports an unknown state, without another call, when the server asks for a pause beyond the time limit', async () => {
    const tasks = await startTasks(harness);
    harness.gateway.treat = () => respond(429, BUSY, { 'retry-after': '60' });
    const run = await wait(tasks, { timeLimit: 2 });
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringContaining(
          `The status of Request ${tasks[0]?.requestId} after 2 seconds is not known`,
        ) as string,
        httpStatus: 429,
        requestId: tasks[0]?.requestId,
      },
    ]);
    expect(harness.lookUps()).toHaveLength(1);
  });

  it('keeps to the pause that the server asks for with Requests that no list shows, too', async () => {
    const missing = [1, 2, 3].map((n) => ({ id: n, requestId: 900_000 + n, caseNumber: 0 }));
    harness.gateway.treat = (call) =>
      isLook(call) ? undefined : respond(429, BUSY, { 'retry-after': '60' });
    const run = await wait(missing, { timeLimit: 1 });
    expect(failedItems(run).map(({ httpStatus }) => httpStatus)).toEqual([429, 429, 429]);
    // One call for the list, and one for the first Request.
    expect(harness.lookUps()).toHaveLength(2);
  });
});

it('does not go on reading Requests that no list shows when the time is over', async () => {
  let now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  const hidden = Array.from({ length: 60 }, (_, n) => ({ id: n, requestId: 900_000 + n, caseNumber: 0 }));
  harness.gateway.treat = (call) => {
    if (isLook(call)) return respond(200, { data: [], meta: { last_page: 1, total: 0 } });
    now += 1000;
    return respond(200, { id: Number(/requests\/(\d+)/.exec(call.path)?.[1]), status: 'ACTIVE' });
  };
  const run = await wait(hidden, { timeLimit: 10 });
  jest.restoreAllMocks();
  const failed = failedItems(run);
  expect(failed).toHaveLength(60);
  expect(failed[59]?.text).toContain('The status of Request 900059 after 10 seconds is not known');
  expect(harness.lookUps().length).toBeLessThan(20);
});

describe('reading the result', () => {
  it.each([
    ['is refused', respond(429, BUSY, { 'retry-after': '1' })],
    ['meets a maintenance', ownMaintenance()],
    ['loses its connection', resetBefore],
  ])(
    "reads the result of a wait again when the call %s, whatever 'Recovery Window' says",
    async (_case, behaviour) => {
      const times = treatFirst(isResult, behaviour, 2);
      const options = { recoveryWindow: 0 };
      const ended = start(options);
      await completeStarted();
      const run = await ended;
      expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED', data: { number: 'a' } }]);
      expect(times).toHaveLength(3);
    },
  );

  it('reads the result of a wait until a longer outage is over', async () => {
    const times = treatFirst(isResult, respond(502, '<html></html>'), 7);
    const ended = start();
    await completeStarted();
    const run = await ended;
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED', data: { number: 'a' } }]);
    expect(times).toHaveLength(8);
  });

  it('does not read the result of a wait again when the server asks for more than a minute, and says how the Request ended', async () => {
    const times = treatFirst(isResult, ownMaintenance({ 'retry-after': '61' }));
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

  it('ends its repeats of reading many results when a part of them can never be read', async () => {
    let now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    jest.spyOn(Math, 'random').mockReturnValue(0);
    const targets = Array.from({ length: 150 }, (_, n) => ({ id: n, requestId: n + 1, caseNumber: n + 1 }));
    let refused = 0;
    harness.gateway.treat = (call) => {
      const ids = /id(?: |\+|%20)IN[^\d]*([\d,]+)/.exec(decodeURIComponent(call.path))?.[1]?.split(',') ?? [];
      if (isResult(call) && ids.includes('150')) {
        now += 11_000;
        // So that the test ends.
        if (++refused < 20) return respond(502, '<html></html>');
      }
      const data = ids.map((id) => ({ id: Number(id), status: 'COMPLETED', data: {} }));
      return respond(200, { data, meta: { last_page: 1, total: data.length, per_page: 100 } });
    };
    const run = await wait(targets);
    jest.restoreAllMocks();
    expect(failedItems(run)).toHaveLength(50);
    expect(run.items('ProcessMaker')).toHaveLength(100);
    expect(refused).toBe(10);
  });

  it('says how the Request ended when reading its result is refused for good', async () => {
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

describe('pauses between polls', () => {
  it('pauses between polls when one response shows an end and the next one does not', async () => {
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

  it('pauses between polls when one response shows an end and the next one does not, at the time limit', async () => {
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

  it('pauses between polls when every call is refused at once', async () => {
    const tasks = await startTasks(harness, 3);
    harness.gateway.treat = () => resetBefore;
    await wait(tasks, { timeLimit: 2 });
    expect(harness.lookUps().length).toBeLessThanOrEqual(3);
  });
});

describe('a server that does not respond', () => {
  it('reports an unknown state at the time limit when the server does not respond', async () => {
    let count = 0;
    harness.gateway.treat = (call) => (isLook(call) && ++count > 1 ? noResponse : undefined);
    const run = await start({ timeLimit: 1, onTimeout: 'return' });
    const id = harness.requests()[0]?.id;
    const [failed] = failedItems(run);
    expect(failed).toMatchObject({ outcome: 'started', requestId: id });
    expect(failed?.text).toMatch(
      `The status of Request ${id} after a second is not known, since ProcessMaker could not be read`,
    );
    expect(failed?.text).toMatch(`Request ${id} was started, and is not to be started again`);
    expect(failed?.text).not.toMatch('still ACTIVE');
  });
});

describe('a refusal for good during the wait', () => {
  it.each([
    ['401', respond(401, { error: 'Unauthenticated.' }), 'did not accept the access token', 401],
    ['403', respond(403, { message: 'Unauthorized.' }), 'does not allow this', 403],
    ['another page', respond(200, '<html></html>'), 'not that of a ProcessMaker API', 200],
  ])(
    'names the started Request when its wait ends by a refusal for good: %s',
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

  it('names the started Request when it is missing during its wait', async () => {
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

  it('names the started Request when a callback wait ends by a refusal for good', async () => {
    harness.gateway.treat = ({ path }) =>
      path.includes('summary') ? respond(401, { error: 'Unauthenticated.' }) : undefined;
    const run = await start({}, { waitFor: 'callback' });
    const id = harness.requests()[0]?.id;
    const [failed] = failedItems(run);
    expect(failed?.text).toMatch(`Request ${id} could not be waited for: ProcessMaker did not accept`);
    expect(failed?.text).toMatch(`Request ${id} was started, and is not to be started again`);
  });
});
