import type { FoundRequest } from '../api/requests/hiddenKey';
import { addTo } from '../guards';
import { digestOf, keyPrefix, parseItemKey } from './keys';
import type { FoundStart, KnownStarts } from './knownStarts';
import { type EarlierStart, matchOpenKeys, matchStarts, NO_PLACE } from './matching';
import type { TargetedStart } from './readStart';
import { type Owners, sortByKey } from './sameKey';

/** A Request that was found by a hidden key. */
interface Holder extends Pick<FoundStart, 'found' | 'sameKey'> {
  /** Only other users' Requests hold the key. */
  isForeign: boolean;
}

/** What a look-up by hidden keys has found beside the starts of items. */
export interface HiddenKeyLook {
  /** By item, what keeps it from being started: other data in its place, or another user's Request with its key. */
  disputed: Map<number, Holder>;
  /** The keys that Requests hold. */
  keys: Set<string>;
}

const digestOfStart = ({ data, files, identity, target }: TargetedStart) =>
  digestOf(target, identity ?? JSON.stringify(data), files);

/** Looks for all that the iteration has started. @returns undefined when the look-up did not succeed */
export async function lookByHiddenKeys(
  known: KnownStarts,
  starts: TargetedStart[],
): Promise<HiddenKeyLook | undefined> {
  if (starts.length === 0) return undefined;
  const { record } = known;
  // After a crash an item can come back in another iteration than it was in.
  const prefix = keyPrefix(record.identity.run, record.crash ? undefined : record.round);
  const found = await known.find({ prefixes: [prefix] }, starts);
  if (!found) return undefined;

  const digests: Array<string | undefined> = [];
  const processes = new Map<string, number>();
  for (const start of starts) {
    const digest = digestOfStart(start);
    digests[start.index] = digest;
    processes.set(digest, start.target.processId);
  }
  const byKey = groupByKey(known, found, processes);
  const read = await known.reading(starts, async () => ({
    owners: await known.ownersOf([...byKey.values()].flat()),
  }));
  if (!read) return undefined;

  // What has an identity of its own is known by that alone, wherever it comes.
  const hasPlace = starts.every(({ identity }) => identity === undefined);
  const { matched, disputed } = matchStarts(digests, earlierStarts(known, byKey, read.owners, hasPlace));
  for (const [index, holder] of matched) {
    const { isForeign, ...start } = holder;
    if (isForeign) disputed.set(index, holder);
    else known.set(index, { state: 'found', ...start, alreadyStarted: false, isOwn: true });
  }
  return { disputed, keys: new Set(byKey.keys()) };
}

/** @param processes by the digest of a start, its process: any other has been given the data, and the key with it */
function groupByKey({ record }: KnownStarts, found: FoundRequest[], processes: Map<string, number>) {
  const byKey = new Map<string, FoundRequest[]>();
  for (const one of found) {
    const processId = processes.get(parseItemKey(one.key, record.identity.run)?.digest ?? '');
    if (processId === undefined || one.request.process_id === processId) addTo(byKey, one.key, one);
  }
  return byKey;
}

/** The starts of this iteration, or of those that a crash may have cut off. */
function earlierStarts(
  { record }: KnownStarts,
  byKey: Map<string, FoundRequest[]>,
  owners: Owners | undefined,
  hasPlace: boolean,
): Array<EarlierStart<Holder>> {
  const earlier: Array<EarlierStart<Holder>> = [];
  for (const [key, holders] of byKey) {
    const parts = parseItemKey(key, record.identity.run);
    const holder = holderOf(holders, owners);
    if (!parts || !holder) continue;
    const isOfAnother = record.hasAnswered(parts.round, holder.found.id);
    if (isOfAnother) continue;
    const itemIndex = hasPlace && parts.round === record.round ? parts.itemIndex : NO_PLACE;
    earlier.push({ itemIndex, digest: parts.digest, request: holder });
  }
  return earlier;
}

/** Of the Requests with the same whole key, the one that counts. */
function holderOf(holders: FoundRequest[], owners: Owners | undefined): Holder | undefined {
  const { starts, copies, foreign } = sortByKey(holders, owners);
  const [start] = starts;
  if (start) return { found: start.request, sameKey: [...copies, ...foreign], isForeign: false };
  const [other] = foreign;
  return other && { found: other, sameKey: foreign, isForeign: true };
}

/** The keys under which an earlier attempt may have sent items that are still open, by item. */
export function openKeysOf(
  known: KnownStarts,
  starts: TargetedStart[],
  { keys }: HiddenKeyLook,
): Map<number, string> {
  const { record } = known;
  const { run } = record.identity;
  const unfound = record
    .openKeys()
    .filter(({ key }) => !keys.has(key))
    .map((open) => ({ ...open, digest: parseItemKey(open.key, run)?.digest }));
  if (unfound.length === 0) return new Map();
  const open = starts.filter((start) => known.isOpen(start));
  return matchOpenKeys(new Map(open.map((start) => [start.index, digestOfStart(start)])), unfound);
}
