import type { INodeParameters } from 'n8n-workflow';
import { binary, rows } from '../support/files';
import { itemsOf, outputs, useKeyedStarts } from '../support/keyed-starts';
import { pass, respond, thenDo, type Behaviour } from '../support/gateway';
import { rivalAfter, rivalBefore, startRival, untilAllHaveCome } from '../support/rivals';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness, type User } from '../support/harness';

const harness = useHarness();
const { keyed, ids } = useKeyedStarts(harness);

const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const busy = respond(429, { message: 'Too Many Attempts.' });
const START_AGAIN = { onExistingRequest: 'startAgain' };

const start = (numbers: string[], options: INodeParameters = {}, user: User = 'admin', more = {}) =>
  harness.start({ ...keyed(options), ...more }, { input: itemsOf(...numbers), settings: ERROR_OUTPUT, user });
const statuses = () => harness.requests().map(({ status }) => status);
/** Treats every start in one way. */
const treatStarts = (behaviour: Behaviour) => {
  harness.gateway.treat = ({ method }) => (method === 'POST' ? behaviour : undefined);
};
/** Treats the calls after the last start that come by this method. */
const treatAfterStarts = (method: string, behaviour: Behaviour) => {
  const { treat } = harness.gateway;
  harness.gateway.treat = (call) =>
    harness.starts().length > 0 && call.method === method ? behaviour : treat(call);
};

describe('two executions that start the same Idempotency Key at once', () => {
  it('returns the Request with the lowest id from both, and names the other one', async () => {
    treatStarts(untilAllHaveCome(2));
    const runs = await Promise.all([start(['a']), start(['a'])]);
    const [lower, higher] = ids();
    expect(harness.requests()).toHaveLength(2);
    const items = runs.flatMap(outputs);
    expect(items).toMatchObject([
      { id: lower, duplicates: [higher] },
      { id: lower, duplicates: [higher] },
    ]);
    expect(items.filter(({ alreadyStarted }) => alreadyStarted === true)).toHaveLength(1);
    expect(statuses()).toEqual(['ACTIVE', 'ACTIVE']);
  });
});

