import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { pass, resetBefore, type Behaviour } from '../support/gateway';
import { itWith } from '../support/features';
import { itemsOf, outputs, useKeyedStarts } from '../support/keyed-starts';
import { startWithKey } from '../support/rivals';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness, type User } from '../support/harness';

// A script that starts a process with all the data of its Request copies the hidden key, too.
const harness = useHarness();
const { keyed, ids } = useKeyedStarts(harness);

const ONE_BY_ONE = { requestsInParallel: 1, recoveryWindow: 0 };
const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1'), options: ONE_BY_ONE };
const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };

interface Copy {
  processId?: number;
  user?: User;
}

/** Starts a Request with all the data of another one. */
async function copyOf(id: number | undefined, { processId = 2, user = 'admin' }: Copy = {}): Promise<number> {
  const data = harness.requests().find((request) => request.id === id)?.data as IDataObject;
  return await startWithKey(harness, { processId, user, data });
}

/** Once the Request is started, its process starts another one with the same data. */
const copiedOnce =
  (copy: Copy = {}): Behaviour =>
  async (response, forward) => {
    const { status, headers, body } = await forward();
    await copyOf(harness.requests().at(-1)?.id, copy);
    response.writeHead(status, headers).end(body);
  };

/** The first start is copied; the second one gets no response, and is not carried out. */
function copyFirstLoseSecond(copy: Copy): void {
  harness.gateway.treat = ({ method }) => {
    if (method !== 'POST') return undefined;
    const count = harness.starts().length;
    return count === 1 ? copiedOnce(copy) : count === 2 ? resetBefore : undefined;
  };
}

const startKeyed = (options: INodeParameters = {}) =>
  harness.start(keyed(options), { input: itemsOf('a'), settings: ERROR_OUTPUT, user: 'admin' });

describe('a Request that holds a copy of the hidden key', () => {
  it.each([
    ['another process', { processId: 4 }],
    ['the same process', {}],
    ['the same process, by another user', { user: 'limited' as const }],
  ])('is not taken for the start of another item with the same data: in %s', async (_, copy) => {
    copyFirstLoseSecond(copy);
    const input = itemsOf('a', 'a');
    const run = await harness.start(TARGET, { input, settings: RETRY_ON_FAIL, user: 'admin' });
    expect(run.error?.message).toMatch(/not known whether an earlier attempt.*item 1/s);
    expect(harness.starts()).toHaveLength(2);
  });

  itWith('a resume token')('is not taken for the start of another item after a crash', async () => {
    harness.treatOnce('a', copiedOnce());
    const killed = await harness.start(TARGET, { input: itemsOf('a'), user: 'admin' });
    const run = await harness.retryAfterCrash(killed, itemsOf('a', 'a'), 'admin');
    const [original, copy, second] = ids();
    expect(outputs(run)).toMatchObject([{ id: original, sameKey: [copy] }, { id: second }]);
    expect(outputs(run)[1]).not.toHaveProperty('sameKey');
    expect(harness.starts()).toHaveLength(2);
  });

  itWith('a resume token')('does not count when it is a Request of another process', async () => {
    harness.treatOnce('a', copiedOnce({ processId: 4 }));
    const killed = await harness.start(TARGET, { input: itemsOf('a'), user: 'admin' });
    const run = await harness.retryAfterCrash(killed, itemsOf('a'), 'admin');
    expect(outputs(run)).toMatchObject([{ id: ids()[0] }]);
    expect(outputs(run)[0]).not.toHaveProperty('sameKey');
    expect(run.hints('ProcessMaker')).toEqual([]);
  });

  it('is named beside a start whose response was lost, and the first one is returned', async () => {
    harness.treatOnce('a', async (response, forward) => {
      await forward();
      await copyOf(harness.requests()[0]?.id);
      response.destroy();
    });
    const run = await harness.start(TARGET, { input: itemsOf('a'), user: 'admin' });
    const [original, copy] = ids();
    expect(outputs(run)).toMatchObject([{ id: original, sameKey: [copy] }]);
    expect(run.hints('ProcessMaker')).toEqual([
      expect.stringMatching(/a copy of the data, or the same start sent twice.*\(item 0\)/s),
    ]);
  });

  it('is named when the item then waits for its Request', async () => {
    harness.treatOnce('a', async (response, forward) => {
      await forward();
      await copyOf(harness.requests()[0]?.id);
      response.destroy();
    });
    const run = await harness.start({ ...TARGET, waitFor: 'task' }, { input: itemsOf('a'), user: 'admin' });
    expect(outputs(run)).toMatchObject([{ sameKey: [ids()[1]] }]);
  });

  itWith('a resume token')('is named by an item whose own Request is in ERROR', async () => {
    harness.treatOnce('a', copiedOnce());
    const workflow = { input: itemsOf('a'), settings: ERROR_OUTPUT, user: 'admin' as const };
    const killed = await harness.start(TARGET, workflow);
    const [original, copy] = ids();
    harness.server.failRequest(original ?? 0, 'The script failed');
    const run = await harness.retryAfterCrash(killed, itemsOf('a'), 'admin');
    expect(failedItems(run)).toMatchObject([
      { outcome: 'startedInError', requestId: original, sameKey: [copy] },
    ]);
  });
});

