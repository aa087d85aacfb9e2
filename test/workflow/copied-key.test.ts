import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { pass, resetAfter, resetBefore, respond, type Behaviour } from '../support/gateway';
import { itWith } from '../support/features';
import { itemsOf, outputs, useKeyedStarts } from '../support/keyed-starts';
import { startRival, startWithKey } from '../support/rivals';
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

/** Another user sends a start before n8n does, with the key that n8n has made for it. */
const takenBefore =
  (then: Behaviour): Behaviour =>
  async (response, forward) => {
    const data = JSON.parse(harness.starts().at(-1)?.body ?? '{}') as IDataObject;
    await startWithKey(harness, { user: 'limited', data });
    await then(response, forward);
  };

const asksForUser = () => harness.lookUps().filter(({ path }) => path.includes('users/configuration'));

/** What the server says to who asks whose token it is; all else is treated as before. */
function sayOfUser(configuration: Behaviour | undefined, ownRequests?: Behaviour): void {
  const { treat } = harness.gateway;
  harness.gateway.treat = (call) => {
    if (call.path.includes('users/configuration')) return configuration;
    return call.path.includes('type=started_me') ? ownRequests : treat?.(call);
  };
}

const NO_REQUESTS = respond(200, { data: [], meta: { total: 0, last_page: 1, per_page: 1 } });

