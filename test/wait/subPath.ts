import assert from 'node:assert/strict';
import type { Checks } from '../e2e/checkList';
import { respond, startGateway } from '../support/gateway';
import { CONTRACT_APPROVAL } from './checks';
import { post, type Stage } from './stage';

const SUB_PATH = '/automation/n8n/';

/** n8n below a sub-path of a site: a proxy takes the sub-path away, as n8n itself does not know it. */
export async function checkBelowSubPath(checks: Checks, stage: Stage): Promise<void> {
  const { host, processMaker } = stage;
  await checks.check('is called below a sub-path, at the address in WEBHOOK_URL', async () => {
    const proxy = await startGateway(host.url);
    proxy.treat = (call) => {
      if (!call.path.startsWith(SUB_PATH)) return respond(404, 'Not Found');
      call.path = call.path.slice(SUB_PATH.length - 1);
      return undefined;
    };
    try {
      await host.stop();
      await host.restart({ N8N_PATH: SUB_PATH, WEBHOOK_URL: proxy.url + SUB_PATH });
      const execution = await stage.begin('sub-path', CONTRACT_APPROVAL, { contract: 'C-5' });
      await stage.isAsleep(execution);
      const url = stage.latestUrl();
      assert.ok(url.href.startsWith(`${proxy.url}${SUB_PATH}webhook-waiting/${execution}?`), url.href);
      const forged = new URL(url);
      forged.searchParams.set('signature', 'forged');
      assert.equal((await post(forged, {})).status, 401);
      await processMaker.completeTask(processMaker.tasks().at(-1)?.id ?? 0, { approved: true });
      assert.deepEqual((await stage.result(execution)).callback, { approved: true });
    } finally {
      await proxy.close();
    }
  });
}
