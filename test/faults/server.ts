import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Connection } from '../processmaker/database/connection';
import type { RequestRow } from '../processmaker/database/rows';
import { TOKENS } from '../processmaker/fixtures/users';

const MAIN = path.resolve(__dirname, '../processmaker/main.ts');

/** The stand-in as a process of its own, with its database in a file, so that it can be killed and started again. */
export class Server {
  url = '';

  readonly token = TOKENS.limited.token;

  private child: ChildProcess | undefined;

  private isClosed = false;

  constructor(private readonly database: string) {}

  /** Starts it, again on the port that it had. */
  async start(): Promise<void> {
    if (this.isClosed) return;
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const args = ['--import', 'tsx', MAIN, '--port', port, '--database', this.database];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /^ProcessMaker stand-in: (\S+)$/.exec(line)?.[1];
      if (url === undefined) continue;
      this.url = url;
      child.stdout.resume();
      return;
    }
    throw new Error('The stand-in did not start.');
  }

  /** Cuts all of its connections, in the midst of whatever it does but a commit to its database. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGUSR2');
    await ended;
  }

  /** Kills it for good, also when an outage is about to start it again. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.kill();
  }

  /** What the database of the killed server holds: ids of Requests by the number of their order. */
  requestIds(): Map<string, number[]> {
    const connection = new Connection(this.database);
    try {
      return idsByOrder(connection.all<RequestRow>('SELECT * FROM process_requests ORDER BY id'));
    } finally {
      connection.close();
    }
  }
}

function idsByOrder(rows: RequestRow[]): Map<string, number[]> {
  const ids = new Map<string, number[]>();
  for (const { id, data } of rows) {
    const { order } = JSON.parse(data) as { order: string };
    ids.set(order, [...(ids.get(order) ?? []), id]);
  }
  return ids;
}
