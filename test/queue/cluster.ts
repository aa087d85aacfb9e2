import { mkdirSync } from 'node:fs';
import path from 'node:path';

import type { Cleanup } from '../../demo/cleanup';
import type { N8nRuntime } from '../../demo/install';
import { addCommunityPackage } from '../../demo/package';
import { freePort } from '../../demo/ports';
import { startService, type Service } from './service';

const HOST = '127.0.0.1';
const PASSED_ON = ['HOME', 'LANG', 'TMPDIR', 'TZ'];
/** How many executions a worker runs at a time. */
const WORKER_CONCURRENCY = 10;

export interface ClusterOptions {
  folder: string;
  runtime: N8nRuntime;
  /** The packed node. */
  tarball: string;
  /** Where database, Redis and encryption key are. */
  env: Record<string, string>;
  signal: AbortSignal;
  cleanup: Cleanup;
}

/** Starts the main process, which takes webhooks and creates the tables; gives its address. */
export async function startMain(options: ClusterOptions): Promise<string> {
  const port = await freePort();
  await startProcess('main', ['start'], port, options, { N8N_PORT: String(port) });
  return `http://${HOST}:${port}`;
}

/** Starts a worker. */
export async function startWorker(name: string, options: ClusterOptions): Promise<Service> {
  const port = await freePort();
  return startProcess(name, ['worker', `--concurrency=${WORKER_CONCURRENCY}`], port, options, {
    QUEUE_HEALTH_CHECK_ACTIVE: 'true',
    QUEUE_HEALTH_CHECK_PORT: String(port),
    N8N_WORKER_SERVER_ADDRESS: HOST,
  });
}

async function startProcess(
  name: string,
  args: string[],
  port: number,
  options: ClusterOptions,
  env: Record<string, string>,
): Promise<Service> {
  const { folder, runtime, tarball, signal, cleanup } = options;
  const userFolder = path.join(folder, name);
  mkdirSync(userFolder);
  await addCommunityPackage(tarball, userFolder, signal);
  return startService({
    name: `n8n's ${name}`,
    command: runtime.node,
    args: [runtime.script, ...args],
    cwd: userFolder,
    logFile: path.join(userFolder, 'n8n.log'),
    env: {
      ...passedOn(),
      // n8n starts its task runner with the 'node' of the PATH.
      PATH: [path.dirname(runtime.node), process.env.PATH].join(path.delimiter),
      ...SETTINGS,
      N8N_USER_FOLDER: userFolder,
      N8N_RUNNERS_BROKER_PORT: String(await freePort()),
      ...options.env,
      ...env,
    },
    isReady: async () => (await fetch(`http://${HOST}:${port}/healthz/readiness`, { signal })).ok,
    signal,
    cleanup,
  });
}

/** Settings of another n8n, or a token, are not the business of this one. */
function passedOn(): NodeJS.ProcessEnv {
  return Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
}

const SETTINGS = {
  EXECUTIONS_MODE: 'queue',
  // With n8n's own values it takes two minutes until the jobs of a killed worker are given up.
  QUEUE_WORKER_LOCK_DURATION: '10000',
  QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
  QUEUE_WORKER_STALLED_INTERVAL: '5000',
  N8N_HOST: HOST,
  N8N_LISTEN_ADDRESS: HOST,
  N8N_RUNNERS_BROKER_LISTEN_ADDRESS: HOST,
  // The script signs in over plain http.
  N8N_SECURE_COOKIE: 'false',
  N8N_DIAGNOSTICS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
  N8N_TEMPLATES_ENABLED: 'false',
  N8N_PERSONALIZATION_ENABLED: 'false',
};
