import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { INodeParameters } from 'n8n-workflow';
import { givenFile, startedRequests } from '../support/files';
import type { Behaviour } from '../support/gateway';
import { drip, pass, respond, thenRespond } from '../support/gateway';
import { startTasks } from '../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { itWith } from '../support/features';
import { useHarness } from '../support/harness';

// A response may be endless, huge when unpacked, or too deep to be walked through.
const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const JSON_TYPE = { 'content-type': 'application/json' };
const MEBIBYTE = 1024 * 1024;

const start = (options: INodeParameters, items = 1, signal?: AbortSignal) =>
  harness.start(
    { ...TARGET, options: { recoveryWindow: 0, ...options } },
    { input: Array.from({ length: items }, (_, number) => ({ number })), settings: ERROR_OUTPUT, signal },
  );
const get = (requestId: number) =>
  harness.perform('request get', { request: locator('id', requestId) }, { settings: ERROR_OUTPUT });
const treat = (method: string, behaviour: Behaviour) => {
  harness.gateway.treat = (call) => (call.method === method ? behaviour : undefined);
};

/** Repeats a byte, packed about a thousandfold: gzip allows packed parts one after the other. */
function bomb(begin: string, byte: string, mebibytes: number): Behaviour {
  const part = gzipSync(Buffer.alloc(10 * MEBIBYTE, byte));
  const content = Buffer.concat([gzipSync(begin), ...Array<Buffer>(mebibytes / 10).fill(part)]);
  return (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(content);
    return Promise.resolve();
  };
}

/** Goes on for as long as somebody reads. */
const endless =
  (headers: Record<string, string>, begin = ''): Behaviour =>
  async (response) => {
    response.writeHead(200, headers);
    await pipeline(Readable.from(forEver(begin)), response).catch(() => undefined);
  };

function* forEver(begin: string) {
  yield begin;
  for (const chunk = Buffer.alloc(64 * 1024, 'a'); ;) yield chunk;
}

/** Sends headers that never end, each byte in time. */
async function dripHeaders({ socket }: ServerResponse): Promise<void> {
  socket?.write('HTTP/1.1 200 OK\r\nX-Slow: ');
  for (; socket && !socket.destroyed; await pause(100, undefined, { ref: false })) socket.write('x');
}

/** Sends a part, and then nothing more. */
const stall: Behaviour = (response) => {
  response.writeHead(201, JSON_TYPE).write('{"id":');
  return Promise.resolve();
};

function packedStall(response: ServerResponse): Promise<void> {
  response.writeHead(201, { ...JSON_TYPE, 'content-encoding': 'gzip' });
  response.write(gzipSync('x'.repeat(100_000)).subarray(0, 50));
  return Promise.resolve();
}

/** What a server would say that never gets the call. */
const emptyPage = () =>
  Promise.resolve({ status: 201, headers: {}, body: '', bytes: Buffer.alloc(10_000, ' ') });

/** How far memory rises above its beginning while something is done, in MiB. */
async function memoryOf(work: () => Promise<void>): Promise<number> {
  const held = () => process.memoryUsage.rss() / MEBIBYTE;
  const before = held();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, held())), 5);
  await work();
  clearInterval(timer);
  return most - before;
}

/** A connection takes a moment to end. */
async function expectNoConnection(): Promise<void> {
  for (let waited = 0; waited < 1500 && (await harness.gateway.connections()) > 0; waited += 50)
    await pause(50);
  expect(await harness.gateway.connections()).toBe(0);
}

const HUGE: Array<[string, Behaviour]> = [
  ['2.3 GB of zeros in 2.3 MB of gzip', bomb('', '\0', 2300)],
  ['2.3 GB of JSON in 2.3 MB of gzip', bomb('{"id":1,"text":"', 'a', 2300)],
  ['JSON that never ends', endless(JSON_TYPE, '{"id":1,"text":"')],
  ['a page that never ends', endless({ 'content-type': 'text/html' }, '<html>')],
];

describe.each(HUGE)('a response of %s', (name, behaviour) => {
  const isJson = name.includes('JSON');

  it('leaves each start unknown, and does not fill the memory', async () => {
    treat('POST', behaviour);
    const risen = await memoryOf(async () => {
      const failed = failedItems(await start({}, 5));
      expect(failed).toMatchObject(Array(5).fill({ outcome: 'unknown' }));
      if (isJson) expect(failed[0]?.message).toContain('larger than 50 MB');
    });
    expect(risen).toBeLessThan(300);
    await expectNoConnection();
    expect(harness.starts()).toHaveLength(5);
  });

  it('is not asked for again where it was only to be read', async () => {
    treat('GET', behaviour);
    const [failed] = failedItems(await get(1));
    expect(failed?.message).toContain(isJson ? 'larger than 50 MB' : 'not that of a ProcessMaker API');
    await expectNoConnection();
    expect(harness.lookUps()).toHaveLength(1);
  });
});

it('leaves no connection open when a hundred responses drip in too slowly', async () => {
  treat('POST', (response) => drip(60_000)(response, emptyPage));
  const runs = Array.from({ length: 5 }, () => start({ timeout: 1, requestsInParallel: 20 }, 20));
  const failed = (await Promise.all(runs)).flatMap((run) => failedItems(run));
  expect(failed).toHaveLength(100);
  for (const { outcome, text } of failed) {
    expect(outcome).toBe('unknown');
    expect(text).toContain('did not respond within 1 seconds');
  }
  await expectNoConnection();
});

itWith('an end of connections that have gone silent')(
  'leaves no connection open when headers drip in too slowly',
  async () => {
    treat('POST', dripHeaders);
    const failed = failedItems(await start({ timeout: 1, requestsInParallel: 5 }, 5));
    expect(failed.map(({ outcome }) => outcome)).toEqual(Array(5).fill('unknown'));
    expect(failed[0]?.text).toContain('did not respond within 1 seconds');
    await expectNoConnection();
  },
);

