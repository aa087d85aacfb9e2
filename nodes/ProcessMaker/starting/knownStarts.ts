import { allWithRetrying } from '../api/requests/failure';
import { findByKeys, type FoundRequest, type KeySearch } from '../api/requests/hiddenKey';
import { type ApiRequest, starterOf } from '../api/requests/requests';
import type { TokenUser } from '../api/requests/starter';
import type { AttemptRecord } from '../execution/attemptRecord';
import type { Mark } from '../execution/attemptStorage';
import type { Connection } from '../transport/connection';
import { keyPrefix, parseUserKey, userKeyPrefixOf } from './keys';
import type { Start, TargetedStart } from './readStart';
import type { Owners } from './sameKey';
import { gone, lookUpError, stillUnknown } from './startErrors';

/** A Request that is there; `isOwn` when this iteration has started it. */
export interface FoundStart {
  found: ApiRequest;
  alreadyStarted: boolean;
  isOwn: boolean;
  /** All of the same user's key and generation, when there are several. */
  same?: ApiRequest[];
  /** What holds the same key, and does not count as a start. */
  sameKey?: ApiRequest[];
  /** What this iteration has started under the user's key, even when another Request is returned. */
  own?: FoundRequest;
}

/** What is known of an item before anything is sent. An item of which nothing is known is to be started. */
export type Known =
  | ({ state: 'found' } & FoundStart)
  /** It must not be started. */
  | { state: 'failed'; error: Error }
  /** It is to be started under this key. */
  | { state: 'toStart'; key: string }
  /** Another item of this run has the same user's key; it starts once, and both get its Request. */
  | { state: 'duplicate'; primary: number };

export class KnownStarts extends Map<number, Known> {
  constructor(
    readonly connection: Connection,
    readonly record: AttemptRecord,
    private readonly tokenUser: TokenUser,
  ) {
    super();
  }

  isOpen({ index }: Start): boolean {
    const known = this.get(index);
    return known === undefined || known.state === 'toStart';
  }

  fail({ index }: Start, error: Error): void {
    this.set(index, { state: 'failed', error });
  }

  /** Looks for Requests under keys. @returns undefined when that was not possible: then none of `starts` may be sent */
  async find(search: Omit<KeySearch, 'includeData'>, starts: TargetedStart[]) {
    return await this.reading(starts, () =>
      findStarts(this.connection, { ...search, includeData: includesData(starts) }),
    );
  }

  /** Reads something without which none of `starts` may be sent. @returns undefined when that was not possible */
  async reading<T>(starts: TargetedStart[], read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      const unread = lookUpError(error, this.record.isRepeat);
      for (const start of starts) {
        // What an earlier look-up has found stays found.
        if (this.isOpen(start)) this.fail(start, unread);
      }
      return undefined;
    }
  }

  /**
   * Whose Requests are this node's own: those of the token's user, and of whoever has started what the record names,
   * since the credential may have had another user then. Undefined where neither is known.
   */
  async ownersOf(found: FoundRequest[]): Promise<Owners | undefined> {
    const startedIds = new Set(this.record.startedIds());
    // The record names what was returned for an Idempotency Key, too.
    const started = found.filter(({ key, request }) => startedIds.has(request.id) && this.isOfRun(key));
    const owners = new Set(started.map(({ request }) => starterOf(request)));
    const starters = new Set(found.map(({ request }) => starterOf(request)));
    if ([...starters].every((starter) => owners.has(starter))) return owners;
    // After a crash it was looked for all of the run, and only who has seen one of its Requests can know its keys.
    const prefix = keyPrefix(this.record.identity.run);
    const isWholeRun = this.record.crash !== undefined && found.every(({ key }) => key.startsWith(prefix));
    if (isWholeRun && starters.size === 1) return starters;
    const userId = await this.tokenUser.find();
    if (userId !== undefined) owners.add(userId);
    return owners.size > 0 ? owners : undefined;
  }

  /** Whether a whole key was made by this node in this execution. */
  isOfRun(key: string): boolean {
    const { run } = this.record.identity;
    return key.startsWith(keyPrefix(run)) || parseUserKey(key, userKeyPrefixOf(key))?.run === run;
  }

  /** What to make of an item that was not found. @param mark of an earlier attempt that may have started it */
  decideByMark(start: Start, mark: Mark | undefined): void {
    if (typeof mark === 'number') this.fail(start, gone(mark));
    else if (typeof mark === 'string' && !start.options.startAgainWhenNotFound) {
      this.fail(start, stillUnknown(mark));
    }
  }
}

/** Finds Requests by keys, each of which is told whether it has failed for good. */
export async function findStarts(connection: Connection, search: KeySearch): Promise<FoundRequest[]> {
  const found = await findByKeys(connection, search);
  const judged = await allWithRetrying(
    connection,
    found.map(({ request }) => request),
  );
  return found.map((one, place) => ({ ...one, request: judged[place] ?? one.request }));
}

/** Whether a look-up for these items has to bring the data along. */
export function includesData(starts: Start[]): boolean {
  return starts.some(({ options }) => options.includeData);
}
