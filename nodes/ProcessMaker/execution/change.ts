import { type Connection, pauseFor } from '../transport/connection';
import { explained, isKind, ProcessMakerError, rethrown } from '../transport/processMakerError';
import { withRetries } from '../transport/request';

/** What the record knows of a change before it is sent (see `AttemptRecord`). */
export interface Attempt {
  /** An earlier attempt may have made it: the record says that it was sent, or n8n has kept no record of the node. */
  mayBeDone: false | 'sent' | 'noRecord';
  /** Where n8n has kept no record: when the retry began, in milliseconds since 1970. */
  retriedAt?: number;
  /** An earlier attempt has made it. What is seen now may be the work of others since. */
  isDone: boolean;
  /** When a call was sent that must not be sent twice, whatever its item: by what it is about, for all of the iteration. */
  sentAt: Record<string, number>;
}

/** `notDone`: a read proves that it was never made; `notSeen`: it may have been. `error` is thrown in its place. */
export type Seen<T> =
  | { state: 'done'; value: T }
  | { state: 'notDone'; error?: Error }
  | { state: 'notSeen'; error?: Error; sendAgain?: boolean };

export const NOT_SEEN = { state: 'notSeen' } as const;

export const done = <T>(value: T): Seen<T> => ({ state: 'done', value });

export interface Change<T> {
  send: () => Promise<T>;
  look: (error: ProcessMakerError) => Promise<Seen<T>>;
  /** Looks only once, since `look` waits by itself or has nothing to wait for. */
  looksOnce?: boolean;
}

/** What ProcessMaker has ended its work on is seen soon, or never. */
const SOON_MS = [0, 1000, 3000];

/** Makes a change; sends it again only when nothing was done, or `look` says so. @throws `unknown` when nobody knows */
export async function makeChange<T>(connection: Connection, change: Change<T>): Promise<T> {
  let mayBeDone = false;
  for (;;) {
    try {
      return await withRetries({ ...connection, canceled: connection.stopped }, change.send);
    } catch (error) {
      // A canceled execution makes no calls. The last sending says nothing of one before whose response was lost.
      const isUnknown = error instanceof ProcessMakerError && error.delivery === 'unknown';
      if (!isUnknown || isKind(error, 'canceled')) {
        throw explained(error, () => (mayBeDone ? { delivery: 'unknown' } : undefined));
      }
      const seen = await lookUntilSeen(connection, change, error);
      if (seen.state === 'done') return seen.value;
      mayBeDone = seen.state === 'notSeen';
      if (seen.state === 'notSeen' && seen.sendAgain) continue;
      throw explained(seen.error ?? error, () => ({ delivery: mayBeDone ? 'unknown' : 'notProcessed' }));
    }
  }
}

async function lookUntilSeen<T>(connection: Connection, change: Change<T>, error: ProcessMakerError) {
  let seen: Seen<T> = NOT_SEEN;
  let waited = 0;
  for (const after of change.looksOnce ? [0] : SOON_MS) {
    if (after > waited && !(await pauseFor(connection, after - waited))) break;
    waited = after;
    seen = await change.look(error).catch((unread: unknown) => {
      if (unread instanceof ProcessMakerError) return NOT_SEEN;
      throw rethrown(unread);
    });
    if (seen.state !== 'notSeen') break;
  }
  return seen;
}

/** Pauses between looks within a window. A start may still wait for a web worker at first. */
const PAUSES_MS = [1000, 1000, 2000, 3000];
const LAST_PAUSE_MS = 5000;
/** Between two calls of a run, at least; longer after one without a response. */
const GAP_MS = 1000;
/** After its last time a key is given up only on a response; this many looks may get none. */
const MAX_SILENT_LOOKS = 3;

/** When to look, in milliseconds. After a 500 of its own, ProcessMaker is not at work on the call any more. */
export function lookTimes(windowSeconds: number, error?: ProcessMakerError): number[] {
  if (error?.kind === 'serverError') return [...SOON_MS];
  const end = Math.max(windowSeconds * 1000, GAP_MS);
  const times: number[] = [];
  for (let time = 0; time < end; times.push(Math.min(time, end))) {
    time += PAUSES_MS[times.length] ?? LAST_PAUSE_MS;
  }
  return times;
}

interface Sought<V> {
  key: string;
  /** In milliseconds since 1970. */
  times: number[];
  resolve: (found: V | 'missing' | 'unread') => void;
  reject: (thrown: unknown) => void;
}

/** Looks for what was sent under keys at the times of each, for all those of a run in one call each time. */
export class SharedLook<V> {
  private sought: Array<Sought<V>> = [];

  private isLooking = false;

  /** Ends a pause, since there is a key to be looked for sooner. */
  private pause = new AbortController();

  constructor(
    private readonly connection: Connection,
    private readonly read: (keys: string[]) => Promise<Map<string, V>>,
  ) {}

  /** @returns `missing` by a response after the last time; `unread` without one, or when the execution was canceled */
  /** @param times when to look, in milliseconds from now */
  async find(key: string, times: number[]): Promise<V | 'missing' | 'unread'> {
    return await new Promise((resolve, reject) => {
      this.sought.push({ key, times: times.map((time) => Date.now() + time), resolve, reject });
      this.pause.abort();
      if (!this.isLooking) void this.lookForAll();
    });
  }

  private async lookForAll(): Promise<void> {
    this.isLooking = true;
    for (let silent = 0, earliest = 0; this.sought.length > 0;) {
      const askedAt = await this.waitUntilDue(earliest);
      // A key that comes in while this call is on its way is not in it.
      const asked = this.sought.splice(0);
      const found = await this.readAll(asked);
      if (found) silent = 0;
      else if (asked.every(({ times }) => Number(times.at(-1)) <= askedAt)) silent++;
      if (!found && (silent === MAX_SILENT_LOOKS || this.connection.canceled?.aborted)) {
        for (const { resolve } of asked.splice(0)) resolve('unread');
        silent = 0;
      }
      this.sought = asked.filter((one) => !found || isOpen(one, found, askedAt)).concat(this.sought);
      earliest = Date.now() + GAP_MS * (silent + 1);
    }
    this.isLooking = false;
  }

  private async waitUntilDue(earliest: number): Promise<number> {
    const { canceled } = this.connection;
    for (;;) {
      this.pause = new AbortController();
      const first = this.sought.reduce((least, { times: [time = 0] }) => Math.min(least, time), Infinity);
      const due = Math.max(earliest, first);
      const signals = canceled ? [canceled, this.pause.signal] : [this.pause.signal];
      const pause = { ...this.connection, canceled: AbortSignal.any(signals) };
      const isOver = await pauseFor(pause, Math.max(0, due - Date.now()));
      if (isOver || canceled?.aborted) return Math.max(due, Date.now());
    }
  }

  /** @returns undefined when ProcessMaker could not be read */
  private async readAll(asked: Array<Sought<V>>): Promise<Map<string, V> | undefined> {
    if (this.connection.canceled?.aborted) return undefined;
    try {
      return await this.read(asked.map(({ key }) => key));
    } catch (thrown) {
      if (thrown instanceof ProcessMakerError) return undefined;
      for (const { reject } of asked.splice(0)) reject(thrown);
      return new Map();
    }
  }
}

/** Reports to a key what was found. Returns whether it is still looked for. */
function isOpen<V>({ key, times, resolve }: Sought<V>, found: Map<string, V>, askedAt: number): boolean {
  const value = found.get(key);
  while (value === undefined && Number(times[0]) <= askedAt) times.shift();
  if (value === undefined && times.length > 0) return true;
  resolve(value ?? 'missing');
  return false;
}
