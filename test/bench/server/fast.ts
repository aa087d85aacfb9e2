import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { startProcessMaker } from '../../processmaker';
import { startPath } from '../process';
import { ConnectionCount } from './connections';
import { listen, type BenchServer } from './listen';

/** Answers every start at once, with a real response of the stand-in under a new id. */
export async function startFastServer(): Promise<BenchServer> {
  const { sample, token } = await sampleResponse();
  const count = new ConnectionCount();
  let orders: string[] = [];
  let lastId = 0;
  const server = createServer((request, response) => {
    count.watch(request, response);
    text(request)
      .then((body) => {
        orders.push(/"order":"([^"]*)"/.exec(body)?.[1] ?? '');
        response.writeHead(201, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ ...sample, id: ++lastId, case_number: lastId }));
      })
      .catch(() => response.destroy());
  });
  server.on('connection', (socket) => count.opened(socket));
  return await listen(server, token, () => {
    const seen = { orders, mostConnections: count.takeMost(), busySeconds: 0 };
    orders = [];
    return seen;
  });
}

async function sampleResponse(): Promise<{ sample: object; token: string }> {
  const processMaker = await startProcessMaker();
  const token = processMaker.tokens.limited;
  const response = await fetch(`${processMaker.url}${startPath}&include=activeTasks`, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ order: 'PO-0', amount: 10 }),
  });
  const sample = (await response.json()) as object;
  await processMaker.close();
  return { sample, token };
}
