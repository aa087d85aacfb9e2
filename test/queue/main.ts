import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Cleanup } from '../../demo/cleanup';
import { CREDENTIAL_TYPE } from '../../demo/example';
import { installN8n } from '../../demo/install';
import { exclusively } from '../../demo/lock';
import { N8nClient } from '../../demo/n8nClient';
import { packPackage } from '../../demo/package';
import { runProgram } from '../../demo/program';
import { say } from '../../demo/progress';
import type { Stop } from '../../demo/stop';
import { startProcessMaker } from '../processmaker';
import { delay, startGateway, type Behaviour } from '../support/gateway';
import { startMain, startWorker, type ClusterOptions } from './cluster';
import { McpCaller, mcpWorkflow, treatMcpCall } from './mcp';
import { startPostgres } from './postgres';
import { findPrograms } from './programs';
import { startRedis } from './redis';
import { countByOrder, misses, type Result } from './result';
import { Sender } from './sender';
import { orderWorkflow, WEBHOOK_PATH } from './workflow';

const ORDERS = Array.from({ length: 300 }, (_, index) => `PO-${1001 + index}`);
/** So many orders have a Request when the worker is killed. */
const KILL_AT = 60;
const PROCESS = 'Purchase order approval';
const OWNER = { email: 'queue@example.com', password: 'ProcessMaker4' };

/** Takes its time before and after its work, so that a kill can come at either. */
const asOverANetwork: Behaviour = async (response, forward) => {
  await sleep(80);
  await delay(80)(response, forward);
};

async function test(stop: Stop, cleanup: Cleanup): Promise<{ result: Result; missed: string[] }> {
  const { signal } = stop;
  const processMaker = await startProcessMaker();
  cleanup.add(() => processMaker.close());
  const gateway = await startGateway(processMaker.url);
  cleanup.add(() => gateway.close());
  gateway.treat = (call) => treatMcpCall(call) ?? asOverANetwork;

  const { options, statuses } = await prepare(signal, cleanup);
  say('Starting n8n: a main process and two workers …');
  const url = await startMain(options);
  const [worker] = await Promise.all(['worker-1', 'worker-2'].map((name) => startWorker(name, options)));

  const client = new N8nClient(url, signal);
  await client.setUpOwner(OWNER);
  const credential = await client.createCredential('ProcessMaker account', CREDENTIAL_TYPE, {
    instanceUrl: gateway.url,
    accessToken: processMaker.tokens.limited,
  });
  await client.publish(await client.createWorkflow(orderWorkflow(PROCESS, credential)));
  const webhook = `${url}/webhook/${WEBHOOK_PATH}`;
  await untilRegistered(webhook, signal);
  await client.publish(await client.createWorkflow(mcpWorkflow(credential)));
  const mcp = new McpCaller(url, processMaker, signal);
  say('An MCP client calls tools …');
  const begun = Date.now();
  await mcp.callAll();
  say(`They were answered within ${Math.round((Date.now() - begun) / 1000)} s.`);
  const longCalls = mcp.callLong();
  await Promise.race([mcp.untilLongBegun(), longCalls]);

  say(`Sending ${ORDERS.length} orders …`);
  const counts = () => countByOrder(processMaker.requests());
  const sender = new Sender({ webhook, statuses, isStarted: (order) => counts().has(order), signal });
  const kill = async () => {
    while (counts().size < KILL_AT) await sleep(50, undefined, { signal });
    await worker?.kill();
    say(`Killed a worker, after ${counts().size} orders.`);
    await mcp.endLong();
  };
  await Promise.all([sender.deliver(ORDERS), kill(), longCalls]);

  const revived = await sender.revived();
  if (revived.length > 0) {
    say(`n8n had marked these executions although they ended well: ${revived.join(', ')}.`);
  }
  const requests = [...counts().values()].reduce((sum, count) => sum + count, 0);
  const result: Result = {
    orders: ORDERS.length,
    requests,
    duplicates: requests - counts().size,
    lostExecutions: sender.lost,
    markedExecutions: sender.marked.size,
    sentAgain: sender.sentAgain.size,
    alreadyStarted: sender.alreadyStarted.size,
    mcp: mcp.result,
  };
  return { result, missed: [...misses(ORDERS, counts(), result), ...mcp.misses] };
}

/** Starts what n8n's queue mode needs, and packs the node. */
async function prepare(
  signal: AbortSignal,
  cleanup: Cleanup,
): Promise<{ options: ClusterOptions; statuses: () => Promise<Map<string, string>> }> {
  const programs = await findPrograms(signal);
  const folder = cleanup.temporaryFolder('queue');
  const { runtime, tarball } = await exclusively(signal, async () => ({
    runtime: await installN8n(signal),
    tarball: await packPackage(folder, signal),
  }));

  say('Starting Redis and PostgreSQL …');
  const password = randomBytes(16).toString('hex');
  const redis = await startRedis(programs, folder, password, signal, cleanup);
  const postgres = await startPostgres(programs, password, signal, cleanup);
  const env = { ...postgres.env, ...redis, N8N_ENCRYPTION_KEY: password };
  const statuses = async () => {
    const rows = await postgres.select('SELECT id, status FROM execution_entity ORDER BY id');
    return new Map(rows.map(([id = '', status = '']) => [id, status]));
  };
  return { options: { folder, runtime, tarball, env, signal, cleanup }, statuses };
}

/** n8n registers a published workflow's webhook a moment after it has said so. */
async function untilRegistered(webhook: string, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    // The wrong method on purpose: n8n tells then which ones there are, and starts nothing.
    const text = await (await fetch(webhook, { signal })).text();
    if (text.includes('POST')) return;
    await sleep(500, undefined, { signal });
  }
  throw new Error(`n8n did not register the webhook ${webhook}.`);
}

void runProgram(test, ({ result, missed }) => {
  for (const sentence of missed) say(sentence);
  console.log(JSON.stringify(result));
  return missed.length === 0;
});
