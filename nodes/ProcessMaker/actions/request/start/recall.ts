import { type ApiRequest, includesOf, readByIds, readUnlisted } from '../../../api/requests/requests';
import type { AttemptRecord } from '../../../execution/attemptRecord';
import { BatchReader } from '../../../execution/readers';
import { type Connection, pauseFor } from '../../../transport/connection';
import { isKind } from '../../../transport/processMakerError';
import { digestOf, keyPrefix, parseItemKey } from './keys';
import { includesData, type Known, KnownStarts, UserKeyRecall } from './knownStarts';
import type { TargetedStart } from './readStart';
import { disputed, gone, lookUpError, mayBeFromBeforeCrash } from './startErrors';

/** A start of an earlier attempt: the item's position then, a digest of what was sent, and its Request. */
export interface EarlierStart<T> {
  itemIndex: number;
  digest: string;
  request: T;
}

/**
 * Finds for each item the start that an earlier attempt made of it. After a crash the nodes before this one have run
 * again, so that items may stand in another order, or be others.
 *
 * @param digests by item; undefined for an item that is not looked for
 * @returns `matched`: items whose start was found. `disputed`: items without one, whose position is that of a start
 * that belongs to no item; whether they are the same start cannot be told
 */
export function matchStarts<T>(
  digests: Array<string | undefined>,
  earlier: Array<EarlierStart<T>>,
): { matched: Map<number, T>; disputed: Map<number, T> } {
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

/** The place of a start of another round: it is none of this round. */
const NO_PLACE = -1;

/** On a repeat, finds what earlier attempts of the round have started, by the hidden keys. */
export class HiddenKeyRecall {
  /** Items in whose place an earlier attempt has sent other data, with its Request. */
  private disputed = new Map<number, ApiRequest>();

  constructor(
    private readonly known: KnownStarts,
    private readonly record: AttemptRecord,
    readonly starts: TargetedStart[],
  ) {}

  /** Looks once for everything that the round has started, in one call. */
  async look(): Promise<void> {
    if (this.starts.length === 0) return;
    const { identity, round, crash } = this.record;
    // After a crash an item can come back in another round than it was in.
    const prefix = keyPrefix(identity.run, crash ? undefined : round);
    const found = await this.known.find({ prefixes: [prefix] }, this.starts);
    if (!found) return;
    const digests: Array<string | undefined> = [];
    for (const { index, data, files, target } of this.starts) {
      digests[index] = digestOf(target, JSON.stringify(data), files);
    }
    const earlier = found.flatMap(({ key, request }) => this.earlierStart(key, request));
    const matches = matchStarts(digests, earlier);
    for (const [index, request] of matches.matched) {
      this.known.set(index, { found: request, alreadyStarted: false, isOwn: true });
    }
    this.disputed = matches.disputed;
  }

  /** Decides on what was not found. */
  decide(): void {
    for (const start of this.starts) {
      if (this.known.get(start.index) !== undefined) continue;
      const request = this.disputed.get(start.index);
      if (request) this.known.set(start.index, { error: disputed(request) });
      else this.known.decideByMark(start);
    }
  }

  /** What a found Request can be to the items of this round; nothing when it has answered in another one. */
  private earlierStart(key: string, request: ApiRequest): Array<EarlierStart<ApiRequest>> {
    const parts = parseItemKey(key, this.record.identity.run);
    if (!parts || this.record.hasAnswered(parts.round, request.id)) return [];
    const itemIndex = parts.round === this.record.round ? parts.itemIndex : NO_PLACE;
    return [{ itemIndex, digest: parts.digest, request }];
  }
}

const PAUSE_MS = 3000;

/**
 * Finds out what was started before: on a repeat everything that this round has sent, and Requests under the users'
 * own keys in any case. An ordinary first run without such keys costs no call.
 *
 * @returns what is known of each item; a look-up that did not succeed is an error of the items that need it
 */
export async function recallStarts(
  connection: Connection,
  record: AttemptRecord,
  starts: TargetedStart[],
): Promise<KnownStarts> {
  const known = new KnownStarts(connection, record);
  const began = Date.now();
  const [withUserKey, others] = split(starts, ({ options }) => options.idempotencyKey !== undefined);
  const canFind = record.crash === undefined || record.identity.outlivesCrash;
  const [withHiddenKey, withoutKey] = split(
    record.isRepeat ? others : [],
    ({ options }) => options.hiddenKey && canFind,
  );
  const userKeys = new UserKeyRecall(known, record, withUserKey);
  const hiddenKeys = new HiddenKeyRecall(known, record, withHiddenKey);
  await recallByIds(connection, record, known, withoutKey);

  for (;;) {
    await userKeys.look();
    await hiddenKeys.look();
    // After a crash a start may still be waiting for the server: look again until none can be any more.
    const open = [...userKeys.primaries, ...hiddenKeys.starts].filter((start) => known.isOpen(start));
    if (open.length === 0 || Date.now() >= lookUntil(open, record, began)) break;
    if (!(await pauseFor(connection, PAUSE_MS))) break;
  }
  hiddenKeys.decide();
  return known;
}

function split(
  starts: TargetedStart[],
  belongs: (start: TargetedStart) => boolean,
): [TargetedStart[], TargetedStart[]] {
  return [starts.filter(belongs), starts.filter((start) => !belongs(start))];
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

/** Without keys, only the marks tell what was started. */
async function recallByIds(
  connection: Connection,
  record: AttemptRecord,
  known: KnownStarts,
  starts: TargetedStart[],
): Promise<void> {
  if (starts.length === 0) return;
  const includes = includesOf(includesData(starts));
  const requests = new BatchReader<number, ApiRequest>(
    record.startedIds(),
    async (ids) => await readByIds(connection, ids, includes),
    async (id) => await readUnlisted(connection, id, includes),
  );
  for (const start of starts) {
    const { index } = start;
    const mark = record.earlierMark(index);
    if (typeof mark === 'number') {
      known.set(index, await recallById(async () => await requests.get(mark), mark));
    } else if (mark === undefined && record.crash) known.set(index, { error: mayBeFromBeforeCrash() });
    else known.decideByMark(start);
  }
}

async function recallById(read: () => Promise<ApiRequest>, id: number): Promise<Known> {
  try {
    return { found: await read(), alreadyStarted: false, isOwn: true };
  } catch (error) {
    return { error: isKind(error, 'notFound') ? gone(id) : lookUpError(error, true) };
  }
}
