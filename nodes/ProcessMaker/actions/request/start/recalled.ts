import type { Connection } from '../../../transport/connection';
import type { ItemFailure } from '../../../execution/failedItem';
import type { ApiRequest } from '../../../api/requests/simplifyRequest';
import type { Entry } from './item';
import { findByKeys, type FoundRequest, type KeySearch } from './lookup';
import type { StartMemory } from '../../../execution/attemptRecord';
import { goneFailure, lookupFailure, stillUnknown } from './recallFailures';

/** What is known of an item before anything is sent. An item of which nothing is known is to be started. */
export type Recalled =
  | { found: ApiRequest; alreadyStarted: boolean; isOwn: boolean }
  | { failure: ItemFailure }
  /** Start it under this user's key. */
  | { startAs: string }
  /** Another item of this run has the same user's key; it starts once, and answers for both. */
  | { sameAs: number };

/** What is known of the items of a round before anything is sent, by item. */
export class RecalledStarts {
  private readonly byIndex = new Map<number, Recalled>();

  constructor(
    private readonly connection: Connection,
    private readonly memory: StartMemory,
  ) {}

  get(index: number): Recalled | undefined {
    return this.byIndex.get(index);
  }

  set(index: number, recalled: Recalled): void {
    this.byIndex.set(index, recalled);
  }

  /** The user's key under which an item is to be started. */
  keyFor(index: number): string | undefined {
    const recalled = this.byIndex.get(index);
    return recalled && 'startAs' in recalled ? recalled.startAs : undefined;
  }

  /** The item that answers for this one too. */
  leaderOf(index: number): number | undefined {
    const recalled = this.byIndex.get(index);
    return recalled && 'sameAs' in recalled ? recalled.sameAs : undefined;
  }

  /** Nothing was found of it yet. */
  isOpen({ index }: Entry): boolean {
    const recalled = this.byIndex.get(index);
    return recalled === undefined || 'startAs' in recalled;
  }

  /**
   * Looks for Requests under keys: `GET /api/1.0/requests?pmql=…`.
   *
   * @param entries the items that need the answer
   * @returns undefined when the look-up did not succeed; then none of the items may be sent
   */
  async find(search: KeySearch, entries: Entry[]): Promise<FoundRequest[] | undefined> {
    const result = await findByKeys(this.connection, search, includesData(entries));
    if (result.ok) return result.value;
    for (const entry of entries) {
      // What an earlier look-up has found stays found.
      if (this.isOpen(entry)) {
        this.set(entry.index, { failure: lookupFailure(result.failure, this.memory.isRepeat) });
      }
    }
    return undefined;
  }

  /** What to make of an item that was not found. */
  decideByMark({ index, options }: Entry): void {
    const mark = this.memory.earlierMark(index);
    if (typeof mark === 'number') this.set(index, { failure: goneFailure(mark) });
    // Without a key it could not be looked for, so that it is never started again.
    else if (typeof mark === 'string' && (mark === '' || !options.startAgainWhenNotFound)) {
      this.set(index, { failure: stillUnknown(mark) });
    }
  }
}

/** Whether a look-up for these items has to bring the data along. */
export function includesData(entries: Entry[]): boolean {
  return entries.some(({ options }) => options.includeData);
}