describe('the second look', () => {
  it('comes once for all items, 2 seconds after the last response to a start or later', async () => {
    const times: Array<[string, number]> = [];
    harness.gateway.treat = ({ method }) =>
      method === 'GET'
        ? async (response, forward) => {
            times.push([method, Date.now()]);
            await pass(response, forward);
          }
        : thenDo(() => times.push([method, Date.now()]));
    await start(['a', 'b', 'c']);
    expect(times.map(([method]) => method)).toEqual(['GET', 'POST', 'POST', 'POST', 'GET']);
    expect(Number(times[4]?.[1]) - Number(times[3]?.[1])).toBeGreaterThanOrEqual(2_000);
  });

  it('looks for many keys in few calls with short URLs', async () => {
    const input = Array.from({ length: 200 }, (_item, number) => ({ number: `ORDER/2026/${number}` }));
    await harness.start(keyed({ requestsInParallel: 50 }), { input });
    const { calls } = harness.gateway;
    const looks = calls.slice(calls.findLastIndex(({ method }) => method === 'POST') + 1);
    expect(looks.length).toBeGreaterThan(1);
    expect(looks.length).toBeLessThanOrEqual(10);
    for (const { path } of looks) expect(path.length).toBeLessThan(8_000);
  });

  it('waits for a response no longer than the option Timeout says', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    treatAfterStarts('GET', () => new Promise(() => undefined));
    const began = Date.now();
    const run = await start(['a'], { timeout: 1 });
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(outputs(run)).toMatchObject([{ id: ids()[1] }]);
    expect(run.hints('ProcessMaker')).toEqual([expect.stringContaining('it could not be looked up')]);
  });

  it('does not come without an Idempotency Key', async () => {
    const began = Date.now();
    await harness.start({ process: locator('id', 2), startEvent: locator('id', 'node_1') });
    expect(harness.gateway.calls.map(({ method }) => method)).toEqual(['POST']);
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  it('does not come when every Request is there already', async () => {
    await start(['a']);
    harness.gateway.calls = [];
    await start(['a']);
    // The second call asks whose token it is.
    expect(harness.gateway.calls.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('does not take a sub-process that inherited the key for a duplicate', async () => {
    const [item] = outputs(await start(['a'], {}, 'admin', { process: locator('id', 17) }));
    expect(harness.requests()).toHaveLength(2);
    expect(item).not.toHaveProperty('duplicates');
  });

  it('does not take the Request of another process with the same key for a duplicate', async () => {
    const parameters = { ...keyed(), process: locator('id', '={{ $json.process }}') };
    const input = [2, 4].map((process) => ({ process, number: 'a' }));
    const run = await harness.start(parameters, { input });
    expect(outputs(run)).toHaveLength(2);
    for (const item of outputs(run)) expect(item).not.toHaveProperty('duplicates');
  });

  it('does not take a Request of an earlier generation for a duplicate', async () => {
    await start(['a'], START_AGAIN);
    harness.server.cancelRequest(ids()[0] ?? 0);
    const [item] = outputs(await start(['a'], START_AGAIN));
    expect(item).toMatchObject({ id: ids()[1] });
    expect(item).not.toHaveProperty('duplicates');
  });

  it('adds the duplicates to every item with the key', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    const run = await start(['a', 'b', 'a']);
    const [rival, a, b] = ids();
    expect(outputs(run)).toMatchObject([
      { id: rival, duplicates: [a], alreadyStarted: true },
      { id: b },
      { id: rival, duplicates: [a], alreadyStarted: true },
    ]);
    expect(outputs(run)[1]).not.toHaveProperty('duplicates');
  });

  it('keeps the items started when it gets no response that can be used, and says so', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    treatAfterStarts('GET', respond(403, { message: 'No.' }));
    const run = await start(['a']);
    expect(outputs(run)).toMatchObject([{ id: ids()[1] }]);
    expect(run.hints('ProcessMaker')).toEqual([
      expect.stringMatching(/^The Requests were started, but it could not be looked up whether another/),
    ]);
  });

  it('neither waits nor looks once the execution is canceled', async () => {
    const cancellation = new AbortController();
    treatStarts(async (response, forward) => {
      await pass(response, forward);
      setTimeout(() => cancellation.abort(), 200);
    });
    const began = Date.now();
    await harness.start(keyed(), { input: itemsOf('a'), signal: cancellation.signal });
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(harness.gateway.calls.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('finds nothing that the user of the access token may not see', async () => {
    harness.treatOnce('a', rivalBefore(harness, { user: 'admin' }));
    const run = await start(['a'], {}, 'limited', { process: locator('id', 4) });
    expect(harness.requests()).toHaveLength(2);
    expect(outputs(run)).toMatchObject([{ id: ids()[1] }]);
    expect(outputs(run)[0]).not.toHaveProperty('duplicates');
  });

  it('keeps the duplicates of an item that then waits for its Request', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    const run = await start(['a'], {}, 'admin', { waitFor: 'task' });
    expect(outputs(run)).toMatchObject([{ duplicates: [ids()[0]] }]);
  });
});

describe('an item that has failed', () => {
  it('names the duplicates when its wait has come to the time limit', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    const run = await start(['a'], { timeLimit: 1 }, 'admin', { waitFor: 'finish' });
    const [rival, mine] = ids();
    expect(failedItems(run)).toMatchObject([{ outcome: 'started', requestId: mine, duplicates: [rival] }]);
  });

  it('names the duplicates when its own Request is in ERROR right at its start', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    const run = await start(['a'], {}, 'admin', { process: locator('id', 16) });
    const [rival, mine] = ids();
    expect(failedItems(run)).toMatchObject([
      { outcome: 'startedInError', requestId: mine, duplicates: [rival] },
    ]);
  });

  it('names no duplicates where there are none', async () => {
    const run = await start(['a'], {}, 'admin', { process: locator('id', 16) });
    expect(failedItems(run)[0]).not.toHaveProperty('duplicates');
  });
});

it('returns the Request that counts from both executions when the one with the lowest id has ended in ERROR', async () => {
  treatStarts(untilAllHaveCome(2));
  const { treat } = harness.gateway;
  // Both Requests are there, and one of them has failed, before either execution looks again.
  harness.gateway.treat = (call) => {
    const behaviour = treat(call);
    return (
      behaviour &&
      (async (response, forward) => {
        await behaviour(response, forward);
        if (ids().length === 2) harness.server.failRequest(ids()[0] ?? 0, 'The script failed');
      })
    );
  };
  const runs = await Promise.all([start(['a']), start(['a'])]);
  const [lower, higher] = ids();
  expect(statuses()).toEqual(['ERROR', 'ACTIVE']);
  const items = runs.flatMap(outputs);
  expect(items).toMatchObject([
    { id: higher, duplicates: [lower] },
    { id: higher, duplicates: [lower] },
  ]);
  expect(items.filter(({ alreadyStarted }) => alreadyStarted === true)).toHaveLength(1);
});

describe('the Request of another execution that counts', () => {
  it('is returned as the options ask for it', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    const run = await start(['a'], { includeData: true });
    const [rival, mine] = ids();
    expect(statuses()).toEqual(['ACTIVE', 'ACTIVE']);
    expect(outputs(run)).toMatchObject([
      { id: rival, status: 'ACTIVE', data: { number: 'a' }, alreadyStarted: true, duplicates: [mine] },
    ]);
    expect(run.text).not.toContain('_n8n_key');
  });

  it.each(['finish', 'task'])('is named by an item that waits for its own: %s', async (waitFor) => {
    harness.treatOnce('a', rivalBefore(harness));
    const limits = { timeLimit: 1, onTimeout: 'return' };
    const run = await start(['a'], limits, 'admin', { waitFor });
    expect(outputs(run)).toMatchObject([{ duplicates: [ids()[0]] }]);
    expect(statuses()).toEqual(['ACTIVE', 'ACTIVE']);
  });

  it('is named by an execution that sleeps for its own', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    const run = await start(['a'], {}, 'admin', { waitFor: 'callback' });
    expect(run.status).toBe('waiting');
    expect(outputs(run)).toMatchObject([{ id: ids()[1], duplicates: [ids()[0]] }]);
    expect(statuses()).toEqual(['ACTIVE', 'ACTIVE']);
  });

  it('is returned when both have ended', async () => {
    harness.treatOnce(
      'a',
      thenDo(async () => {
        const call = harness.starts()[0];
        if (call) await startRival(harness, call);
      }),
    );
    const run = await start(['a'], {}, 'admin', { process: locator('id', 4) });
    expect(statuses()).toEqual(['COMPLETED', 'COMPLETED']);
    expect(outputs(run)).toMatchObject([{ id: ids()[0], status: 'COMPLETED', duplicates: [ids()[1]] }]);
  });

  it('gets the files of the item', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    const options = rows(['contract', 'contract']);
    const binaries = [{ contract: binary('contract.txt', 'signed') }];
    const run = await harness.start(keyed(options), { input: itemsOf('a'), binaries, user: 'admin' });
    const [rival, mine] = ids();
    expect(outputs(run)).toMatchObject([
      { id: rival, alreadyStarted: true, duplicates: [mine], files: [{ requestId: rival }] },
    ]);
    expect(harness.files().map(({ requestId }) => requestId)).toEqual([mine, rival]);
  });
});

