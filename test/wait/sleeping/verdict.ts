import assert from 'node:assert/strict';
import type { Checks } from '../../e2e/checkList';
import type { Counts } from './count';
import type { Scene } from './scene';
import { isToTimeOut, SLEEPERS, sleepersOf, type Sleeper } from './sleepers';
import { latestSweep, wakeItems } from './wakeItems';

const MIN_FORGED_CALLS = 200;
/** Some sweeps. */
const SWEPT_WITHIN = 60;

/** Compares what was counted with what is promised. */
export async function checkCounts(checks: Checks, counts: Counts): Promise<void> {
  const toTimeOut = SLEEPERS.filter(isToTimeOut).length;
  const check = async (name: string, real: unknown, expected: unknown): Promise<void> =>
    await checks.check(name, () => {
      assert.deepEqual(real, expected);
      return Promise.resolve();
    });
  await check('every sleeper has one execution', counts.sleepers, SLEEPERS.length);
  await check('none wakes before its Request has ended', counts.wokenEarly, 0);
  await check('none whose Request has ended sleeps on or is lost', counts.forgotten, 0);
  await check(
    'each wakes once, with its own Request as it ended',
    counts.wokenOnce,
    SLEEPERS.length - toTimeOut,
  );
  await check('those whose limit has passed say so', counts.timedOut, toTimeOut);
  await checks.check(`n8n has answered ${MIN_FORGED_CALLS} forged calls and more`, () => {
    assert.ok(counts.forgedCalls >= MIN_FORGED_CALLS, String(counts.forgedCalls));
    return Promise.resolve();
  });
}

/** Looks at what the node that wakes has said, and at how often it has called. */
export async function checkWaking(checks: Checks, scene: Scene): Promise<void> {
  const items = await wakeItems(scene);
  const requestIds = (sleepers: Sleeper[]) => new Set(sleepers.map(({ name }) => scene.request(name)?.id));

  await checks.check('a wake call is made again in the same run, until it is answered', () => {
    const ids = requestIds(sleepersOf('disturbed', 'racing'));
    const given = items.filter(({ requestId, byTrigger }) => byTrigger && ids.has(requestId));
    assert.equal(given.length, ids.size);
    assert.deepEqual(
      given.filter(({ outcome }) => outcome !== 'woken' && outcome !== 'over'),
      [],
    );
    return Promise.resolve();
  });

  await checks.check('the sweep, and not the trigger, finds what was given out before n8n died', () => {
    const ids = requestIds(sleepersOf('between'));
    const woken = items.filter(({ requestId, outcome }) => ids.has(requestId) && outcome === 'woken');
    assert.deepEqual(new Set(woken.map(({ requestId }) => requestId)), ids);
    assert.deepEqual(
      woken.filter(({ byTrigger }) => byTrigger),
      [],
    );
    return Promise.resolve();
  });

  await checks.check('an address that somebody has written into a Request is refused', () => {
    const outcomes = scene.trapped.map((id) => items.find(({ requestId }) => requestId === id)?.outcome);
    assert.deepEqual(new Set(outcomes), new Set(['refused']));
    return Promise.resolve();
  });

  await checks.check('nothing that the node says shows the signature of an execution', () => {
    const said = JSON.stringify(items);
    const shown = SLEEPERS.filter((sleeper) => said.includes(signatureOf(scene, sleeper)));
    assert.deepEqual(shown, []);
    return Promise.resolve();
  });

  await checks.check('the sweep remembers whom it need not call again', async () => {
    const ids = requestIds(sleepersOf('plain'));
    const isQuiet = async () => (await latestSweep(scene))?.every((id) => !ids.has(id)) === true;
    assert.ok(await scene.until(isQuiet, SWEPT_WITHIN), 'Each sweep calls again.');
  });
}

function signatureOf(scene: Scene, sleeper: Sleeper): string {
  const signature = scene.url(sleeper).searchParams.get('signature');
  assert.ok(signature, `the URL of '${sleeper.name}' has a signature`);
  return signature;
}
