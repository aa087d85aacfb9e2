import type { IDataObject } from 'n8n-workflow';

import type { FoundRequest } from '../api/requests/hiddenKey';
import { type ApiRequest, starterOf } from '../api/requests/requests';

/** Ids of users. */
export type Owners = ReadonlySet<number | undefined>;

/** That one user, where it is known. */
export function ownerOnly(userId: number | undefined): Owners | undefined {
  return userId === undefined ? undefined : new Set([userId]);
}

/** What Requests with the same key are to an item. */
export interface Sorted {
  /** Those that count, in the order of their ids: one for each whole key. */
  starts: FoundRequest[];
  /** The others: copies of the data of one that counts, or the same start sent twice. */
  copies: ApiRequest[];
  /** Those of other users, which do not count: copies of the data, or keys that were taken in advance. */
  foreign: ApiRequest[];
}

/**
 * A whole key belongs to one start: that with the lowest id. A script that starts a process with all the data of its
 * Request copies the key, too.
 * @param found in the order of their ids @param owners whose Requests count; those of all users when it is undefined
 */
export function sortByKey(found: FoundRequest[], owners?: Owners): Sorted {
  const sorted: Sorted = { starts: [], copies: [], foreign: [] };
  const keys = new Set<string>();
  for (const one of found) {
    const { key, request } = one;
    if (owners && !owners.has(starterOf(request))) {
      sorted.foreign.push(request);
    } else if (keys.has(key)) {
      sorted.copies.push(request);
    } else {
      keys.add(key);
      sorted.starts.push(one);
    }
  }
  return sorted;
}

/** The fields that name the other Requests with the key of an item, where there are some. */
export type OtherRequests = {
  /** What other executions have started under the same Idempotency Key. */
  duplicates?: number[];
  /** What does not count as a start. */
  sameKey?: number[];
};

/** Names the Requests with the same key beside the one that an item returns. */
export function besides(requestId: number, starts: ApiRequest[], sameKey: ApiRequest[] = []): OtherRequests {
  const duplicates = idsBeside(requestId, starts);
  const others = idsBeside(requestId, sameKey);
  return { ...(duplicates.length > 0 && { duplicates }), ...(others.length > 0 && { sameKey: others }) };
}

function idsBeside(requestId: number, requests: ApiRequest[]): number[] {
  return requests.map(({ id }) => id).filter((id) => id !== requestId);
}

/** Marks what an item gives as a Request that was there before, beside its id: a table hides the last columns. */
export function asExisting({ id, ...others }: IDataObject): IDataObject {
  return { ...(id !== undefined && { id }), alreadyStarted: true, ...others };
}

/** A hint for an item with the field `sameKey`. */
export const SAME_KEY_HINT =
  "Other Requests hold the same key, and are named in the field sameKey. Each is a copy of the data, or the same start sent twice, or another user's: look at it in ProcessMaker";
