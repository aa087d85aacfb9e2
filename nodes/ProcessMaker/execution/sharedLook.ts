import { pauseFor, type Connection } from '../transport/connection';
import { explained, ProcessMakerError } from '../transport/processMakerError';

/** Pauses between looks; the last one goes on. */
const PAUSES_MS = [1000, 1000, 2000, 3000, 5000];
/** After its window a key is given up only on an answer; this many looks may stay without one. */
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
   * @returns what was found; `missing` when it is not there, by an answer after its window; `unread` when it could not
   * be looked up, since ProcessMaker stayed silent or the execution was canceled
   */
  async find(key: string, windowMs: number): Promise<V | 'missing' | 'unread'> {
    return await new Promise((resolve, reject) => {
      this.sought.push({ key, until: Date.now() + windowMs, resolve, reject });
      if (this.isLooking) return;
      this.isLooking = true;
      this.lookForAll()
        .catch((thrown: unknown) => this.settle((one) => one.reject(thrown)))
        .finally(() => {
          this.isLooking = false;
        });
    });
  }

  private async lookForAll(): Promise<void> {
    for (let round = 0, silent = 0; this.sought.length > 0; round++) {
      const pause = PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)] ?? 0;
      const goesOn = await pauseFor(this.connection, pause);
      if (!goesOn || silent === MAX_SILENT_LOOKS) {
        this.settle((one) => one.resolve('unread'));
        return;
      }
      // A key that comes in while the answer is on its way is not looked for by it.
      const askedAt = Date.now();
      const asked = this.sought;
      const found = await this.readAll(asked);
      if (found)
        this.sought = this.sought.filter((one) => !asked.includes(one) || isOpen(one, found, askedAt));
      else if (asked.every(({ until }) => until <= askedAt)) silent++;
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

  private settle(end: (one: Sought<V>) => void): void {
    const { sought } = this;
    this.sought = [];
    for (const one of sought) end(one);
  }
}

/** Tells a key what was found, and whether it is still looked for. */
function isOpen<V>({ key, until, resolve }: Sought<V>, found: Map<string, V>, askedAt: number): boolean {
  const value = found.get(key);
  if (value !== undefined) resolve(value);
  else if (until <= askedAt) resolve('missing');
  else return true;
  return false;
}
