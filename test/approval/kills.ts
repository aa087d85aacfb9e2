import assert from 'node:assert/strict';

import { post, reviewed, type Stage } from './stage';

/** By it, n8n leaves executions alone that slept when it was killed. */
const LEAVES_SLEEPERS = { N8N_EVENTBUS_RECOVERY_MODE: 'simple' };

/** n8n is killed while reviews are open; a yes and a no come in while it is away. */
export async function killedAsleep(stage: Stage): Promise<void> {
  const agent = await stage.agent('killed-asleep');
  const executions = [];
  for (const invoice of ['K-yes', 'K-no']) {
    const execution = await stage.begin(agent, [reviewed('Pay', invoice)]);
    executions.push(execution);
    await stage.review(invoice);
    await stage.asleep(execution);
  }
  await stage.kill();
  await stage.complete(await stage.review('K-yes'), { decision: 'approved' });
  await stage.complete(await stage.review('K-no'), {
    decision: 'refused',
    comment: 'Not while n8n was away.',
  });
  await stage.parts.host.restart(LEAVES_SLEEPERS);
  for (const invoice of ['K-yes', 'K-no']) await stage.wake(await stage.review(invoice));
  for (const execution of executions) await stage.ended(execution);
  assert.deepEqual([stage.runsOf('K-yes'), stage.runsOf('K-no')], [1, 0]);
}

/** n8n is killed while the model thinks; a person presses Retry, and the model makes the same call with a new id. */
export async function killedInTheTurn(stage: Stage): Promise<void> {
  const agent = await stage.agent('killed-in-the-turn');
  const killed = { begun: false, done: false };
  const prompt = stage.prompt(agent, async (results) => {
    if (results.length > 0) return { reply: 'Done.' };
    if (!killed.begun) {
      killed.begun = true;
      await stage.kill();
      killed.done = true;
    }
    return reviewed('Pay', 'K-turn');
  });
  const execution = await stage.beginItems(agent, [{ prompt }]);
  await stage.until('the kill', () => killed.done);
  await stage.parts.host.restart({});
  await stage.decideInRetry(execution, 'K-turn', 'approved');
  assert.equal(stage.runsOf('K-turn'), 1);
  assert.equal(stage.reviewsOf('K-turn').length, 1);
}

/**
 * By default, n8n takes an agent that slept when it was killed for crashed, and cannot be woken any more. A person
 * presses Retry: the decision that was made meanwhile is taken, or made in a new review.
 */
export async function killedWithDefaults(stage: Stage): Promise<void> {
  const agent = await stage.agent('killed-defaults');
  const execution = await stage.begin(agent, [reviewed('Pay', 'K-default')]);
  const review = await stage.review('K-default');
  await stage.asleep(execution);
  await stage.kill();
  await stage.parts.host.restart({});
  const { status } = await post(stage.urlOf(review));
  if (status === 409) stage.limits.push('n8n takes a sleeping agent for crashed after it was killed.');
  assert.equal(stage.runsOf('K-default'), 0);
}
