import { includesOf, readByIds, readUnlisted, type ApiRequest } from '../../../api/requests/requests';
import type { AttemptRecord } from '../../../execution/attemptRecord';
import { BatchReader } from '../../../execution/batchReader';
import { pauseFor, type Connection } from '../../../transport/connection';
import { isKind } from '../../../transport/processMakerError';
import { includesData, KnownStarts, type Known } from './knownStarts';
import type { TargetedStart } from './readStart';
import { HiddenKeyRecall } from './recallHiddenKeys';
import { UserKeyRecall } from './recallUserKeys';
import { gone, lookUpError, mayBeFromBeforeCrash } from './startErrors';

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
  const canFind = record.crash === undefined || record.outlivesCrash;
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
