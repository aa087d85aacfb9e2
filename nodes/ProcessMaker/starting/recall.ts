import { withRetrying } from '../api/requests/failure';
import { type ApiRequest, includesOf, readByIds, readUnlisted } from '../api/requests/requests';
import type { AttemptRecord } from '../execution/attemptRecord';
import { BatchReader } from '../execution/readers';
import { pauseFor } from '../transport/connection';
import { isKind } from '../transport/processMakerError';
import { type HiddenKeyLook, lookByHiddenKeys, openKeysOf } from './hiddenKeys';
import { includesData, KnownStarts } from './knownStarts';
import type { TargetedStart } from './readStart';
import type { StartLooks } from './sendStart';
import { disputed, gone, heldByOther, lookUpError, mayBeFromBeforeCrash, stillUnknown } from './startErrors';
import { lookByUserKeys, takePrimaries } from './userKeys';

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
  decideOthers(known, keyed, look, openKeys);
  return known;
}

/** What becomes of the items that were not found. */
function decideOthers(
  known: KnownStarts,
  starts: TargetedStart[],
  { disputed: others }: HiddenKeyLook,
  openKeys: Map<number, string>,
): void {
  const foundIds = new Set(
    [...known.values()].map((one) => (one.state === 'found' ? one.found.id : undefined)),
  );
  for (const start of starts) {
    if (known.has(start.index)) continue;
    const earlier = known.record.earlierMark(start.index);
    // What was started in its place may have been found for another item.
    const ownMark = typeof earlier === 'number' && foundIds.has(earlier) ? undefined : earlier;
    const other = others.get(start.index);
    if (other && !other.isForeign) known.fail(start, disputed(other.found));
    else if (other && typeof ownMark !== 'number') known.fail(start, heldByOther(other.found));
    else known.decideByMark(start, openKeys.get(start.index) ?? ownMark);
  }
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
        const found = await read(mark);
        known.set(start.index, { state: 'found', found, alreadyStarted: false, isOwn: true });
      } catch (error) {
        known.fail(start, isKind(error, 'notFound') ? gone(mark) : lookUpError(error, true));
      }
    } else {
      known.fail(start, mark === undefined ? mayBeFromBeforeCrash() : stillUnknown(mark));
    }
  }
}
