import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { startProcessMaker } from '../../processmaker';
import { ConnectionCount } from './connections';
import { listen, type BenchServer } from './listen';
import { WorkerPool } from './workers';

/** What a web server with PHP behind it takes. */
export interface PhpLimits {
  /** Calls that are worked on at once. */
  workers: number;
  /** How long a worker is busy with each call. */
  callMs: number;
  /** Calls that may wait for a worker. */
  queue: number;
  /** Connections that may be open. */
  connections: number;
}

/** The ProcessMaker stand-in behind the bottleneck of a PHP server, which resets what is too much for it. */
export async function startPhpServer({
  workers,
  callMs,
  queue,
  connections,
}: PhpLimits): Promise<BenchServer> {
  const processMaker = await startProcessMaker();
  const count = new ConnectionCount();
  const pool = new WorkerPool(workers, queue);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (pool.isFull) {
      request.socket.resetAndDestroy();
      return;
    }
    // PHP ends its work even when the caller has hung up.
    const upstream = await pool.run(async () => {
      const [sent] = await Promise.all([send(processMaker.url, request, body), pause(callMs)]);
      return sent;
    });
    response.writeHead(upstream.status, { 'content-type': 'application/json' }).end(upstream.body);
  }

  const server = createServer((request, response) => {
    count.watch(request, response);
    handle(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    if (count.opened(socket) > connections) socket.resetAndDestroy();
  });
  let known = 0;
  return await listen(server, processMaker.tokens.limited, () => {
    const made = processMaker.requests().slice(known);
    known += made.length;
    return {
      orders: made.map(({ data }) => (typeof data['order'] === 'string' ? data['order'] : '')),
      mostConnections: count.takeMost(),
      busySeconds: pool.takeBusySeconds(),
    };
  });
}

async function send(target: string, { method, url = '/', headers }: IncomingMessage, body: string) {
  const response = await fetch(target + url, {
    method,
    headers: {
      accept: 'application/json',
      authorization: headers.authorization ?? '',
      ...(body !== '' && { 'content-type': headers['content-type'] ?? '' }),
    },
    ...(body !== '' && { body }),
  });
  return { status: response.status, body: await response.text() };
}
