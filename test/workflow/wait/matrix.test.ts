import type { INodeParameters } from 'n8n-workflow';
import type { Call } from '../../support/gateway';
import type { Run } from '../../support/run';
import { startTasks } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness, type StartOptions } from '../../support/harness';

const harness = useHarness();

/** Its Request waits at a Task of its own; a Task "later" never appears. */
const FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const FINISH = { waitFor: 'finish' };
const TASK = { waitFor: 'task', taskElement: 'later' };
const CALLBACK = { waitFor: 'callback' };
const WAYS = { finish: FINISH, task: TASK, callback: CALLBACK };

type Way = keyof typeof WAYS;
type Operation = 'Start' | 'Wait';

/** Runs the node for one item, so that it waits for one Request. */
async function run(
  operation: Operation,
  way: INodeParameters,
  options: INodeParameters = {},
  settings: StartOptions = {},
): Promise<Run> {
  const [task] = operation === 'Wait' ? await startTasks(harness) : [];
  const which =
    operation === 'Start'
      ? FORM
      : { resource: 'request', operation: 'wait', request: locator('id', task?.requestId ?? 0) };
  return await harness.start(
    { ...which, ...way, options },
    { input: [{ number: 'a' }], user: 'admin', settings: ERROR_OUTPUT, ...settings },
  );
}

const id = () => harness.requests()[0]?.id ?? 0;
/** A call in which the node polls the status of Requests. */
const isLook = ({ method, path }: Call) => method === 'GET' && path.includes('pmql=id');

/** Does something before ProcessMaker receives the first poll of the node, or after its response. */
function atFirstLook(when: 'before' | 'after', work: () => unknown): void {
  let isFirst = true;
  harness.gateway.treat = (call) => {
    if (!isFirst || !isLook(call)) return undefined;
    isFirst = false;
    return async (response, forward) => {
      if (when === 'before') await work();
      const { status, headers, bytes } = await forward();
      response.writeHead(status, headers).end(bytes, () => {
        if (when === 'after') setTimeout(() => void work(), 100);
      });
    };
  };
}

const ENDS = {
  ERROR: {
    happens: () => harness.server.failRequest(id(), 'Stopped'),
    outcome: 'startedInError',
    finish: (request: number) => `Request ${request} has ended in status ERROR: Stopped [item 0]`,
    task: (request: number) =>
      `Request ${request} has ended in status ERROR before the Task "later" has appeared: Stopped [item 0]`,
  },
  CANCELED: {
    happens: () => harness.server.cancelRequest(id()),
    outcome: 'started',
    finish: (request: number) => `Request ${request} has ended in status CANCELED [item 0]`,
    task: (request: number) =>
      `Request ${request} has ended in status CANCELED before the Task "later" has appeared [item 0]`,
  },
};

type End = keyof typeof ENDS;

// finish.test.ts tests Finish of Wait, and callback.test.ts the Callback of a Wait whose Request ends in ERROR.
const ENDED: Array<[Operation, Way, End]> = [
  ['Start', 'finish', 'CANCELED'],
  ['Start', 'task', 'ERROR'],
  ['Start', 'task', 'CANCELED'],
  ['Start', 'callback', 'ERROR'],
  ['Start', 'callback', 'CANCELED'],
  ['Wait', 'task', 'ERROR'],
  ['Wait', 'task', 'CANCELED'],
  ['Wait', 'callback', 'CANCELED'],
];

