import { Server, Socket } from 'node:net';
import timers from 'node:timers/promises';
import FakeTimers from '@sinonjs/fake-timers';

/** Taken before time is replaced: they let all that is ready run, without any time that passes. */
const { setImmediate: realImmediate, setTimeout: realTimeout } = globalThis;
// The method is that of whoever calls it.
// eslint-disable-next-line @typescript-eslint/unbound-method
const { setTimeout: realSocketTimeout } = Socket.prototype;
/** What a stand-in in the same process waits with: its work takes real time, in which this time stands still. */
const realTimers = { ...timers };
/** When a history begins. */
const BEGIN = Date.UTC(2026, 10, 24, 7);
/** More timers than any history that ends. */
const MOST_TIMERS = 20_000;
/** Longer than any history that ends: three tries with all windows and time limits. */
const MOST_MS = 6 * 3600_000;

/** Turns of the loop in which what has arrived is worked on, and a moment for the kernel. */
const TURNS = 8;
const MOMENT_MS = 1;
/** So many moments in which nothing goes on are no delay of the kernel any more. */
const MOST_MOMENTS = 10_000;
/** As long as a busy machine may take to bring bytes from one socket to another. */
const MOST_MOMENTS_ON_THE_WAY = 2000;

/** What never ends, in the words of a story. */
export class Endless extends Error {}

interface ClockOptions {
  /** Whether the work goes over sockets of this process, whose time limits then are those of n8n alone. */
  sockets?: boolean;
  /** Timers after which the work counts as endless. */
  mostTimers?: number;
}

/** The clock of the process: it goes on only when nothing else can, and then at once to the next timer. */
export class VirtualClock {
  private readonly clock = FakeTimers.install({
    now: Date.now(),
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  });

  private readonly realRandom = Math.random;

  private readonly hasSockets: boolean;

  private readonly mostTimers: number;

  constructor({ sockets = false, mostTimers = MOST_TIMERS }: ClockOptions = {}) {
    this.hasSockets = sockets;
    this.mostTimers = mostTimers;
    if (sockets) Socket.prototype.setTimeout = withoutLimit;
    else Object.assign(timers, realTimers);
  }

  /** What goes on in real time, while this one stands still. */
  private held = 0;

  /** Time begins anew, and chance with it: a history is the same whenever it is played. */
  reset(seed: number): void {
    this.clock.reset();
    this.clock.setSystemTime(BEGIN);
    Math.random = chance(seed);
  }

  /** Works until the end of what `work` has begun. @throws Endless when that is never */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let end: { value: T } | { thrown: unknown } | undefined;
    work().then(
      (value) => (end = { value }),
      (thrown: unknown) => (end = { thrown }),
    );
    const until = Date.now() + MOST_MS;
    let timers = 0;
    let silent = 0;
    for (;;) {
      await this.idle();
      if (end) break;
      if (this.held > 0) continue;
      if (this.clock.countTimers() === 0) {
        if (silent++ < (this.hasSockets ? MOST_MOMENTS : 0)) continue;
        throw new Endless('Nothing goes on, and nothing is waited for');
      }
      if (timers > this.mostTimers || Date.now() > until)
        throw new Endless(`Still not ended after ${timers} timers`);
      silent = 0;
      timers++;
      this.clock.next();
    }
    if ('thrown' in end) throw end.thrown;
    return end.value;
  }

  /** Stands still until the end of something that takes real time. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.held++;
    try {
      return await work;
    } finally {
      this.held--;
    }
  }

  uninstall(): void {
    this.clock.uninstall();
    Math.random = this.realRandom;
    Socket.prototype.setTimeout = realSocketTimeout;
  }

  /** Until all that is ready has run. */
  private async idle(): Promise<void> {
    await turn();
    if (!this.hasSockets) return;
    for (let moments = 0; moments < MOST_MOMENTS_ON_THE_WAY; moments++) {
      for (let turns = 0; turns < TURNS; turns++) await turn();
      await new Promise((resolve) => realTimeout(resolve, MOMENT_MS));
      await turn();
      if (!isOnTheWay()) return;
    }
  }
}

/** Whether anything is on its way between two sockets of this process: a connection, bytes, or the end of one. */
function isOnTheWay(): boolean {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  const ports = new Set(handles.flatMap((handle) => (handle instanceof Server ? portOf(handle) : [])));
  const sockets = handles.filter((handle) => handle instanceof Socket);
  const accepted = new Map<number | undefined, Socket>();
  for (const socket of sockets) if (isOneOf(ports, socket.localPort)) accepted.set(socket.remotePort, socket);
  for (const socket of sockets) {
    if (socket.connecting) return true;
    if (!isOneOf(ports, socket.remotePort)) continue;
    const other = accepted.get(socket.localPort);
    if (!other || other.bytesRead < socket.bytesWritten || socket.bytesRead < other.bytesWritten) return true;
    accepted.delete(socket.localPort);
  }
  return accepted.size > 0;
}

const isOneOf = (ports: Set<number>, port: number | undefined): boolean =>
  port !== undefined && ports.has(port);

function portOf(server: Server): number[] {
  const address = server.address();
  return address !== null && typeof address === 'object' ? [address.port] : [];
}

async function turn(): Promise<void> {
  await new Promise<void>((resolve) => realImmediate(resolve));
}

/** A socket whose other side stands still has not been silent: it counts real time, and would end. */
function withoutLimit(this: Socket): Socket {
  return this;
}

/** Waits on the clock of the process. */
export async function pass(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
