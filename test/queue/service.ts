import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Cleanup } from '../../demo/cleanup';
import { killGroup, spawnGroup, stopGroup } from '../../demo/process';

const READY_WITHIN_MS = 120_000;

export interface ServiceOptions {
  name: string;
  command: string;
  args: string[];
  /** The folder in which it runs. */
  cwd: string;
  logFile: string;
  env: NodeJS.ProcessEnv;
  user?: SystemUser;
  isReady: () => Promise<boolean>;
  signal: AbortSignal;
  /** Where its end is put down as soon as it runs. */
  cleanup: Cleanup;
}

/** Whom a program runs as. */
export interface SystemUser {
  uid: number;
  gid: number;
}

export interface Service {
  /** Ends it and its children as a machine ends that loses its power. */
  kill(): Promise<void>;
}

/** Starts a program that keeps running, and waits until it is ready. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { command, args, cwd, env, user, logFile, signal, cleanup } = options;
  signal.throwIfAborted();
  const log = openSync(logFile, 'a');
  const child = spawnGroup(command, args, { cwd, env, stdio: ['ignore', log, log], ...user });
  closeSync(log);
  cleanup.add(() => stopGroup(child));
  // A program that cannot be started at all has no exit.
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  await Promise.race([untilReady(child, options), failed]);
  return { kill: () => killGroup(child) };
}

async function untilReady(child: ChildProcess, options: ServiceOptions): Promise<void> {
  const { name, isReady, logFile, signal } = options;
  const deadline = Date.now() + READY_WITHIN_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    if (await isReady().catch(() => false)) return;
    await sleep(250, undefined, { signal });
  }
  throw new Error(`${name} did not start. Its last lines:\n${lastLines(logFile)}`);
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
}