describe('a Request of another user that holds the hidden key, with the lower id', () => {
  const workflow = { input: itemsOf('a'), settings: ERROR_OUTPUT, user: 'admin' as const };

  it('is not returned for a start whose response was lost', async () => {
    harness.treatOnce('a', takenBefore(resetAfter));
    const run = await harness.start(TARGET, workflow);
    const [other, own] = ids();
    expect(outputs(run)).toMatchObject([{ id: own, sameKey: [other] }]);
    expect(asksForUser()).toHaveLength(1);
  });

  it('leaves a start unknown that is not there, and is named', async () => {
    harness.treatOnce('a', takenBefore(resetBefore));
    const run = await harness.start(TARGET, workflow);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown', sameKey: ids() }]);
    expect(failedItems(run)[0]?.text).toContain(`Request ${ids()[0]} holds its key, but another user`);
    expect(harness.starts()).toHaveLength(1);
  });

  it('leaves a start unknown that is not there for Retry On Fail, too', async () => {
    harness.treatOnce('a', takenBefore(resetBefore));
    const run = await harness.start(TARGET, { ...workflow, settings: RETRY_ON_FAIL });
    expect(run.error).toMatchObject({ context: { outcome: 'unknown', requestId: ids()[0] } });
    expect(run.error?.message).toContain(`Request ${ids()[0]} holds the key of this item's start`);
    expect(harness.starts()).toHaveLength(1);
  });

  itWith('a resume token')('is not returned after a crash', async () => {
    harness.treatOnce('a', takenBefore(pass));
    const killed = await harness.start(TARGET, workflow);
    const run = await harness.retryAfterCrash(killed, itemsOf('a'), 'admin');
    const [other, own] = ids();
    expect(outputs(run)).toMatchObject([{ id: own, sameKey: [other] }]);
    expect(asksForUser()).toHaveLength(1);
    expect(harness.starts()).toHaveLength(1);
  });

  itWith('a resume token')('leaves an item unknown after a crash when its own is not there', async () => {
    harness.treatOnce('b', takenBefore(resetBefore));
    const input = itemsOf('a', 'b');
    const killed = await harness.start(TARGET, { ...workflow, input });
    const run = await harness.retryAfterCrash(killed, input, 'admin');
    const [own, other] = ids();
    expect(outputs(run)).toMatchObject([{ id: own }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown', requestId: other }]);
    expect(harness.starts()).toHaveLength(2);
  });

  itWith('a resume token')(
    'is returned after a crash when all have the same user: the credential had another one',
    async () => {
      const input = itemsOf('a', 'b');
      const killed = await harness.start(TARGET, { input, user: 'limited' });
      const run = await harness.retryAfterCrash(killed, input, 'admin');
      expect(outputs(run).map(({ id }) => id)).toEqual(ids());
      expect(harness.starts()).toHaveLength(2);
      expect(asksForUser()).toEqual([]);
    },
  );

  it('is as good as any where the server does not show whose token it is', async () => {
    harness.treatOnce('a', takenBefore(resetAfter));
    sayOfUser(respond(404, { error: 'Not Found' }), NO_REQUESTS);
    const run = await harness.start(TARGET, workflow);
    const [other, own] = ids();
    expect(outputs(run)).toMatchObject([{ id: other, sameKey: [own] }]);
  });
});

describe('a Request of another user that holds the whole key of a start with an Idempotency Key', () => {
  const failsOnce = respond(429, { message: 'Too Many Attempts.' });
  const startOnce = async (behaviour: Behaviour, options: INodeParameters = {}) => {
    let count = 0;
    harness.gateway.treat = ({ method }) => {
      if (method !== 'POST') return undefined;
      count++;
      return count === 1 ? behaviour : count === 2 ? failsOnce : undefined;
    };
    return await harness.start(keyed({ ...ONE_BY_ONE, ...options }), {
      input: itemsOf('a', 'b'),
      settings: RETRY_ON_FAIL,
      user: 'admin',
    });
  };

  it('is not returned for a start whose response was lost, nor by Retry On Fail', async () => {
    const run = await startOnce(takenBefore(resetAfter));
    const [other, own, second] = ids();
    expect(outputs(run)).toMatchObject([{ id: own, sameKey: [other] }, { id: second }]);
  });

  it.each([{}, { onOtherUsersRequest: 'ignore' }])(
    'leaves a start unknown that is not there, with %j',
    async (options) => {
      const run = await startOnce(takenBefore(resetBefore), options);
      expect(run.error).toMatchObject({ context: { outcome: 'unknown', requestId: ids()[0] } });
      expect(run.error?.message).toContain(`Request ${ids()[0]} holds the key of this item's start`);
    },
  );

  it('does not make it certain that nothing was started when it has come between two attempts', async () => {
    const run = await startOnce(async (response, forward) => {
      const call = harness.starts().at(-1);
      if (call) await startRival(harness, call, { user: 'limited' });
      await resetBefore(response, forward);
    });
    expect(run.error).toMatchObject({ context: { outcome: 'unknown' } });
    expect(run.error?.message).toMatch(/not known whether an earlier attempt/);
  });
});

describe('whose token it is', () => {
  const workflow = { input: itemsOf('a', 'b', 'c'), user: 'admin' as const };

  it('is not asked for when no response is lost', async () => {
    const run = await harness.start(TARGET, workflow);
    expect(outputs(run)).toHaveLength(3);
    expect(asksForUser()).toEqual([]);
  });

  it('is known from an own start with a response', async () => {
    harness.treatOnce('b', resetAfter);
    const run = await harness.start(TARGET, workflow);
    expect(outputs(run).map(({ id }) => id)).toEqual(ids());
    expect(asksForUser()).toEqual([]);
  });

  it('is asked for once for all starts whose responses were lost', async () => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetAfter : undefined);
    const run = await harness.start(TARGET, workflow);
    expect(outputs(run).map(({ id }) => id)).toEqual(ids());
    expect(asksForUser()).toHaveLength(1);
  });

  it('is asked for again when there was no response', async () => {
    harness.treatOnce('a', resetAfter);
    sayOfUser(async (response, forward) => {
      await (asksForUser().length === 1 ? respond(502, {}) : pass)(response, forward);
    });
    const run = await harness.start({ ...TARGET, options: { requestsInParallel: 1 } }, workflow);
    expect(outputs(run).map(({ id }) => id)).toEqual(ids());
    expect(asksForUser()).toHaveLength(2);
  });

  it('is known at a repeat from what was started, also when the credential has another user since', async () => {
    harness.treatOnce('b', respond(429, { message: 'Too Many Attempts.' }));
    const failed = await harness.start(TARGET, { ...workflow, user: 'limited' });
    expect(failed.error).toBeDefined();
    const [first] = ids();
    const run = await harness.engine.retry(failed, { credentials: harness.credentials('admin') });
    expect(outputs(run).map(({ id }) => id)).toEqual(ids());
    expect(ids()).toHaveLength(3);
    expect(ids()[0]).toBe(first);
    expect(asksForUser()).toEqual([]);
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