it.each<[string, Behaviour]>([
  ['a response', stall],
  ['a packed response', packedStall],
])('leaves no connection open when %s stops half-way', async (_, behaviour) => {
  treat('POST', behaviour);
  const failed = failedItems(await start({ timeout: 1, requestsInParallel: 5 }, 5));
  expect(failed.map(({ outcome }) => outcome)).toEqual(Array(5).fill('unknown'));
  expect(failed[0]?.text).toContain('did not respond within 1 seconds');
  await expectNoConnection();
});

it('ends what drips in when the execution is canceled', async () => {
  treat('POST', drip(60_000));
  const cancellation = new AbortController();
  setTimeout(() => cancellation.abort(), 700);
  await start({ requestsInParallel: 5 }, 5, cancellation.signal);
  await expectNoConnection();
});

describe('JSON of very many small values', () => {
  const content = gzipSync(`{"data":[{}${',{}'.repeat(8_000_000)}],"meta":{"last_page":1,"total":1}}`);
  const packed: Behaviour = (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(content);
    return Promise.resolve();
  };

  it('is refused before it fills the memory', async () => {
    treat('GET', packed);
    const risen = await memoryOf(async () => {
      const [failed] = failedItems(await get(1));
      expect(failed?.message).toContain('larger than 3,000,000 values');
    });
    expect(risen).toBeLessThan(300);
    await expectNoConnection();
  });
});

describe('JSON of 20,000 levels', () => {
  const levels = 20_000;
  const tooDeep = `{"id":7,"status":"ACTIVE","data":${'['.repeat(levels)}${']'.repeat(levels)}}`;

  it('leaves its start unknown, and the other items go on', async () => {
    harness.treatOnce('1', respond(201, tooDeep, JSON_TYPE));
    const input = ['0', '1', '2'].map((number) => ({ number }));
    const options = { recoveryWindow: 0 };
    const run = await harness.start({ ...TARGET, options }, { input, settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown', input: { number: '1' } }]);
    expect(failedItems(run)[0]?.message).toContain('more than 512 levels');
    expect(run.items('ProcessMaker')).toHaveLength(2);
  });

  it('makes the node look for what was started', async () => {
    harness.treatOnce('1', thenRespond(respond(201, tooDeep, JSON_TYPE)));
    const run = await harness.start(TARGET, { input: [{ number: '1' }] });
    expect(run.items('ProcessMaker')).toMatchObject([{ id: harness.requests()[0]?.id }]);
    expect(harness.starts()).toHaveLength(1);
  });

  it('is refused once where it was only to be read', async () => {
    treat('GET', respond(200, tooDeep, JSON_TYPE));
    const [failed] = failedItems(await get(7));
    expect(failed?.message).toContain('more than 512 levels');
    expect(harness.lookUps()).toHaveLength(1);
  });
});

it('returns data with as many levels as PHP can write, and with brackets in its texts', async () => {
  const [{ requestId = 0 } = {}] = await startTasks(harness);
  const deep = `${'['.repeat(500)}${']'.repeat(500)}`;
  const text = JSON.stringify(`\\"${'['.repeat(600)}`);
  const json = `{"id":${requestId},"status":"ACTIVE","data":{"deep":${deep},"text":${text}}}`;
  treat('GET', respond(200, `{"data":[${json}],"meta":{"last_page":1,"total":1}}`, JSON_TYPE));
  const run = await get(requestId);
  expect(run.items('ProcessMaker')).toMatchObject([{ id: requestId }]);
});

it('ends a download that is larger than the largest file', async () => {
  const [request] = await startedRequests(harness);
  const fileId = await givenFile(harness, request?.id, 'a.txt', 'a');
  const isFile = (path: string) => /\/files\/\d+$/.test(path);
  const content = endless({ 'content-type': 'text/plain', 'content-disposition': 'attachment' });
  harness.gateway.treat = ({ path }) => (isFile(path) ? content : pass);
  const run = await harness.perform(
    'file download',
    { request: locator('id', request?.id ?? 0), file: locator('id', fileId), options: { timeout: 20 } },
    { settings: ERROR_OUTPUT },
  );
  expect(failedItems(run)[0]?.message).toContain('The file is larger than 100 MB');
  expect(harness.gateway.calls.filter(({ path }) => isFile(path))).toHaveLength(1);
  await expectNoConnection();
});

it.each([
  ['a refusal', { message: `Refused: ${'long '.repeat(200_000)}` }],
  ['the fields of a refusal', { errors: { [`field${'x'.repeat(100_000)}`]: ['y'.repeat(100_000)] } }],
])('shows the beginning of %s that is very long, and what to do', async (_, body) => {
  treat('POST', respond(422, body));
  const [failed] = failedItems(await start({}));
  expect(failed?.description).toMatch(/^(?:Refused: long|fieldxxx)/);
  expect(failed?.text.length).toBeLessThan(5000);
});

it('shows the beginning of a very long reason of ProcessMaker for a Request in error', async () => {
  const [{ requestId = 0 } = {}] = await startTasks(harness);
  harness.server.failRequest(requestId, `Script: ${'long '.repeat(200_000)}`);
  const run = await harness.perform(
    'request wait',
    { request: locator('id', requestId), waitFor: 'finish' },
    { settings: ERROR_OUTPUT },
  );
  const [failed] = failedItems(run);
  expect(failed?.message).toContain('has ended in status ERROR: Script: long');
  expect(failed?.message.length).toBeLessThan(3000);
  expect(failed?.description).toContain(`/requests/${requestId}`);
});
