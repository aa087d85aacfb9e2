import { allWithRetrying } from '../api/requests/failure';
import { findByKeys, type FoundRequest, type KeySearch } from '../api/requests/hiddenKey';
import { type ApiRequest, isBeingRetried, starterOf } from '../api/requests/requests';
import type { TokenUser } from '../api/requests/starter';
import type { AttemptRecord } from '../execution/attemptRecord';
import type { Mark } from '../execution/attemptStorage';
import { addTo } from '../guards';
import type { Connection } from '../transport/connection';
import { inProcess, keyPrefix, parseUserKey, userKey, userKeyPrefix, userKeyPrefixOf } from './keys';
import type { Start, TargetedStart } from './readStart';
import { type Owners, sortByKey } from './sameKey';
import {
  alreadyExists,
  copyGoesOn,
  gone,
  heldByOther,
  lookUpError,
  starterUnclear,
  stillUnknown,
  takenByOther,
} from './startErrors';

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
  | FoundStart
  | { error: Error }
  | { startAs: string }
  /** Another item of this run has the same user's key; it starts once, and both get its Request. */
  | { sameAs: number };

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
    return known === undefined || 'startAs' in known;
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
        if (this.isOpen(start)) this.set(start.index, { error: unread });
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
  decideByMark({ index, options }: Start, mark: Mark | undefined): void {
    if (typeof mark === 'number') this.set(index, { error: gone(mark) });
    else if (typeof mark === 'string' && !options.startAgainWhenNotFound) {
      this.set(index, { error: stillUnknown(mark) });
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

/** @returns the first item of each user's key and process; the others are noted as its duplicates */
export function takePrimaries(known: KnownStarts, starts: TargetedStart[]): TargetedStart[] {
  const primaries = new Map<string, TargetedStart>();
  for (const start of starts) {
    const { idempotencyKey } = start.options;
    if (idempotencyKey === undefined) continue;
    const scope = inProcess(start.target.processId, idempotencyKey);
    const primary = primaries.get(scope);
    if (primary) known.set(start.index, { sameAs: primary.index });
    else primaries.set(scope, start);
  }
  return [...primaries.values()];
}

/** Looks once for what any execution has started under the users' own keys: few calls for each process. */
export async function lookByUserKeys(known: KnownStarts, primaries: TargetedStart[]): Promise<void> {
  const byProcess = new Map<number, TargetedStart[]>();
  for (const start of primaries) {
    if (known.isOpen(start)) addTo(byProcess, start.target.processId, start);
  }
  for (const [processId, starts] of byProcess) {
    const includeStarter = starts.some(({ options }) => options.onForeign === 'error');
    const found = await known.find({ prefixes: starts.map(prefixOf), processId, includeStarter }, starts);
    if (!found) continue;
    const byPrefix = new Map<string, FoundRequest[]>();
    for (const one of found) addTo(byPrefix, userKeyPrefixOf(one.key), one);
    const tellsUsers = starts.some(
      (start) => start.options.onForeign !== 'return' && byPrefix.has(prefixOf(start)),
    );
    const read = await known.reading(starts, async () => ({
      owners: tellsUsers ? await known.ownersOf(found) : undefined,
    }));
    if (!read) continue;
    for (const start of starts) {
      decideByOwners(known, start, { found: byPrefix.get(prefixOf(start)) ?? [], ...read });
    }
  }
}

interface Holders {
  /** All Requests with the user's key. */
  found: FoundRequest[];
  /** The users whose Requests are this node's own. */
  owners: Owners | undefined;
}

/** Everybody who may start the process can put the key into the data. */
function decideByOwners(known: KnownStarts, start: TargetedStart, { found, owners }: Holders): void {
  const { onForeign, idempotencyKey = '' } = start.options;
  const [first] = found;
  if (!first || onForeign === 'return') return decideByGenerations(known, start, found);
  if (!owners) {
    known.set(start.index, { error: starterUnclear(first, idempotencyKey) });
    return;
  }
  const hasOwn = found.some(({ request }) => owners.has(starterOf(request)));
  const copy = hasOwn ? undefined : found.find(({ key }) => known.isOfRun(key));
  const mark = known.record.earlierMark(start.index);
  if (copy) known.set(start.index, { error: heldByOther(copy.request) });
  else if (hasOwn || onForeign === 'ignore') decideByGenerations(known, start, found, owners);
  // An earlier attempt has sent it, before or after the other user.
  else if (typeof mark === 'string') known.set(start.index, { error: stillUnknown(mark) });
  else known.set(start.index, { error: takenByOther(first, idempotencyKey) });
}

/** @param owners whose Requests count; those of all users when it is undefined */
function decideByGenerations(
  known: KnownStarts,
  start: TargetedStart,
  found: FoundRequest[],
  owners?: Owners,
): void {
  const { index, options } = start;
  const { identity, round } = known.record;
  const { run } = identity;
  const prefix = prefixOf(start);
  const { starts, copies, foreign } = sortByKey(found, owners);
  const generations = starts.flatMap(({ key, request }) => {
    const parts = parseUserKey(key, prefix);
    return parts ? [{ ...parts, key, request }] : [];
  });
  const last = Math.max(-1, ...generations.map(({ generation }) => generation));
  const newest = generations.filter(({ generation }) => generation === last);
  const same = newest.map(({ request }) => request);
  const request = primaryOf(same);
  if (!request) {
    startUnlessSent(known, start, userKey(prefix, 0, run, round), known.record.earlierMark(index));
    return;
  }
  const own = newest.find((one) => one.run === run && one.round === round);
  // For what this very iteration has started, a Request is returned, like everything else on a repeat.
  if (options.onExisting === 'startAgain' && hasEndedBadly(request) && !own) {
    const goingOn = copies.filter((copy) => !hasEndedBadly(copy));
    if (goingOn.length > 0) {
      known.set(index, {
        error: copyGoesOn(
          request,
          goingOn.map(({ id }) => id),
        ),
      });
      return;
    }
    // An earlier attempt may have sent the next generation already.
    const mark = known.record.earlierMark(index);
    const isUnseen = typeof mark === 'string' && !generations.some(({ key }) => key === mark);
    startUnlessSent(known, start, userKey(prefix, last + 1, run, round), isUnseen ? mark : undefined);
  } else if (options.onExisting === 'error' && !own) {
    known.set(index, { error: alreadyExists(request, options.idempotencyKey ?? '') });
  } else {
    const sameKey = [...copies, ...foreign];
    const isOwn = own?.request === request;
    known.set(index, { found: request, alreadyStarted: true, isOwn, same, sameKey, own });
  }
}

/** An earlier attempt may have sent the same key for an item that stood in another place. */
function startUnlessSent(
  known: KnownStarts,
  start: TargetedStart,
  key: string,
  ownMark: Mark | undefined,
): void {
  const wasSent = known.record.openKeys().some((open) => open.key === key);
  known.set(start.index, { startAs: key });
  known.decideByMark(start, wasSent ? key : ownMark);
}

/**
 * Of Requests with the same key and generation, the one that counts: that with the lowest id. One that has ended in
 * ERROR or CANCELED only counts when all have, so that none is started again while another one is there.
 */
export function primaryOf(same: ApiRequest[]): ApiRequest | undefined {
  return same.find((request) => !hasEndedBadly(request)) ?? same[0];
}

function hasEndedBadly(request: ApiRequest): boolean {
  return request.status === 'CANCELED' || (request.status === 'ERROR' && !isBeingRetried(request));
}

function prefixOf({ options }: TargetedStart): string {
  return userKeyPrefix(options.idempotencyKey ?? '');
}
