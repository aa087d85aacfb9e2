import { type Connection, pauseFor } from '../transport/connection';
import { explained, isKind, ProcessMakerError } from '../transport/processMakerError';
import { withRetries } from '../transport/request';

/** What the record knows of a change before it is sent (see `AttemptRecord`). */
export interface Attempt {
  /** An earlier attempt of this execution may have made it already. */
  mayBeDone: boolean;
  /** An earlier attempt has made it. What is seen now may be the work of others since. */
  isDone: boolean;
  /** n8n has kept no record of the node, so that nobody knows whether there was an earlier attempt. */
  hasNoRecord?: boolean;
  /** What an earlier attempt has noted with `noteSent`. */
  sentAt?: number;
  /** Keeps when it is sent, by the server's clock, for an operation that can see by that what became of it. */
  noteSent?: (at: number) => void;
}

/**
 * What is seen in ProcessMaker of a change whose response was lost. `notDone`: a read proves that it was not made;
 * `notSeen`: it may have been. `error` takes the place of the error that is looked into, whatever its delivery.
 */
export type Seen<T> =
  { state: 'done'; value: T } | { state: 'notDone' | 'notSeen'; error?: Error; sendAgain?: boolean };

export const NOT_SEEN = { state: 'notSeen' } as const;

export function done<T>(value: T): Seen<T> {
  return { state: 'done', value };
}

/** A change of something in ProcessMaker that has to be made exactly once. */
export interface Change<T> {
  /** Sends it once, and gives what became of it. */
  send: () => Promise<T>;
  /** Looks in ProcessMaker whether it was made. Without it, a change whose response was lost stays unknown. */
  look?: (error: ProcessMakerError) => Promise<Seen<T>>;
  /** The pauses before each look, in milliseconds. */
  lookAfterMs?: number[];
  /** For how long the last pause is repeated, in milliseconds; by default, there are only the looks of `lookAfterMs`. */
  windowMs?: number;
}

/**
 * Makes a change. It is sent again only when nothing was done, for a cause that may pass, or when `look` says so. When
 * the response was lost, what became of it is looked up.
 *
 * @throws ProcessMakerError: with delivery `notProcessed` when it was not made, `unknown` when nobody knows
 */
export async function makeChange<T>(connection: Connection, change: Change<T>): Promise<T> {
  let mayBeDone = false;
  for (;;) {
    try {
      return await withRetries(connection, change.send);
    } catch (error) {
      // What is sure of the last sending is not sure of one before whose response was lost.
      if (!isUnknown(error)) throw explained(error, () => (mayBeDone ? { delivery: 'unknown' } : undefined));
      const seen = await lookUntilSeen(connection, change, error);
      if (seen.state === 'done') return seen.value;
      mayBeDone ||= seen.state === 'notSeen';
      if (seen.sendAgain) continue;
      const last = seen.error ?? error;
      throw explained(last, () => ({ delivery: mayBeDone ? 'unknown' : 'notProcessed' }));
    }
  }
}

/** An execution that was canceled makes no further calls. */
function isUnknown(thrown: unknown): thrown is ProcessMakerError {
  return thrown instanceof ProcessMakerError && thrown.delivery === 'unknown' && !isKind(thrown, 'canceled');
}

async function lookUntilSeen<T>(
  connection: Connection,
  { look, lookAfterMs = [0], windowMs }: Change<T>,
  error: ProcessMakerError,
): Promise<Seen<T>> {
  if (!look) return NOT_SEEN;
  const until = Date.now() + (windowMs ?? 0);
  let seen: Seen<T> = NOT_SEEN;
  for (let looks = 0; ; looks++) {
    const pause = lookAfterMs[Math.min(looks, lookAfterMs.length - 1)] ?? 0;
    const isOver = windowMs === undefined ? looks >= lookAfterMs.length : Date.now() + pause > until;
    if (looks > 0 && isOver) return seen;
    if (pause > 0 && !(await pauseFor(connection, pause))) return seen;
    try {
      seen = await look(error);
    } catch (unread) {
      if (!(unread instanceof ProcessMakerError)) throw explained(unread);
      seen = NOT_SEEN;
    }
    if (seen.state !== 'notSeen' || seen.sendAgain) return seen;
  }
}

/** Pauses between looks; the last one goes on. */
const PAUSES_MS = [1000, 1000, 2000, 3000, 5000];
/** After its window a key is given up only on a response; this many looks may get none. */
const MAX_SILENT_LOOKS = 3;

interface Sought<V> {
  key: string;
  /** In milliseconds since 1970. */
  until: number;
  resolve: (found: V | 'missing' | 'unread') => void;
  reject: (thrown: unknown) => void;
}

/**
 * Looks for what was sent under keys until each is found or its window has passed, all those of a run in one call each
 * time.
 */
export class SharedLook<V> {
  private sought: Array<Sought<V>> = [];

  private isLooking = false;

  /** @param read finds what is there under the keys */
  constructor(
    private readonly connection: Connection,
    private readonly read: (keys: string[]) => Promise<Map<string, V>>,
  ) {}

  /**
   * @returns what was found; `missing` when it is not there, by a response after its window; `unread` when it could not
   * be looked up, since ProcessMaker did not respond or the execution was canceled
   */
  async find(key: string, windowMs: number): Promise<V | 'missing' | 'unread'> {
    return await new Promise((resolve, reject) => {
      this.sought.push({ key, until: Date.now() + windowMs, resolve, reject });
      if (this.isLooking) return;
      this.isLooking = true;
      this.lookForAll().catch((thrown: unknown) => this.settle(this.sought, (one) => one.reject(thrown)));
    });
  }

  private async lookForAll(): Promise<void> {
    try {
      for (let look = 0, silent = 0; this.sought.length > 0; look++) {
        const pause = PAUSES_MS[Math.min(look, PAUSES_MS.length - 1)] ?? 0;
        const goesOn = await pauseFor(this.connection, pause);
        // A key that comes in while this call is on its way is not in it.
        const askedAt = Date.now();
        const asked = [...this.sought];
        const found = goesOn ? await this.readAll(asked) : undefined;
        if (found) {
          silent = 0;
          this.sought = this.sought.filter((one) => !asked.includes(one) || isOpen(one, found, askedAt));
          continue;
        }
        if (asked.every(({ until }) => until <= askedAt)) silent++;
        if (goesOn && silent < MAX_SILENT_LOOKS) continue;
        this.settle(asked, (one) => one.resolve('unread'));
        silent = 0;
      }
    } finally {
      this.isLooking = false;
    }
  }

  /** @returns undefined when ProcessMaker could not be read */
  private async readAll(asked: Array<Sought<V>>): Promise<Map<string, V> | undefined> {
    try {
      return await this.read(asked.map(({ key }) => key));
    } catch (error) {
      if (error instanceof ProcessMakerError) return undefined;
      throw explained(error);
    }
  }

  private settle(ended: Array<Sought<V>>, end: (one: Sought<V>) => void): void {
    this.sought = this.sought.filter((one) => !ended.includes(one));
    for (const one of ended) end(one);
  }
}

/** Reports to a key what was found. Returns whether it is still looked for. */
function isOpen<V>({ key, until, resolve }: Sought<V>, found: Map<string, V>, askedAt: number): boolean {
  const value = found.get(key);
  if (value !== undefined) resolve(value);
  else if (until <= askedAt) resolve('missing');
  else return true;
  return false;
}
