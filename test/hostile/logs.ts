import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { Logger } from '@n8n/backend-common';

/** The lines that belong to the case which goes on: several do at the same time. */
const current = new AsyncLocalStorage<string[]>();

/** Runs something, and adds all that it logs to the lines. */
export async function withLogs<T>(lines: string[], run: () => Promise<T>): Promise<T> {
  return await current.run(lines, run);
}

/** Lets n8n's log and the console come to the cases that write to them. */
export function catchLogs(): void {
  const note = (...texts: unknown[]) => {
    const lines = current.getStore();
    lines?.push(
      texts.map((text) => (typeof text === 'string' ? text : inspect(text, { depth: 6 }))).join(' '),
    );
    return lines !== undefined;
  };
  Object.assign(Logger.prototype, { log: (...texts: unknown[]) => void note(...texts) });
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const print = console[name].bind(console);
    console[name] = (...texts: unknown[]) => {
      if (!note(...texts)) print(...texts);
    };
  }
}
