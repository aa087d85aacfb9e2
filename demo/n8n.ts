import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { N8nRuntime } from './install';
import { freePort } from './ports';
import { killGroup, spawnGroup, stopGroup } from './process';
import { say } from './progress';

const PREFERRED_PORT = 5678;
const READY_WITHIN_MS = 180_000;
/** All that n8n gets from this environment: it must not see settings of another n8n, or a token. */
const PASSED_ON = [
  ...['HOME', 'LANG', 'TMPDIR', 'TEMP', 'TMP', 'TZ', 'SystemRoot', 'USERPROFILE', 'APPDATA'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  'NODE_EXTRA_CA_CERTS',
];

export interface N8n {
  url: string;
  port: number;
  logFile: string;
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Rejects when n8n ends without having been stopped. */
  endedByItself(): Promise<never>;
}

/** Settings of n8n besides those that it always gets. */
export type N8nSettings = Record<string, string>;

/** Starts n8n and waits until it responds; on the given port, such as its former one, or on n8n's usual one if it is free. */
export async function startN8n(
  runtime: N8nRuntime,
  userFolder: string,
  signal: AbortSignal,
  ownPort?: number,
  settings: N8nSettings = {},
): Promise<N8n> {
  if (ownPort !== undefined) return startOn(ownPort, runtime, userFolder, signal, settings);
  const port = await freePort(PREFERRED_PORT);
  if (port !== PREFERRED_PORT) say(`Port ${PREFERRED_PORT} is in use; n8n gets port ${port}.`);
  say('Starting n8n …');
  try {
    return await startOn(port, runtime, userFolder, signal, settings);
  } catch (error) {
    // Somebody else, such as a second demo, may have taken the port in the meantime.
    if (signal.aborted || !(error instanceof Error) || !/already in use|EADDRINUSE/.test(error.message))
      throw error;
    return startOn(await freePort(), runtime, userFolder, signal, settings);
  }
}

async function startOn(
  port: number,
  runtime: N8nRuntime,
  userFolder: string,
  signal: AbortSignal,
  settings: N8nSettings,
): Promise<N8n> {
  const logFile = path.join(userFolder, 'n8n.log');
  const env = { ...environment(runtime, userFolder, port, await freePort()), ...settings };
  const log = openSync(logFile, 'w');
  const child = spawnGroup(runtime.node, [runtime.script, 'start'], {
    cwd: userFolder,
    env,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = once(child, 'exit');
  const n8n: N8n = {
    url: `http://127.0.0.1:${port}`,
    port,
    logFile,
    stop: () => stopGroup(child),
    kill: () => killGroup(child),
    endedByItself: async () => {
      await ended;
      throw new Error(`n8n has ended. Its last lines:\n${lastLines(logFile)}`);
    },
  };
  try {
    await waitUntilReady(n8n, child, signal);
    return n8n;
  } catch (error) {
    await n8n.stop();
    throw error;
  }
}

async function waitUntilReady(n8n: N8n, child: ChildProcess, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    if (await responds(`${n8n.url}/healthz/readiness`, signal)) return;
    await sleep(250, undefined, { signal });
  }
  throw new Error(`n8n did not start. Its last lines:\n${lastLines(n8n.logFile)}`);
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
}

async function responds(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(url, { signal })).ok;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

function environment(
  runtime: N8nRuntime,
  userFolder: string,
  port: number,
  brokerPort: number,
): NodeJS.ProcessEnv {
  const passedOn = PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  return {
    ...(Object.fromEntries(passedOn) as NodeJS.ProcessEnv),
    // n8n starts its task runner with the 'node' of the PATH.
    PATH: [path.dirname(runtime.node), process.env.PATH].join(path.delimiter),
    N8N_USER_FOLDER: userFolder,
    N8N_HOST: '127.0.0.1',
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_PORT: String(port),
    N8N_RUNNERS_BROKER_PORT: String(brokerPort),
    N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
    // Scripts and browsers sign in over plain http.
    N8N_SECURE_COOKIE: 'false',
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false',
    N8N_HIRING_BANNER_ENABLED: 'false',
  };
}
