import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { startProcessMaker, type ProcessMaker } from '../../processmaker';

const AUTOMATIC_APPROVAL = 42;

let processMaker: ProcessMaker;
let bodies: string[];
/** What the receiver responds with, one after the other: the status of a refusal, or the text of a success. */
let responses: (number | string)[];
const receiver = createServer((request, response) => {
  void text(request).then((body) => {
    bodies.push(body);
    const next = responses.shift() ?? '';
    if (typeof next === 'number') response.writeHead(next).end();
    else response.end(next);
  });
});

beforeAll(async () => {
  processMaker = await startProcessMaker();
  processMaker.scriptsRun = true;
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => (bodies = []));

afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await processMaker.close();
});

/** Starts a Request whose script calls the receiver, and gives it when it has ended. */
async function ended(): Promise<ReturnType<ProcessMaker['requests']>[number] | undefined> {
  const { port } = receiver.address() as AddressInfo;
  const data = { approved: true, secret: 'x', _n8n_resume_url: `http://127.0.0.1:${port}/` };
  await fetch(`${processMaker.url}/api/1.0/process_events/${AUTOMATIC_APPROVAL}?event=received`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${processMaker.tokens.limited}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(data),
  });
  for (;;) {
    const request = processMaker.requests().at(-1);
    if (request?.status !== 'ACTIVE') return request;
    await pause(20);
  }
}

it('repeats its call while the receiver is not ready, and then goes on', async () => {
  responses = [409, 404, 'n8n is starting up. Please wait', 500, '{"woken":true}'];
  expect(await ended()).toMatchObject({ status: 'COMPLETED' });
  expect(bodies).toEqual(Array(5).fill('{"approved":true}'));
  expect(processMaker.scriptStatuses.slice(-5)).toEqual([409, 404, 200, 500, 200]);
});

it('ends its Request in ERROR when its call is refused', async () => {
  responses = [410];
  expect(await ended()).toMatchObject({ status: 'ERROR' });
  expect(bodies).toHaveLength(1);
});
