import { pauseFor, type Connection } from '../../../transport/connection';
import { findByIds } from '../../../api/requests/requests';
import type { Entry } from './item';
import type { StartMemory } from '../../../execution/attemptRecord';
import { lookupFailure, MAY_BE_FROM_BEFORE_CRASH } from './recallFailures';
import { HiddenKeyRecall } from './recallHiddenKeys';
import { UserKeyRecall } from './recallUserKeys';
import { includesData, RecalledStarts } from './recalled';

const PAUSE_MS = 3000;

/**
 * Finds out what was started before: on a repeat everything that this round has sent, and Requests under the users'
 * own keys in any case. An ordinary first run without such keys costs no call.
 *
 * @returns what is known of each item; a look-up that did not succeed is a failure of the items that need it
 */
export async function recallStarts(
  connection: Connection,
  memory: StartMemory,
  entries: Entry[],
): Promise<RecalledStarts> {
  const recalled = new RecalledStarts(connection, memory);
  const began = Date.now();
  const [withUserKey, others] = split(entries, ({ options }) => options.idempotencyKey !== undefined);
  const canFind = memory.crash === undefined || memory.outlivesCrash;
  const [withHiddenKey, withoutKey] = split(
    memory.isRepeat ? others : [],
    ({ options }) => options.hiddenKey && canFind,
  );
  const userKeys = new UserKeyRecall(recalled, memory, withUserKey);
  const hiddenKeys = new HiddenKeyRecall(recalled, memory, withHiddenKey);
  await recallByIds(connection, memory, recalled, withoutKey);

  for (;;) {
    await userKeys.look();
    await hiddenKeys.look();
    // After a crash a start may still be waiting for the server: look again until none can be any more.
    const open = [...userKeys.leaders, ...hiddenKeys.entries].filter((entry) => recalled.isOpen(entry));
    if (open.length === 0 || Date.now() >= lookUntil(open, memory, began)) break;
    if (!(await pauseFor(connection, PAUSE_MS))) break;
  }
  hiddenKeys.decide();
  return recalled;
}

function split(entries: Entry[], belongs: (entry: Entry) => boolean): [Entry[], Entry[]] {
  return [entries.filter(belongs), entries.filter((entry) => !belongs(entry))];
}

/** Until when it can be that a start of an earlier try still waits for the server, in milliseconds since 1970. */
function lookUntil(open: Entry[], memory: StartMemory, began: number): number {
  let last = 0;
  for (const { index, options } of open) {
    // An earlier try has sent it, with an outcome that is not known.
    const mayBeSentAgain = options.startAgainWhenNotFound && typeof memory.earlierMark(index) === 'string';
    const since = mayBeSentAgain ? began : memory.crash?.at;
    if (since !== undefined) last = Math.max(last, since + 1000 * options.windowSeconds);
  }
  return last;
}

/** Without keys, only the marks tell what was started. */
async function recallByIds(
  connection: Connection,
  memory: StartMemory,
  recalled: RecalledStarts,
  entries: Entry[],
): Promise<void> {
  if (entries.length === 0) return;
  const requests = await findByIds(connection, memory.startedIds(), includesData(entries));
  for (const entry of entries) {
    const { index } = entry;
    const mark = memory.earlierMark(index);
    const request = requests.ok && typeof mark === 'number' ? requests.value.get(mark) : undefined;
    if (request) recalled.set(index, { found: request, alreadyStarted: false, isOwn: true });
    else if (mark === undefined && memory.crash) recalled.set(index, { failure: MAY_BE_FROM_BEFORE_CRASH });
    else if (requests.ok || mark === undefined) recalled.decideByMark(entry);
    else recalled.set(index, { failure: lookupFailure(requests.failure, true) });
  }
}