describe('a Request that ends in ERROR or CANCELED', () => {
  it.each(ENDED)(
    'fails the item of %s, waiting for %s, when the Request ends in %s, and names the Request',
    async (operation, way, end) => {
      const { happens, outcome, ...texts } = ENDS[end];
      // A sleeping execution does not poll.
      atFirstLook(way === 'callback' ? 'before' : 'after', happens);
      const [failed, ...others] = failedItems(await run(operation, WAYS[way]));
      expect(others).toEqual([]);
      expect(failed).toMatchObject({ outcome, requestId: id() });
      expect(failed?.text).toContain(texts[way === 'task' ? 'task' : 'finish'](id()));
      const isStarted = `Request ${id()} was started, and is not to be started again`;
      expect(failed?.text.includes(isStarted)).toBe(operation === 'Start');
    },
  );

  it.each([
    ['Start', 'finish', 'ERROR'],
    ['Start', 'finish', 'CANCELED'],
    ['Start', 'callback', 'ERROR'],
    ['Start', 'callback', 'CANCELED'],
    ['Wait', 'callback', 'CANCELED'],
  ] as const)(
    'returns the Request of %s, waiting for %s, with the option when it ends in %s',
    async (operation, way, end) => {
      atFirstLook(way === 'callback' ? 'before' : 'after', ENDS[end].happens);
      const { status, items } = await runAndRead(operation, WAYS[way], { returnErroredRequests: true });
      expect(status).toBe('success');
      expect(items).toMatchObject([{ id: id(), status: end, data: expect.any(Object) as object }]);
    },
  );
});

async function runAndRead(operation: Operation, way: INodeParameters, options: INodeParameters) {
  const ended = await run(operation, way, options);
  return { status: ended.status, items: ended.items('ProcessMaker') };
}

describe('when n8n runs the node again after the Request has ended', () => {
  const returnsErrored = { timeLimit: 1, returnErroredRequests: true };
  it.each([
    ['the hidden key', 'ERROR', {}],
    ['the hidden key', 'CANCELED', {}],
    ['a key of the user', 'ERROR', { idempotencyKey: 'matrix-error' }],
    ['a key of the user', 'CANCELED', { idempotencyKey: 'matrix-canceled' }],
  ] as const)(
    'returns after the Retry button, with the option, a Request that has ended: by %s, %s',
    async (_name, end, key) => {
      const failed = await run('Start', FINISH, { ...returnsErrored, ...key }, { settings: {} });
      expect(failed.error?.message).toContain('was still ACTIVE after a second');
      ENDS[end].happens();
      const again = await harness.engine.retry(failed, { credentials: harness.credentials('admin') });
      expect(again.items('ProcessMaker')).toMatchObject([{ id: id(), status: end }]);
      expect(harness.starts()).toHaveLength(1);
    },
  );

  it('returns after Retry On Fail, with the option, a Request that has ended', async () => {
    const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
    // The second attempt looks up what the first one has started.
    harness.gateway.treat = ({ method, path }) => {
      if (method === 'GET' && path.includes('_n8n_key')) ENDS.CANCELED.happens();
      return undefined;
    };
    const ended = await run('Start', FINISH, returnsErrored, { settings });
    expect(ended.items('ProcessMaker')).toMatchObject([{ id: id(), status: 'CANCELED' }]);
    expect(harness.starts()).toHaveLength(1);
  });

  it('fails the item of a Request that has ended before the Retry button, without the option', async () => {
    const failed = await run('Start', FINISH, { timeLimit: 1 }, { settings: {} });
    ENDS.CANCELED.happens();
    const again = await harness.engine.retry(failed, { credentials: harness.credentials('admin') });
    expect(again.error?.message).toContain(
      `Request ${id()} was already started for this item, and is in status CANCELED`,
    );
    expect(harness.starts()).toHaveLength(1);
  });
});

