import { findByKeys, type FoundRequest, type KeySearch } from '../../../api/requests/findByKeys';
import type { ApiRequest } from '../../../api/requests/requests';
import type { AttemptRecord } from '../../../execution/attemptRecord';
import type { Connection } from '../../../transport/connection';
import type { Start, TargetedStart } from './readStart';
import { gone, lookUpError, stillUnknown } from './startErrors';

/** What is known of an item before anything is sent. An item of which nothing is known is to be started. */
export type Known =
  | { found: ApiRequest; alreadyStarted: boolean; isOwn: boolean }
  | { error: Error }
  /** Start it under this user's key. */
  | { startAs: string }
  /** Another item of this run has the same user's key; it starts once, and answers for both. */
  | { sameAs: number };

/** What is known of the items of a round before anything is sent, by item. */
export class KnownStarts {
  private readonly byIndex = new Map<number, Known>();

  constructor(
    private readonly connection: Connection,
    private readonly record: AttemptRecord,
  ) {}

  get(index: number): Known | undefined {
    return this.byIndex.get(index);
  }

  set(index: number, known: Known): void {
    this.byIndex.set(index, known);
  }

  /** Nothing was found of it yet. */
  isOpen({ index }: Start): boolean {
    const known = this.byIndex.get(index);
    return known === undefined || 'startAs' in known;
  }

  /**
   * Looks for Requests under keys (see `findByKeys`).
   *
   * @param starts the items that need the response
   * @returns undefined when the look-up did not succeed; then none of the items may be sent
   */
  async find(
    search: Omit<KeySearch, 'includeData'>,
    starts: TargetedStart[],
  ): Promise<FoundRequest[] | undefined> {
    try {
      return await findByKeys(this.connection, { ...search, includeData: includesData(starts) });
    } catch (error) {
      const unread = lookUpError(error, this.record.isRepeat);
      for (const start of starts) {
        // What an earlier look-up has found stays found.
        if (this.isOpen(start)) this.set(start.index, { error: unread });
      }
      return undefined;
    }
  }

  /** What to make of an item that was not found. */
  decideByMark({ index, options }: Start): void {
    const mark = this.record.earlierMark(index);
    if (typeof mark === 'number') this.set(index, { error: gone(mark) });
    // Without a key it could not be looked for, so that it is never started again.
    else if (typeof mark === 'string' && (mark === '' || !options.startAgainWhenNotFound)) {
      this.set(index, { error: stillUnknown(mark) });
    }
  }
}

/** Whether a look-up for these items has to bring the data along. */
export function includesData(starts: Start[]): boolean {
  return starts.some(({ options }) => options.includeData);
}