describe('a Request that holds a copy of an Idempotency Key', () => {
  it.each([{}, { user: 'limited' as const }])(
    'is named in sameKey, and not among the duplicates: %j',
    async (copy) => {
      await startKeyed();
      const id = await copyOf(ids()[0], copy);
      const run = await startKeyed();
      expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true, sameKey: [id] }]);
      expect(outputs(run)[0]).not.toHaveProperty('duplicates');
    },
  );

  it('is found by the second look, and not returned', async () => {
    harness.treatOnce('a', copiedOnce());
    const run = await startKeyed();
    const [original, copy] = ids();
    expect(outputs(run)).toMatchObject([{ id: original, sameKey: [copy] }]);
    expect(outputs(run)[0]).not.toHaveProperty('duplicates');
    expect(run.hints('ProcessMaker')).toEqual([expect.stringContaining('sameKey')]);
    expect(harness.requests().map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
  });

  it('is not found when it is a Request of another process', async () => {
    harness.treatOnce('a', copiedOnce({ processId: 4 }));
    await startKeyed();
    const run = await startKeyed();
    expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true }]);
    expect(outputs(run)[0]).not.toHaveProperty('sameKey');
  });

  it('keeps Start Again from starting a third one while it goes on, since it may be the start sent twice', async () => {
    await startKeyed();
    const copy = await copyOf(ids()[0]);
    harness.server.cancelRequest(ids()[0] ?? 0);
    const run = await startKeyed({ onExistingRequest: 'startAgain' });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted', requestId: ids()[0], sameKey: [copy] }]);
    expect(failedItems(run)[0]?.text).toContain(`Request ${copy}`);
    harness.server.cancelRequest(copy);
    const again = await startKeyed({ onExistingRequest: 'startAgain' });
    expect(outputs(again)).toMatchObject([{ id: ids()[2], status: 'ACTIVE' }]);
  });
});

it('counts a start that ProcessMaker has carried out twice as one, and names the second', async () => {
  let isFirst = true;
  harness.gateway.treat = ({ method }) => {
    if (method !== 'POST' || !isFirst) return undefined;
    isFirst = false;
    // What is in front of ProcessMaker sends the call twice.
    return async (response, forward) => {
      await forward();
      await pass(response, forward);
    };
  };
  const run = await startKeyed();
  const [first, second] = ids();
  expect(outputs(run)).toMatchObject([{ id: first, alreadyStarted: true, sameKey: [second] }]);
  expect(harness.requests().map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
});
