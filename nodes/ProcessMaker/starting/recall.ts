import { withRetrying } from '../api/requests/failure';
import type { FoundRequest } from '../api/requests/hiddenKey';
import { type ApiRequest, includesOf, readByIds, readUnlisted } from '../api/requests/requests';
import type { AttemptRecord } from '../execution/attemptRecord';
import { BatchReader } from '../execution/readers';
import { addTo } from '../guards';
import { pauseFor } from '../transport/connection';
import { isKind } from '../transport/processMakerError';
import { digestOf, keyPrefix, parseItemKey } from './keys';
import { type FoundStart, includesData, KnownStarts, lookByUserKeys, takePrimaries } from './knownStarts';
import type { TargetedStart } from './readStart';
import type { StartLooks } from './sendStart';
import { type Owners, sortByKey } from './sameKey';
import { disputed, gone, heldByOther, lookUpError, mayBeFromBeforeCrash, stillUnknown } from './startErrors';

/** A start of an earlier attempt, with the position that its item had then. */
export interface EarlierStart<T> {
  itemIndex: number;
  digest: string;
  request: T;
}

/**
 * Finds for each item what an earlier attempt started. After a crash, items may be in another order, or be others.
 * `disputed`: the item's position is that of a start that belongs to no item, so that they may be the same.
 */
export function matchStarts<T>(digests: Array<string | undefined>, earlier: Array<EarlierStart<T>>) {
  const matched = new Map<number, T>();
  const disputed = new Map<number, T>();

  const moved = earlier.filter(({ itemIndex, digest, request }) => {
    if (digests[itemIndex] !== digest || matched.has(itemIndex)) return true;
    matched.set(itemIndex, request);
    return false;
  });

  const byDigest = new Map<string, Array<EarlierStart<T>>>();
  for (const start of moved) byDigest.set(start.digest, [...(byDigest.get(start.digest) ?? []), start]);
  for (const [index, digest] of digests.entries()) {
    if (digest === undefined || matched.has(index)) continue;
    const start = byDigest.get(digest)?.shift();
    if (start) matched.set(index, start.request);
  }

  for (const { itemIndex, request } of [...byDigest.values()].flat()) {
    if (digests[itemIndex] !== undefined && !matched.has(itemIndex)) disputed.set(itemIndex, request);
  }
  return { matched, disputed };
}

/** The position of a start of another iteration: it has none in this one. */
const NO_PLACE = -1;

/**
 * Finds the items that starts may belong to which were sent and not found: the item at the start's own position, and
 * wherever there are others of its digest, as many of them as there are such starts.
 *
 * @param digests those of the items that are still open, by their positions
 * @returns by item, the key under which it may have been sent
 */
export function matchOpenKeys(
  digests: Map<number, string>,
  unfound: Array<{ itemIndex?: number; key: string; digest: string | undefined }>,
): Map<number, string> {
  const keys = new Map<number, string>();
  const moved: typeof unfound = [];
  for (const start of unfound) {
    const { itemIndex = NO_PLACE, key, digest } = start;
    const there = digests.get(itemIndex);
    if (there !== undefined) keys.set(itemIndex, key);
    if (there === undefined || there !== digest) moved.push(start);
  }
  for (const { key, digest } of moved) {
    const [index] = [...digests].find(([at, one]) => one === digest && !keys.has(at)) ?? [];
    if (index !== undefined) keys.set(index, key);
  }
  return keys;
}

/** A Request that was found by a hidden key. */
interface Holder extends Pick<FoundStart, 'found' | 'sameKey'> {
  /** Only other users' Requests hold the key. */
  isForeign: boolean;
}

/** What a look-up by hidden keys has found beside the starts of items. */
interface HiddenKeyLook {
  /** By item, what keeps it from being started: other data in its place, or another user's Request with its key. */
  disputed: Map<number, Holder>;
  /** The keys that Requests hold. */
  keys: Set<string>;
}

const digestOfStart = ({ data, files, identity, target }: TargetedStart) =>
  digestOf(target, identity ?? JSON.stringify(data), files);

/** Looks for all that the iteration has started. @returns undefined when the look-up did not succeed */
async function lookByHiddenKeys(
  known: KnownStarts,
  starts: TargetedStart[],
): Promise<HiddenKeyLook | undefined> {
  if (starts.length === 0) return undefined;
  const { record } = known;
  const { run } = record.identity;
  // After a crash an item can come back in another iteration than it was in.
  const prefix = keyPrefix(run, record.crash ? undefined : record.round);
  const found = await known.find({ prefixes: [prefix] }, starts);
  if (!found) return undefined;
  const digests: Array<string | undefined> = [];
  const processes = new Map<string, number>();
  // What has an identity of its own is known by that alone, wherever it comes.
  const hasPlace = starts.every(({ identity }) => identity === undefined);
  for (const start of starts) {
    const digest = digestOfStart(start);
    digests[start.index] = digest;
    processes.set(digest, start.target.processId);
  }
  const byKey = new Map<string, FoundRequest[]>();
  for (const one of found) {
    const processId = processes.get(parseItemKey(one.key, run)?.digest ?? '');
    // The digest says of which process the start was: any other has been given the data, and the key with it.
    if (processId === undefined || one.request.process_id === processId) addTo(byKey, one.key, one);
  }
  const read = await known.reading(starts, async () => ({
    owners: await known.ownersOf([...byKey.values()].flat()),
  }));
  if (!read) return undefined;
  const earlier = [...byKey].flatMap(([key, holders]) => {
    const parts = parseItemKey(key, run);
    const holder = holderOf(holders, read.owners);
    // One that belongs to another iteration is none of this one.
    if (!parts || !holder || record.hasAnswered(parts.round, holder.found.id)) return [];
    const itemIndex = hasPlace && parts.round === record.round ? parts.itemIndex : NO_PLACE;
    return [{ itemIndex, digest: parts.digest, request: holder }];
  });
  const { matched, disputed } = matchStarts(digests, earlier);
  for (const [index, holder] of matched) {
    const { isForeign, ...start } = holder;
    if (isForeign) disputed.set(index, holder);
    else known.set(index, { ...start, alreadyStarted: false, isOwn: true });
  }
  return { disputed, keys: new Set(byKey.keys()) };
}

