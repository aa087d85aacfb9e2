import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { resetAfter, resetBefore, truncate, type Behaviour, type Call } from '../../support/gateway';
import { TICKS_A_SECOND, untilTicks } from '../fast-time';
import type { Random } from '../random';
import { isChange, withBody, type Fault } from './fault';

const fits: Fault['fits'] = ({ isBounded }) => isBounded;

const MEMBER_BYTES = 64 * 1024 * 1024;
const BOMB_BYTES = 2.3e9;
let member: Buffer | undefined;

/** 2.3 GB of spaces, in 2.3 MB: gzip may be many members, one behind the other. */
function bomb(): Buffer {
  member ??= gzipSync(Buffer.alloc(MEMBER_BYTES, ' '), { level: 9 });
  return Buffer.concat(Array<Buffer>(Math.ceil(BOMB_BYTES / MEMBER_BYTES)).fill(member));
}

const CRUMBS = 12;
let crumb: Buffer | undefined;

/** 12 million empty objects: 36 MB in 36 KB. */
function crumbs(): Buffer {
  crumb ??= gzipSync(',{}'.repeat(1_000_000));
  const [begin, end] = ['{"data":[{}', '],"meta":{"last_page":1,"total":1}}'].map((text) => gzipSync(text));
  return Buffer.concat([begin, ...Array<Buffer>(CRUMBS).fill(crumb), end].flatMap((one) => one ?? []));
}

/** The head of a good response to a call, whatever it asks for. */
function head(call: Call, random: Random): [number, Record<string, string>] {
  const isFile = /\/files\/\d+$/.test(call.path) && random.oneIn(2);
  const disposition = { 'content-disposition': 'attachment; filename="a.txt"' };
  return [
    isChange(call) ? 201 : 200,
    { 'content-type': 'application/json', ...(isFile && disposition), date: new Date().toUTCString() },
  ];
}

/** Lets the server carry out a change, or not, before something else is sent. */
async function perhaps(call: Call, random: Random, forward: () => Promise<unknown>): Promise<void> {
  if (isChange(call) && random.oneIn(2)) await forward();
}

/** Sends something again and again until the connection ends. */
async function repeat(response: ServerResponse, piece: Buffer, ticks: number): Promise<void> {
  const { socket } = response;
  while (socket && !socket.destroyed && !response.destroyed) {
    const target = response.headersSent ? response : socket;
    if (!target.writableNeedDrain) target.write(piece);
    await untilTicks(ticks);
  }
}

/** 20 MB a second. */
const MUCH = Buffer.alloc(2 * 1024 * 1024, ' ');
const LITTLE = Buffer.from(' ');
/** The 16 KB that Node.js takes of headers are full some seconds after the time limit of a call. */
const HEADER = Buffer.from(`X-Filler: ${'x'.repeat(240)}\r\n`);

const endless =
  (call: Call, random: Random, piece: Buffer): Behaviour =>
  async (response, forward) => {
    await perhaps(call, random, forward);
    const [status, headers] = head(call, random);
    response.writeHead(status, headers).write('{"data":[');
    await repeat(response, piece, 1);
  };

const drip = (random: Random) => (call: Call) => endless(call, random, LITTLE);

const DEPTH = 20_000;

/** A value with very many levels, in one of the forms that JSON has for it. */
const deep = (random: Random) =>
  random.oneIn(2) ? '['.repeat(DEPTH) + ']'.repeat(DEPTH) : '{"a":'.repeat(DEPTH) + '1' + '}'.repeat(DEPTH);

/** A small answer that becomes a large one when it is unpacked. */
const packed = (name: string, content: () => Buffer): Fault => ({
  name,
  weight: 2,
  sparesTokenCalls: true,
  fits,
  isHeavy: true,
  mostHits: 2,
  begin: (random) => (call) => async (response, forward) => {
    await perhaps(call, random, forward);
    const [status, headers] = head(call, random);
    response.writeHead(status, { ...headers, 'content-encoding': 'gzip' }).end(content());
  },
});

/** Answers that are too much, too slow or not whole. */
export const BYTE_FAULTS: Fault[] = [
  packed('gzip bomb', bomb),
  packed('very many small values', crumbs),
  {
    name: 'endless answer',
    weight: 2,
    sparesTokenCalls: true,
    fits,
    isHeavy: true,
    mostHits: 2,
    begin: (random) => (call) => endless(call, random, MUCH),
  },
  { name: 'dripping answer', weight: 2, sparesTokenCalls: true, fits, mostHits: 2, begin: drip },
  {
    name: 'canceled while an answer drips',
    weight: 1,
    sparesTokenCalls: true,
    fits: ({ canCancel }) => canCancel,
    cancelAfterTicks: 3,
    begin: drip,
  },
  {
    name: 'dripping headers',
    weight: 1,
    sparesTokenCalls: true,
    fits,
    mostHits: 1,
    ticksToClose: 30 * TICKS_A_SECOND,
    begin: (random) => (call) => async (response, forward) => {
      await perhaps(call, random, forward);
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      await repeat(response, HEADER, 2);
    },
  },
  {
    name: 'no answer',
    sparesTokenCalls: true,
    weight: 1,
    mostHits: 2,
    begin: (random) => (call) => async (_, forward) => await perhaps(call, random, forward),
  },
  {
    name: 'JSON 20,000 levels deep',
    weight: 3,
    begin: (random) => {
      const isInside = random.below(3) > 0;
      return () =>
        withBody((body) => {
          if (!isInside || typeof body !== 'object' || body === null) return deep(random);
          const name = random.pick(Object.keys(body)) ?? 'data';
          const spot = '"a place that is filled later"';
          const inner = { ...body, [name]: JSON.parse(spot) as unknown };
          return JSON.stringify(inner).replace(spot, () => deep(random));
        });
    },
  },
  {
    name: 'connection closed in the middle',
    weight: 3,
    begin: (random) => () => random.pick([truncate, truncate, resetAfter, resetBefore]),
  },
];
