import type { INodeParameters } from 'n8n-workflow';
import { respond, resetAfter } from '../support/gateway';
import { itemsOf, outputs, useKeyedStarts } from '../support/keyed-starts';
import { rivalBefore, startWithKey } from '../support/rivals';
import { ERROR_OUTPUT, failedItems } from '../support/workflows';
import { useHarness } from '../support/harness';

// Everybody who may start the process can put a key into the data before n8n does.
const harness = useHarness();
const { testNumber, keyed, ids } = useKeyedStarts(harness);

const OPTION = "'If Another User's Request Has the Key'";

const start = (numbers: string[], options: INodeParameters = {}) =>
  harness.start(keyed(options), { input: itemsOf(...numbers), settings: ERROR_OUTPUT, user: 'admin' });

/** A user starts a Request with the key of an item, as n8n would make it. */
const take = async (number: string) =>
  await startWithKey(harness, {
    user: 'limited',
    data: { number: 'other data', _n8n_key: `u.t${testNumber()}-${number}.0.${'f'.repeat(16)}.0` },
  });

const asksForUser = () => harness.lookUps().filter(({ path }) => path.includes('users/configuration'));
const asksForOwn = () => harness.lookUps().filter(({ path }) => path.includes('type=started_me'));

/** A list without rows. */
const NOTHING = { data: [], meta: { total: 0, last_page: 1, per_page: 1 } };

/** A server before 4.12, which does not say whose token it is. */
const onOldServer = () => {
  harness.gateway.treat = ({ path }) =>
    path.includes('users/configuration') ? respond(404, { error: 'Not Found' }) : undefined;
};

describe('a key that only a Request of another user holds', () => {
  it('starts and returns nothing, and names the Request and its user', async () => {
    const taken = await take('a');
    const run = await start(['a', 'b']);
    expect(failedItems(run)).toMatchObject([
      { input: { number: 'a' }, outcome: 'notStarted', requestId: taken },
    ]);
    expect(failedItems(run)[0]?.text).toContain(`Request ${taken} (ACTIVE), which Limited Test (user 3)`);
    expect(failedItems(run)[0]?.text).toContain(OPTION);
    expect(harness.numbers()).toEqual(['other data', 'b']);
  });

  it('returns it with Return It, without a call for the user', async () => {
    const taken = await take('a');
    const run = await start(['a'], { onOtherUsersRequest: 'return' });
    expect(outputs(run)).toMatchObject([{ id: taken, alreadyStarted: true }]);
    expect(asksForUser()).toEqual([]);
    expect(harness.starts()).toEqual([]);
  });

  it('starts a Request with Ignore It, names the other one in sameKey, and finds its own from then on', async () => {
    const taken = await take('a');
    const first = await start(['a'], { onOtherUsersRequest: 'ignore' });
    const [, own] = ids();
    expect(outputs(first)).toMatchObject([{ id: own, sameKey: [taken] }]);
    for (const options of [{ onOtherUsersRequest: 'ignore' }, {}]) {
      const later = await start(['a'], options);
      expect(outputs(later)).toMatchObject([{ id: own, alreadyStarted: true, sameKey: [taken] }]);
      expect(outputs(later)[0]).not.toHaveProperty('duplicates');
    }
    expect(harness.starts()).toHaveLength(1);
  });

  it('does not start again in place of a canceled Request of another user', async () => {
    const taken = await take('a');
    harness.server.cancelRequest(taken);
    const run = await start(['a'], { onExistingRequest: 'startAgain' });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted', requestId: taken }]);
    expect(harness.starts()).toEqual([]);
  });

  it('refuses an unknown value of the option before anything is sent', async () => {
    const run = await start(['a'], { onOtherUsersRequest: 'other' });
    expect(failedItems(run)[0]?.text).toContain(`The option ${OPTION} holds a value`);
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('a Request of another user that is started at the same time', () => {
  it('is named in sameKey, and not returned', async () => {
    harness.treatOnce('a', rivalBefore(harness, { user: 'limited' }));
    const run = await start(['a']);
    const [rival, own] = ids();
    expect(outputs(run)).toMatchObject([{ id: own, sameKey: [rival] }]);
    expect(outputs(run)[0]).not.toHaveProperty('duplicates');
    expect(harness.requests().map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
  });

  it('counts like an own one with Return It', async () => {
    harness.treatOnce('a', rivalBefore(harness, { user: 'limited' }));
    const run = await start(['a'], { onOtherUsersRequest: 'return' });
    const [rival, own] = ids();
    expect(outputs(run)).toMatchObject([{ id: rival, alreadyStarted: true, duplicates: [own] }]);
  });
});

describe('whose token it is', () => {
  it('is asked for once, for all items whose Request is there', async () => {
    await start(['a', 'b', 'c']);
    harness.gateway.calls = [];
    const run = await start(['a', 'b', 'c']);
    expect(outputs(run)).toHaveLength(3);
    expect(asksForUser()).toHaveLength(1);
    expect(harness.gateway.calls).toHaveLength(2);
  });

  it('is not asked for when no Request is there', async () => {
    await start(['a']);
    expect(asksForUser()).toEqual([]);
  });

  it('is known from what the run itself has started', async () => {
    harness.treatOnce('b', respond(429, { message: 'Too Many Attempts.' }));
    const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
    const run = await harness.start(keyed({ requestsInParallel: 1, recoveryWindow: 0 }), {
      input: itemsOf('a', 'b'),
      settings,
      user: 'admin',
    });
    expect(outputs(run)).toHaveLength(2);
    expect(asksForUser()).toEqual([]);
  });

  it('starts nothing when it cannot be read', async () => {
    await start(['a']);
    harness.gateway.treat = ({ path }) =>
      path.includes('users/configuration') ? respond(401, { error: 'Unauthenticated.' }) : undefined;
    const run = await start(['a']);
    expect(failedItems(run)[0]?.text).toMatch(/could not be looked up, so nothing is started/);
    expect(harness.starts()).toHaveLength(1);
  });

  it('is read from a Request under way on a server before 4.12', async () => {
    await start(['a']);
    await take('b');
    onOldServer();
    const run = await start(['a', 'b']);
    expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true }]);
    expect(failedItems(run)).toMatchObject([{ input: { number: 'b' }, outcome: 'notStarted' }]);
    expect(asksForOwn()).toHaveLength(1);
  });

  it('is said not to be known on a server before 4.12 where the user has none, and nothing is started', async () => {
    const taken = await take('a');
    harness.gateway.treat = ({ path }) =>
      path.includes('users/configuration')
        ? respond(404, { error: 'Not Found' })
        : path.includes('type=started_me')
          ? respond(200, NOTHING)
          : undefined;
    const run = await start(['a']);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted', requestId: taken }]);
    expect(failedItems(run)[0]?.text).toMatch(/could not be read whether.*since version 4\.12/s);
    expect(failedItems(run)[0]?.text).toContain(OPTION);
    expect(harness.starts()).toEqual([]);
  });
});

it('finds a start whose response was lost although another user holds the key', async () => {
  const taken = await take('a');
  harness.treatOnce('a', resetAfter);
  const run = await start(['a'], { onOtherUsersRequest: 'ignore' });
  expect(outputs(run)).toMatchObject([{ id: ids()[1], sameKey: [taken] }]);
});
