import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const ENOUGH_BYTES = 16 * 1024 * 1024;

/** Runs a small program that prints something and ends, such as `psql`; gives what it printed. */
export async function query(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await execute(command, args, {
    env: { PATH: process.env.PATH, ...env },
    maxBuffer: ENOUGH_BYTES,
    timeout: 30_000,
  });
  return stdout;
}