describe('a key with several Requests', () => {
  it('returns the Request with the lowest id to a later execution, and names the others', async () => {
    harness.treatOnce('a', rivalAfter(harness));
    await start(['a']);
    const run = await start(['a']);
    expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true, duplicates: [ids()[1]] }]);
  });

  it.each([{}, { onExistingRequest: 'error' }, START_AGAIN])(
    'returns the Request with the lowest id when n8n runs the node again: %j',
    async (options) => {
      let isFirst = true;
      harness.gateway.treat = ({ method, body }) => {
        if (method !== 'POST') return undefined;
        if (body.includes('"a"')) return rivalBefore(harness);
        const behaviour = isFirst ? busy : undefined;
        isFirst = false;
        return behaviour;
      };
      const run = await harness.start(keyed(options), {
        input: itemsOf('a', 'b'),
        settings: RETRY_ON_FAIL,
        user: 'admin',
      });
      const [rival, mine, b] = ids();
      expect(outputs(run)).toMatchObject([
        { id: rival, alreadyStarted: true, duplicates: [mine] },
        { id: b },
      ]);
      expect(harness.numbers()).toEqual(['a', 'a', 'b']);
    },
  );

  it('returns the other Request after a crash of n8n', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    const parameters = keyed(START_AGAIN);
    const killed = await harness.start(parameters, { input: itemsOf('a'), user: 'admin' });
    expect(statuses()).toEqual(['ACTIVE', 'ACTIVE']);
    const run = await harness.retryAfterCrash(killed, itemsOf('a'), 'admin');
    expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true, duplicates: [ids()[1]] }]);
    expect(harness.requests()).toHaveLength(2);
  });

  it('starts no other Request while one of the generation is there, although the lowest was canceled', async () => {
    harness.treatOnce('a', rivalAfter(harness));
    await start(['a'], START_AGAIN);
    harness.server.cancelRequest(ids()[0] ?? 0);
    const run = await start(['a'], START_AGAIN);
    expect(outputs(run)).toMatchObject([{ id: ids()[1], status: 'ACTIVE', duplicates: [ids()[0]] }]);
    expect(harness.requests()).toHaveLength(2);
  });

  it('starts another Request when all of the generation have ended in ERROR or CANCELED', async () => {
    harness.treatOnce('a', rivalBefore(harness));
    await start(['a'], START_AGAIN);
    harness.server.cancelRequest(ids()[1] ?? 0);
    harness.server.failRequest(ids()[0] ?? 0, 'The script failed');
    const run = await start(['a'], START_AGAIN);
    expect(outputs(run)).toMatchObject([{ id: ids()[2], status: 'ACTIVE' }]);
    expect(outputs(run)[0]).not.toHaveProperty('duplicates');
  });
});
