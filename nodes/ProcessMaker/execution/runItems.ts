import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { connect, type Connection } from '../transport/connection';
import { inputFailure, type Failure, type Result } from '../transport/failure';
import { Throttle, workThrough } from './concurrency';
import { EarlierTries, type EarlierTry } from './earlierAttempts';
import type { ItemFailure } from './failedItem';
import { ItemOutput, type OutputItem } from './itemResults';
import { readSafely } from '../input/readSafely';
import { workSafely } from './workSafely';

/** So many items are worked on at the same time. */
const PARALLEL = 5;
/** How long a run goes on repeating calls that surely did nothing, for a reason that passes. */
const PATIENCE_SECONDS = 60;

/** What is known of an item when its turn comes. What is done already is only looked at. */
export type Turn = EarlierTry;

const FIRST_TRY: Turn = { mayBeDone: false, isDone: false };

/** What came of an item. A failure may tell more of it than its kind says. */
export type WorkResult = { ok: true; value: OutputItem[] } | { ok: false; failure: ItemFailure };

/** An operation that works on each item by itself. */
export interface ItemOperation<T> {
  /** Whether it changes something in ProcessMaker. What became of a failed item is told then. */
  changes: boolean;
  /** How many items are worked on at the same time; a few unless told. */
  parallel?: number;
  /** Reads and checks the parameters of one item. Nothing is sent. */
  read(context: IExecuteFunctions, itemIndex: number, connection: Connection): Result<T>;
  /** What of the parameters says which change it is, when others may differ in a repeat; all of them unless told. */
  changeOf?(value: T): unknown;
  /**
   * Is given the parameters of all items, so that what they need can be looked up together; makes the work on one.
   *
   * @param stopped ends when an item has failed after which the node may not go on
   */
  begin(
    connection: Connection,
    all: T[],
    stopped: AbortSignal,
  ): (value: T, turn: Turn) => Promise<WorkResult>;
}

/**
 * Runs an operation for every item: first reads and checks all of them, then works on a few at a time.
 *
 * @returns the items of every item of the input, in its order
 * @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue
 */
export async function runItems<T>(
  context: IExecuteFunctions,
  operation: ItemOperation<T>,
): Promise<INodeExecutionData[]> {
  const output = new ItemOutput(context, operation.changes);
  const fail = (index: number, failure: ItemFailure, isSent: boolean) =>
    output.fail(index, withOutcome(failure, operation.changes, isSent));
  const connection = await connectForAll(context, output, fail);
  if (!connection) return output.finish();
  const tries = operation.changes ? new EarlierTries(context, connection.instanceUrl) : undefined;

  const entries: Array<{ index: number; value: T }> = [];
  for (let index = 0; index < output.count; index++) {
    const value = readSafely(() => operation.read(context, index, connection));
    if (value.ok) entries.push({ index, value: value.value });
    else fail(index, value.failure, false);
  }
  output.stopOnFailure();

  const stop = new AbortController();
  const work = operation.begin(
    connection,
    entries.map(({ value }) => value),
    stop.signal,
  );
  await workThrough(entries, new Throttle(operation.parallel ?? PARALLEL), async ({ index, value }) => {
    if (connection.canceled?.aborted) {
      fail(index, CANCELED, false);
      return false;
    }
    const change = operation.changeOf ? operation.changeOf(value) : value;
    const turn = tries?.begin(change) ?? FIRST_TRY;
    const result = await workSafely(() => work(value, turn));
    if (result.ok) output.succeed(index, result.value);
    else fail(index, turn.isDone ? { ...result.failure, done: true } : result.failure, true);
    tries?.end(change, turn, result.ok ? undefined : result.failure);
    if (output.mustStop()) stop.abort();
    return !output.mustStop();
  });
  // What is left after a stop has no output when the node may continue.
  if (output.continues) for (const { index } of entries) fail(index, CANCELED, false);
  const items = output.finish();
  if (!output.hasFailures) tries?.clear();
  return items;
}

/** @returns undefined when the credential is of no use; then every item has failed */
async function connectForAll(
  context: IExecuteFunctions,
  output: ItemOutput,
  fail: (index: number, failure: ItemFailure, isSent: boolean) => void,
): Promise<Connection | undefined> {
  try {
    return await connect(context, PATIENCE_SECONDS);
  } catch (error) {
    const { failure } = inputFailure(messageOf(error), 'Check the credential.');
    for (let index = 0; index < output.count; index++) fail(index, failure, false);
    return undefined;
  }
}

function withOutcome(failure: ItemFailure, changes: boolean, isSent: boolean): ItemFailure {
  if (!changes) return failure;
  if (failure.done) return { ...failure, outcome: 'done' };
  const isUnknown = isSent && failure.delivery === 'unknown';
  return { outcome: isUnknown ? 'unknown' : 'notDone', ...failure };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const CANCELED: Failure = {
  kind: 'canceled',
  message: 'The execution was canceled before the turn of this item came',
  description: 'Run the workflow again for this item.',
  delivery: 'notProcessed',
};
