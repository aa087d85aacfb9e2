import type { History } from './history';
import type { Refusal } from './plan';
import type { Interference, SimulatedServer } from './server';

/** A poll that was begun, and stands still at one of its calls, unless it ends before. */
export interface HeldPoll {
  isReached: Promise<boolean>;
  /** Lets it go on, and waits until it has ended. */
  end: () => Promise<void>;
}

/** What happens to the calls of polls: time passes, some are held, some are refused. */
export class FaultInjector {
  /** Something has become visible between the first and the last call of a poll. */
  wasVisibleMeanwhile = false;
  /** A gateway has responded that was ahead. */
  wasAhead = false;
  /** From the first time that the trigger is on: the first poll of all has only the `Date` to go by. */
  datesAhead: readonly number[] = [];
  /** What happens while the next call is on its way, once. */
  atNextCall: (() => void) | undefined;
  private calls = 0;
  private responses = 0;
  private hold: { call: number; reached: () => void; released: Promise<void> } | undefined;
  private refusal: { call: number; refusal: Refusal } | undefined;

  constructor(
    server: SimulatedServer,
    private readonly history: History,
    private readonly seconds: number[],
  ) {
    server.interfere = async (reply) => await this.receive(reply);
    server.beforeResponse = () => {
      this.pass(1);
      const ahead = this.datesAhead[this.responses++ % this.datesAhead.length] ?? 0;
      if (ahead > 0) this.wasAhead = true;
      server.dateAhead = ahead * 1000;
    };
  }

  beginPoll(): void {
    this.calls = 0;
  }

  /** From one call of the next poll on, all are refused; in a maintenance, this one. @returns whether one was */
  async whileRefusing(call: number, refusal: Refusal, poll: () => Promise<void>): Promise<boolean> {
    this.refusal = { call, refusal };
    await poll();
    this.refusal = undefined;
    return this.calls > call;
  }

  holdPoll(call: number, poll: () => Promise<void>): HeldPoll {
    let release = (): void => undefined;
    let reach = (): void => undefined;
    const reached = new Promise<boolean>((resolve) => (reach = () => resolve(true)));
    const released = new Promise<void>((resolve) => (release = resolve));
    this.hold = { call, reached: reach, released };
    const polled = poll();
    return {
      isReached: Promise.race([reached, polled.then(() => false)]).then((isReached) => {
        this.hold = undefined;
        return isReached;
      }),
      end: async () => {
        release();
        await polled;
      },
    };
  }

  private async receive(reply: Parameters<Interference>[0]): Promise<void> {
    const call = this.calls++;
    this.pass(0);
    const { atNextCall } = this;
    this.atNextCall = undefined;
    atNextCall?.();
    if (this.hold?.call === call) {
      const { reached, released } = this.hold;
      this.hold = undefined;
      reached();
      await released;
    }
    if (!this.refusal || call < this.refusal.call) return;
    // A maintenance is over at once.
    if (call > this.refusal.call && this.refusal.refusal === 'maintenance') return;
    await refuse(this.refusal.refusal, reply);
  }

  private pass(offset: number): void {
    const seconds = this.seconds[(2 * this.calls + offset) % this.seconds.length] ?? 0;
    if (seconds === 0) return;
    const before = this.history.visible.length;
    this.history.pass(seconds);
    if (this.history.visible.length > before) this.wasVisibleMeanwhile = true;
  }
}

async function refuse(refusal: Refusal, reply: Parameters<Interference>[0]): Promise<void> {
  switch (refusal) {
    case 'forbidden':
      await reply.code(403).send({ message: 'This action is unauthorized.' });
      return;
    case 'unauthorized':
      await reply.code(401).send({ error: 'Unauthenticated.' });
      return;
    case 'page':
      await reply.code(200).type('text/html').send('<html></html>');
      return;
    case 'maintenance':
      // For longer than a poll repeats a call.
      await reply
        .code(503)
        .headers({ 'Retry-After': '60', 'content-type': 'application/json' })
        .send(JSON.stringify({ message: 'Service Unavailable' }, null, 4));
      return;
    case 'reset':
      reply.hijack();
      reply.raw.destroy();
  }
}
