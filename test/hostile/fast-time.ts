import { AsyncLocalStorage } from 'node:async_hooks';
import { ClientRequest } from 'node:http';

/**
 * How many times as fast time goes for the node: its time limits of 30 to 300 seconds end within 1 to 10. Much faster,
 * and a healthy response would come too late on a busy machine.
 */
const SPEED = 30;

const unhurried = new AsyncLocalStorage<true>();
const speed = () => (unhurried.getStore() ? 1 : SPEED);

/** Runs something on a healthy server: its time limits are as long as ever, so that a busy machine keeps them. */
export async function withoutHurry<T>(run: () => Promise<T>): Promise<T> {
  return await unhurried.run(true, run);
}

const RealDate = Date;
const [realTimeout, realInterval] = [setTimeout, setInterval];

/** Lets time go fast in this process, for `Date`, for timers and for the idle timeout of n8n's HTTP client. */
export function speedUpTime(): void {
  const began = RealDate.now();
  const now = () => Math.floor(began + (RealDate.now() - began) * SPEED);
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: unknown[]) =>
      Reflect.construct(target, given.length > 0 ? given : [now()]) as object,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
  globalThis.setTimeout = Object.assign(
    (work: () => void, milliseconds = 0, ...rest: []) => realTimeout(work, milliseconds / speed(), ...rest),
    realTimeout,
  );
  // The method is that of whoever calls it.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { setTimeout: setIdleTimeout } = ClientRequest.prototype;
  ClientRequest.prototype.setTimeout = function (milliseconds, callback) {
    return setIdleTimeout.call(this, milliseconds / speed(), callback);
  };
}

const TICK_MS = 100;
/** So many ticks are one second of real time on a machine that keeps up. */
export const TICKS_A_SECOND = 1000 / TICK_MS;

let ticks = 0;
const waiting = new Set<{ until: number; resolve: () => void }>();

/** Begins to count ticks. A machine that is too busy misses some, so that a limit in ticks is longer there. */
export function beginToTick(): void {
  realInterval(() => {
    ticks++;
    for (const one of waiting) {
      if (one.until > ticks) continue;
      waiting.delete(one);
      one.resolve();
    }
  }, TICK_MS).unref();
}

/** Waits for so many ticks of real time. */
export async function untilTicks(count: number): Promise<void> {
  await new Promise<void>((resolve) => waiting.add({ until: ticks + count, resolve }));
}
