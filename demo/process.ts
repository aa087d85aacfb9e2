import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const windows = process.platform === 'win32';
const GRACE_MS = 10_000;

/** Starts a program as the head of its own process group, so that all of its children can be ended with it. */
export function spawnGroup(command: string, args: string[], options: SpawnOptions): ChildProcess {
  return spawn(command, args, { ...options, detached: !windows, windowsHide: true });
}

/** Ends a program and its children: politely first, by force when that takes too long. */
export async function stopGroup(child: ChildProcess, graceMs = GRACE_MS): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  await Promise.race([ended, sleep(graceMs, undefined, { ref: false })]);
  // Also when the head has ended: a grandchild may have ignored the polite signal.
  signalGroup(child, 'SIGKILL');
  if (!hasEnded(child)) await ended;
}

/** Ends a program and its children by force. */
export async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = once(child, 'exit');
  signalGroup(child, 'SIGKILL');
  await ended;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (windows) child.kill(signal);
    else if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