/** Of the Requests with the same whole key, the one that counts. */
function holderOf(holders: FoundRequest[], owners: Owners | undefined): Holder | undefined {
  const {
    starts: [start],
    copies,
    foreign,
  } = sortByKey(holders, owners);
  const [other] = foreign;
  if (start) return { found: start.request, sameKey: [...copies, ...foreign], isForeign: false };
  return other && { found: other, sameKey: foreign, isForeign: true };
}

/** The keys under which an earlier attempt may have sent items that are still open, by item. */
function openKeysOf(known: KnownStarts, starts: TargetedStart[], { keys }: HiddenKeyLook) {
  const { record } = known;
  const { run } = record.identity;
  const unfound = record
    .openKeys()
    .filter(({ key }) => !keys.has(key))
    .map((open) => ({ ...open, digest: parseItemKey(open.key, run)?.digest }));
  if (unfound.length === 0) return new Map<number, string>();
  const open = starts.filter((start) => known.isOpen(start));
  return matchOpenKeys(new Map(open.map((start) => [start.index, digestOfStart(start)])), unfound);
}

const PAUSE_MS = 3000;

/** Finds out what was started before. An ordinary first run without users' own keys costs no call. */
export async function recallStarts(
  { connection, tokenUser }: Pick<StartLooks, 'connection' | 'tokenUser'>,
  record: AttemptRecord,
  starts: TargetedStart[],
): Promise<KnownStarts> {
  const known = new KnownStarts(connection, record, tokenUser);
  const began = Date.now();
  const primaries = takePrimaries(known, starts);
  const others = record.isRepeat ? starts.filter(({ options }) => options.idempotencyKey === undefined) : [];
  const canFind = record.crash === undefined || record.identity.outlivesCrash;
  const keyed = canFind ? others : [];
  if (!canFind) await recallByIds(known, others);

  let look: HiddenKeyLook = { disputed: new Map(), keys: new Set() };
  let openKeys = new Map<number, string>();
  for (;;) {
    await lookByUserKeys(known, primaries);
    look = (await lookByHiddenKeys(known, keyed)) ?? look;
    openKeys = openKeysOf(known, keyed, look);
    // After a crash a start may still be waiting for the server: look again until none can be any more.
    const open = [...primaries, ...keyed].filter((start) => known.isOpen(start));
    if (open.length === 0 || Date.now() >= lookUntil(open, openKeys, record, began)) break;
    if (!(await pauseFor(connection, PAUSE_MS))) break;
  }
  const foundIds = new Set([...known.values()].map((one) => ('found' in one ? one.found.id : undefined)));
  for (const start of keyed) {
    if (known.get(start.index) !== undefined) continue;
    const earlier = record.earlierMark(start.index);
    // What was started in its place may have been found for another item.
    const ownMark = typeof earlier === 'number' && foundIds.has(earlier) ? undefined : earlier;
    const other = look.disputed.get(start.index);
    if (other?.isForeign && typeof ownMark !== 'number') {
      known.set(start.index, { error: heldByOther(other.found) });
    } else if (other && !other.isForeign) known.set(start.index, { error: disputed(other.found) });
    else known.decideByMark(start, openKeys.get(start.index) ?? ownMark);
  }
  return known;
}

/** Until when a start of an earlier attempt may still be waiting for the server, in milliseconds since 1970. */
function lookUntil(
  open: TargetedStart[],
  openKeys: Map<number, string>,
  record: AttemptRecord,
  began: number,
): number {
  let last = 0;
  for (const { index, options } of open) {
    // An earlier attempt has sent it, with an outcome that is not known.
    const wasSent = openKeys.has(index) || typeof record.earlierMark(index) === 'string';
    const mayBeSentAgain = options.startAgainWhenNotFound && wasSent;
    const since = mayBeSentAgain ? began : record.crash?.at;
    if (since !== undefined) last = Math.max(last, since + 1000 * options.windowSeconds);
  }
  return last;
}

/** Where a crash has taken the name of the run, no key can be looked for: only the marks show what was started. */
async function recallByIds(known: KnownStarts, starts: TargetedStart[]): Promise<void> {
  if (starts.length === 0) return;
  const { connection, record } = known;
  const includes = includesOf(includesData(starts));
  const requests = new BatchReader<number, ApiRequest>(
    record.startedIds(),
    (ids) => readByIds(connection, ids, includes),
    (id) => readUnlisted(connection, id, includes),
  );
  const read = async (id: number) => await withRetrying(connection, await requests.get(id));
  for (const start of starts) {
    const mark = record.earlierMark(start.index);
    if (typeof mark === 'number') {
      try {
        known.set(start.index, { found: await read(mark), alreadyStarted: false, isOwn: true });
      } catch (error) {
        const isGone = isKind(error, 'notFound');
        known.set(start.index, { error: isGone ? gone(mark) : lookUpError(error, true) });
      }
    } else {
      const error = mark === undefined ? mayBeFromBeforeCrash() : stillUnknown(mark);
      known.set(start.index, { error });
    }
  }
}
