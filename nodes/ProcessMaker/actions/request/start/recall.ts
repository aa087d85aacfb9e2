import { withRetrying } from '../../../api/requests/failure';
import { type ApiRequest, includesOf, readByIds, readUnlisted } from '../../../api/requests/requests';
import type { AttemptRecord } from '../../../execution/attemptRecord';
import { BatchReader } from '../../../execution/readers';
import { type Connection, pauseFor } from '../../../transport/connection';
import { isKind } from '../../../transport/processMakerError';
import { digestOf, keyPrefix, parseItemKey } from './keys';
import { includesData, KnownStarts, lookByUserKeys, takePrimaries } from './knownStarts';
import type { TargetedStart } from './readStart';
import { disputed, gone, lookUpError, mayBeFromBeforeCrash } from './startErrors';

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

/** Looks for all that the iteration has started. @returns the disputed; undefined when the look-up did not succeed */
async function lookByHiddenKeys(known: KnownStarts, starts: TargetedStart[]) {
  if (starts.length === 0) return undefined;
  const { record } = known;
  const { run } = record.identity;
  // After a crash an item can come back in another iteration than it was in.
  const prefix = keyPrefix(run, record.crash ? undefined : record.round);
  const found = await known.find({ prefixes: [prefix] }, starts);
  if (!found) return undefined;
  const digests: Array<string | undefined> = [];
  // What has an identity of its own is known by that alone, wherever it comes.
  const hasPlace = starts.every(({ identity }) => identity === undefined);
  for (const { index, data, files, identity, target } of starts) {
    digests[index] = digestOf(target, identity ?? JSON.stringify(data), files);
  }
  const earlier = found.flatMap(({ key, request }) => {
    const parts = parseItemKey(key, run);
    // One that belongs to another iteration is none of this one.
    if (!parts || record.hasAnswered(parts.round, request.id)) return [];
    const itemIndex = hasPlace && parts.round === record.round ? parts.itemIndex : NO_PLACE;
    return [{ itemIndex, digest: parts.digest, request }];
  });
  const { matched, disputed } = matchStarts(digests, earlier);
  for (const [index, request] of matched) {
    known.set(index, { found: request, alreadyStarted: false, isOwn: true });
  }
  return disputed;
}

const PAUSE_MS = 3000;

/** Finds out what was started before. An ordinary first run without users' own keys costs no call. */
export async function recallStarts(connection: Connection, record: AttemptRecord, starts: TargetedStart[]) {
  const known = new KnownStarts(connection, record);
  const began = Date.now();
  const primaries = takePrimaries(known, starts);
  const others = record.isRepeat ? starts.filter(({ options }) => options.idempotencyKey === undefined) : [];
  const canFind = record.crash === undefined || record.identity.outlivesCrash;
  const hasKey = ({ options }: TargetedStart) => options.hiddenKey && canFind;
  const keyed = others.filter(hasKey);
  const keyless = others.filter((start) => !hasKey(start));
  await recallByIds(known, keyless);

  let inDispute = new Map<number, ApiRequest>();
  for (;;) {
    await lookByUserKeys(known, primaries);
    inDispute = (await lookByHiddenKeys(known, keyed)) ?? inDispute;
    // After a crash a start may still be waiting for the server: look again until none can be any more.
    const open = [...primaries, ...keyed].filter((start) => known.isOpen(start));
    if (open.length === 0 || Date.now() >= lookUntil(open, record, began)) break;
    if (!(await pauseFor(connection, PAUSE_MS))) break;
  }
  for (const start of keyed) {
    if (known.get(start.index) !== undefined) continue;
    const request = inDispute.get(start.index);
    if (request) known.set(start.index, { error: disputed(request) });
    else known.decideByMark(start);
  }
  return known;
}

/** Until when a start of an earlier attempt may still be waiting for the server, in milliseconds since 1970. */
function lookUntil(open: TargetedStart[], record: AttemptRecord, began: number): number {
  let last = 0;
  for (const { index, options } of open) {
    // An earlier attempt has sent it, with an outcome that is not known.
    const mayBeSentAgain = options.startAgainWhenNotFound && typeof record.earlierMark(index) === 'string';
    const since = mayBeSentAgain ? began : record.crash?.at;
    if (since !== undefined) last = Math.max(last, since + 1000 * options.windowSeconds);
  }
  return last;
}

/** Without keys, only the marks show what was started. */
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
    } else if (mark === undefined && record.crash) {
      known.set(start.index, { error: mayBeFromBeforeCrash() });
    } else known.decideByMark(start);
  }
}
