import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A call that came to the gateway. */
export interface Call {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** As text. */
  body: string;
  bytes: Buffer;
}

/** One way to treat a call: `forward` sends it on to the server, at most once. */
export type Behaviour = (response: ServerResponse, forward: () => Promise<Forwarded>) => Promise<void>;

interface Forwarded {
  status: number;
  headers: Record<string, string>;
  /** As text. */
  body: string;
  bytes: Buffer;
}

export interface Gateway {
  url: string;
  /** Every call that came, also those that were not sent on. */
  calls: Call[];
  /** The largest number of calls under way at one moment. */
  mostAtOnce: number;
  /** How a call is treated; sent on and responded to as by the server when it gives nothing. */
  treat: (call: Call) => Behaviour | undefined;
  /** How many connections to it are open. */
  connections(): Promise<number>;
  /** Forgets all calls and the treatment. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * A proxy in front of a server that can respond, delay and break what the server itself never would; on any free port
 * unless told.
 */
export async function startGateway(target: string, port = 0): Promise<Gateway> {
  let underWay = 0;
  const server = createServer((request, response) => {
    underWay += 1;
    gateway.mostAtOnce = Math.max(gateway.mostAtOnce, underWay);
    response.on('close', () => (underWay -= 1));
    handle(request, response).catch(() => response.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = request;
    const bytes = await buffer(request);
    const call = { method, path, headers, body: bytes.toString(), bytes };
    gateway.calls.push(call);
    const behaviour = gateway.treat(call) ?? pass;
    await behaviour(response, () => send(target, call));
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const gateway: Gateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    mostAtOnce: 0,
    treat: () => undefined,
    connections: promisify(server.getConnections.bind(server)),
    reset: () => {
      gateway.calls = [];
      gateway.mostAtOnce = 0;
      gateway.treat = () => undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gateway;
}

// Set anew for each connection, or no longer true of the decoded body.
const NOT_FORWARDED = [
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-encoding',
];

async function send(target: string, { method, path, headers, bytes }: Call): Promise<Forwarded> {
  const kept = Object.entries(headers).filter(([name]) => !NOT_FORWARDED.includes(name));
  const response = await fetch(new URL(path, target), {
    method,
    headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
    body: bytes.length === 0 ? undefined : new Uint8Array(bytes),
    redirect: 'manual',
  });
  const passedOn = [...response.headers].filter(([name]) => !NOT_FORWARDED.includes(name));
  const body = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: Object.fromEntries(passedOn),
    body: body.toString(),
    bytes: body,
  };
}

/** Sends the call on and responds as the server did. */
export const pass: Behaviour = async (response, forward) => {
  const { status, headers, bytes } = await forward();
  response.writeHead(status, headers).end(bytes);
};

/** Responds by itself; an object is sent as JSON. */
export function respond(
  status: number,
  body: string | object,
  headers: Record<string, string> = {},
): Behaviour {
  const [content, type] =
    typeof body === 'string'
      ? [body, 'text/html; charset=UTF-8']
      : [JSON.stringify(body), 'application/json'];
  return (response) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(content);
    return Promise.resolve();
  };
}

/** The response of ProcessMaker itself in maintenance: JSON as Laravel writes it, over three lines. */
export function ownMaintenance(headers: Record<string, string> = {}): Behaviour {
  const text = JSON.stringify({ message: 'Service Unavailable' }, null, 4);
  return respond(503, text, { 'content-type': 'application/json', ...headers });
}

/** Points elsewhere. */
export const redirect = (status: number, location: string): Behaviour => respond(status, '', { location });

/** Cuts the connection; the server has never seen the call. */
export const resetBefore: Behaviour = (response) => {
  response.destroy();
  return Promise.resolve();
};

/** Cuts the connection when the server has done its work. */
export const resetAfter: Behaviour = async (response, forward) => {
  await forward();
  response.destroy();
};

/** Announces the whole response, sends half of it and cuts the connection. */
export const truncate: Behaviour = async (response, forward) => {
  const { status, headers, bytes } = await forward();
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
};

/** Sends the response byte by byte, each in time, but the whole of it too late. */
export function drip(milliseconds: number): Behaviour {
  return async (response, forward) => {
    const { status, headers, bytes } = await forward();
    response.writeHead(status, headers);
    const end = Date.now() + milliseconds;
    for (let sent = 0; Date.now() < end && !response.destroyed; sent++) {
      response.write(bytes.subarray(sent, sent + 1));
      await pause(100, undefined, { ref: false });
    }
    response.destroy();
  };
}

/** Sends the call on, but gives another response than the server's. */
export function thenRespond(behaviour: Behaviour): Behaviour {
  return async (response, forward) => {
    await forward();
    await behaviour(response, forward);
  };
}

/** Responds as the server did, once something else is done after the server's work. */
export function thenDo(work: () => unknown): Behaviour {
  return async (response, forward) => {
    const { status, headers, bytes } = await forward();
    await work();
    response.writeHead(status, headers).end(bytes);
  };
}

/** Holds the server's response back. */
export function delay(milliseconds: number): Behaviour {
  return async (response, forward) => {
    const { status, headers, bytes } = await forward();
    await pause(milliseconds, undefined, { ref: false });
    response.writeHead(status, headers).end(bytes);
  };
}

/** Holds calls back until so many have been under way at one moment, and a while longer for one too many to come. */
export function holdUntil(gateway: Gateway, count: number): Behaviour {
  return async (response, forward) => {
    for (let waited = 0; gateway.mostAtOnce < count && waited < 3_000; waited += 10) {
      await pause(10, undefined, { ref: false });
    }
    await pause(50, undefined, { ref: false });
    await pass(response, forward);
  };
}