describe('the time limit', () => {
  it.each([
    ['finish', FINISH, ''],
    ['task', TASK, ', and the Task "later" has not appeared'],
  ])(
    'fails the item of a Start that waits for %s at the time limit, and names the Request',
    async (_way, way, missing) => {
      const ended = await run('Start', way, { timeLimit: 1 });
      expect(failedItems(ended)).toMatchObject([{ outcome: 'started', requestId: id() }]);
      expect(failedItems(ended)[0]?.text).toContain(
        `Request ${id()} was still ACTIVE after a second${missing} [item 0]. Request ${id()} was started, and is not to be started again`,
      );
    },
  );

  it.each([
    ['finish', FINISH],
    ['task', TASK],
  ])(
    'returns the Request of a Start that waits for %s at the time limit with the option',
    async (_way, way) => {
      const ended = await run('Start', way, { timeLimit: 1, onTimeout: 'return' });
      expect(ended.items('ProcessMaker')).toMatchObject([{ id: id(), status: 'ACTIVE', timedOut: true }]);
    },
  );

  it('returns the Request of a Start that sleeps at the time limit', async () => {
    const limit = { limitWaitTime: true, resumeAmount: 1, resumeUnit: 'hours' };
    const sleeping = await run('Start', { ...CALLBACK, ...limit });
    expect(sleeping.status).toBe('waiting');
    const ended = await harness.engine.resume(sleeping, { credentials: harness.credentials('admin') });
    expect(ended.items('ProcessMaker')).toMatchObject([
      { id: id(), status: 'ACTIVE', callback: null, timedOut: true },
    ]);
    expect(harness.starts()).toHaveLength(1);
  });
});

describe('canceling the execution', () => {
  it.each([
    ['Start', 'finish'],
    ['Start', 'task'],
    ['Wait', 'task'],
    ['Start', 'callback'],
  ] as const)(
    'ends the wait of %s for %s at once when the execution is canceled, without another call',
    async (operation, way) => {
      const cancellation = new AbortController();
      let calls = 0;
      atFirstLook(way === 'callback' ? 'before' : 'after', () => {
        calls = harness.gateway.calls.length;
        cancellation.abort();
      });
      const ended = await run(operation, WAYS[way], {}, { signal: cancellation.signal });
      expect(ended.status).toBe('canceled');
      expect(calls).toBeGreaterThan(0);
      expect(harness.gateway.calls).toHaveLength(calls);
    },
  );
});

describe('many items of a Start', () => {
  const start = (way: INodeParameters, count: number) =>
    run('Start', way, {}, { input: Array.from({ length: count }, (_, number) => ({ number })) });
  /** How many Requests each call has asked for. */
  const readTogether = () =>
    harness.gateway.calls
      .filter((call) => isLook(call) && call.path.includes('/requests'))
      .map(({ path }) => /id IN \[([\d,]+)\]/.exec(decodeURIComponent(path))?.[1]?.split(',').length);

  it('waits for the Requests of many items together, 100 in one call', async () => {
    const completeAll = async () => {
      const ids = new Set(harness.requests().map((request) => request.id));
      const tasks = harness.server.tasks().filter(({ requestId }) => ids.has(requestId));
      await Promise.all(tasks.map((task) => harness.server.completeTask(task.id, {})));
    };
    let looks = 0;
    harness.gateway.treat = (call) =>
      isLook(call)
        ? async (response, forward) => {
            const { status, headers, bytes } = await forward();
            // The first poll is two calls, in any order: neither may see what comes after it.
            if (++looks === 2) await completeAll();
            response.writeHead(status, headers).end(bytes);
          }
        : undefined;
    const ended = await start(FINISH, 120);
    expect(ended.items('ProcessMaker').map(({ status }) => status)).toEqual(Array(120).fill('COMPLETED'));
    // Two polls, and the results. The two calls of each are sent at the same time, and may arrive in any order.
    const sizes = readTogether().map(Number);
    const pairs = [0, 2, 4].map((at) => sizes.slice(at, at + 2).sort((a, b) => b - a));
    expect(sizes).toHaveLength(6);
    expect(pairs).toEqual(Array(3).fill([100, 20]));
  });

  it('finds the Tasks of many items in one call', async () => {
    const ended = await start({ waitFor: 'task', taskElement: 'node_2' }, 12);
    expect(ended.items('ProcessMaker')).toHaveLength(12);
    expect(readTogether()).toEqual([12]);
  });
});
