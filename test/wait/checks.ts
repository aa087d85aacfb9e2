import assert from 'node:assert/strict';
import type { Checks } from '../e2e/checkList';
import { delay } from '../support/gateway';
import { post, type Stage } from './stage';

export const CONTRACT_APPROVAL = 41;
const AUTOMATIC_APPROVAL = 42;
const LIMIT_SECONDS = 20;

/** What is promised of a wait for a call of the process. */
export async function checkWaiting(checks: Checks, stage: Stage): Promise<void> {
  const { host, processMaker, gateway } = stage;

  await checks.check(
    'sleeps through a restart and a crash of n8n, and the script of the process wakes it',
    async () => {
      const execution = await stage.begin('restart', CONTRACT_APPROVAL, { contract: 'C-1' });
      await stage.isAsleep(execution);
      await host.stop();
      await host.restart();
      await host.kill();
      // The script finds nobody at first.
      const task = processMaker.tasks().at(-1);
      await processMaker.completeTask(task?.id ?? 0, { approved: true });
      await host.restart();
      const { id, data, callback, timedOut } = await stage.result(execution);
      const request = processMaker.requests().at(-1);
      assert.deepEqual(
        { id, callback, timedOut },
        { id: request?.id, callback: { approved: true }, timedOut: false },
      );
      assert.equal((data as { contract: string }).contract, 'C-1');
    },
  );

  await checks.check(
    'a process that is faster than n8n meets 409, repeats its call, and wakes it',
    async () => {
      const before = processMaker.scriptStatuses.length;
      // The script calls while the node still looks at its Request.
      gateway.treat = ({ method, path }) =>
        method === 'GET' && path.includes('summary') ? delay(1500) : undefined;
      const execution = await stage.begin('fast', AUTOMATIC_APPROVAL, { approved: false });
      const { callback } = await stage.result(execution);
      gateway.treat = () => undefined;
      assert.deepEqual(callback, { approved: false });
      const statuses = processMaker.scriptStatuses.slice(before);
      assert.ok(statuses.includes(409), `no call was answered with 409: ${statuses.join(', ')}`);
      assert.equal(statuses.at(-1), 200);
    },
  );

  await checks.check('wakes for no call but its own', async () => {
    const execution = await stage.begin('other-calls', CONTRACT_APPROVAL, {});
    await stage.isAsleep(execution);
    const url = stage.latestUrl();
    const late = new URL(url);
    late.searchParams.set('wait', 'another');
    const forged = new URL(url);
    forged.searchParams.set('signature', 'forged');
    assert.equal((await post(late, {})).status, 410);
    assert.equal((await post(forged, {})).status, 401);
    await stage.isAsleep(execution);
    const response = await post(url, { approved: true });
    assert.equal(response.status, 200);
    assert.equal((await stage.result(execution)).timedOut, false);
    assert.equal((await post(url, {})).status, 409);
  });

  await checks.check('gives what was sent: null for nothing, a list, a text of another kind', async () => {
    const calls: Array<[RequestInit, unknown]> = [
      [{}, null],
      [{ headers: { 'content-type': 'application/json' }, body: '[]' }, []],
      [{ headers: { 'content-type': 'text/csv' }, body: 'a;b' }, 'a;b'],
    ];
    for (const [index, [sent, expected]] of calls.entries()) {
      const execution = await stage.begin(`body-${index}`, CONTRACT_APPROVAL, {});
      await stage.isAsleep(execution);
      assert.equal((await fetch(stage.latestUrl(), { method: 'POST', ...sent })).status, 200);
      assert.deepEqual((await stage.result(execution)).callback, expected);
    }
  });

  await checks.check('waits for many Requests at once, each in an execution of a sub-workflow', async () => {
    const known = processMaker.requests().length;
    const contracts = [{ contract: 'C-3' }, { contract: 'C-4' }];
    const calling = await stage.beginCalling('many', CONTRACT_APPROVAL, contracts);
    assert.equal((await host.client.ended(calling)).status, 'success');
    const waiting = [1, 2].map((next) => String(Number(calling) + next));
    for (const execution of waiting) await stage.isAsleep(execution);
    const ids = processMaker
      .requests()
      .slice(known)
      .map(({ id }) => id);
    assert.equal(ids.length, contracts.length);
    for (const task of processMaker.tasks().filter(({ requestId }) => ids.includes(requestId))) {
      await processMaker.completeTask(task.id, { approved: task.requestId });
    }
    const results = await Promise.all(waiting.map((execution) => stage.result(execution)));
    assert.deepEqual(
      results.map(({ callback }) => callback),
      results.map(({ id }) => ({ approved: id })),
    );
    assert.deepEqual(results.map(({ id }) => id).sort(), ids);
  });

  await checks.check('goes on when its limit has passed, and gives the Request', async () => {
    const limit = { limitWaitTime: true, resumeAmount: LIMIT_SECONDS, resumeUnit: 'seconds' };
    const execution = await stage.begin('limit', CONTRACT_APPROVAL, { contract: 'C-2' }, limit);
    await stage.isAsleep(execution);
    // n8n looks for sleepers once a minute, and when it starts.
    await host.stop();
    await host.restart();
    const { id, status, callback, timedOut } = await stage.result(execution);
    const request = processMaker.requests().at(-1);
    assert.deepEqual(
      { id, status, callback, timedOut },
      { id: request?.id, status: 'ACTIVE', callback: null, timedOut: true },
    );
  });
}
