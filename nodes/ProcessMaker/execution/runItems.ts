import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { hidingResumeUrl, readParameters } from '../input/parameters';
import { connect, type Connection } from '../transport/connection';
import { inputError, ProcessMakerError, toProcessMakerError } from '../transport/processMakerError';
import { AttemptRecord, shortHash } from './attemptRecord';
import type { Attempt } from './change';
import { runConcurrently, Throttle } from './concurrency';
import type { Entry, ItemOperation, ItemRun, PreparedOperation, Work } from './itemOperation';
import { carriedOut, type DoneSummary, ItemResults, NOTHING_DONE, type OutputItem } from './itemResults';

/** So many items are worked on at the same time. */
const PARALLEL = 5;
/** How long a run goes on repeating calls with which nothing was done, for a cause that may pass. */
const RETRY_SECONDS = 60;
const FIRST_ATTEMPT = { mayBeDone: false, isDone: false };

/**
 * Runs an operation for every item: first reads and checks all of them, then works on a few at a time. After an error
 * nothing new is begun, unless the node may continue.
 *
 * @returns the items of every item of the input, in its order
 * @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue
 */
export async function runItems<T>(
  context: IExecuteFunctions,
  operation: ItemOperation<T> | PreparedOperation<T>,
): Promise<INodeExecutionData[]> {
  const run = new OperationRun(context, operation);
  return await run.run();
}

class OperationRun<T> {
  private readonly results: ItemResults;

  private readonly record: AttemptRecord | undefined;

  private readonly throttle: Throttle;

  private readonly stop = new AbortController();

  constructor(
    private readonly context: IExecuteFunctions,
    private readonly operation: ItemOperation<T> | PreparedOperation<T>,
  ) {
    const { changes, parallel = PARALLEL } = operation;
    this.results = new ItemResults(context, (results) => this.summarize(results));
    this.record = changes ? new AttemptRecord(context) : undefined;
    this.throttle = new Throttle(parallel);
  }

  async run(): Promise<INodeExecutionData[]> {
    const { results, record } = this;
    const connection = await this.connect();
    if (connection) await this.workOnAll(connection);
    const items = results.finish();
    if (!results.hasErrors) record?.clear();
    return items;
  }

  /** @returns undefined when the credential is of no use; then every item has failed */
  private async connect(): Promise<Connection | undefined> {
    const { context, operation, results, throttle } = this;
    try {
      const connection = await connect(context, operation.retrySeconds ?? RETRY_SECONDS);
      const { scrub } = hidingResumeUrl(context, connection);
      results.scrub = scrub;
      return { ...connection, scrub, throttle };
    } catch (error) {
      const unusable =
        error instanceof ProcessMakerError ? error : inputError(textOf(error), CHECK_CREDENTIAL);
      for (let index = 0; index < results.count; index++) this.fail(index, unusable, false);
      return undefined;
    }
  }

  private async workOnAll(connection: Connection): Promise<void> {
    const { context, operation, results, record, stop } = this;
    const run: ItemRun = {
      context,
      connection,
      results,
      record,
      fail: (index, error) => this.fail(index, error, false),
    };
    const entries = this.readItems(connection);
    results.throwIfStopped();
    if ('prepare' in operation) {
      const work = await operation.prepare(run, entries);
      const open = entries.filter(({ index }) => !results.has(index));
      await this.work(connection, open, work);
      await operation.afterwards?.(run);
    } else {
      const values = entries.map(({ value }) => value);
      await this.work(connection, entries, operation.begin(connection, values, stop.signal));
    }
  }

  private readItems(connection: Connection): Array<Entry<T>> {
    const { context, operation, results } = this;
    const entries: Array<Entry<T>> = [];
    for (let index = 0; index < results.count; index++) {
      try {
        entries.push({ index, value: readParameters(() => operation.read(context, index, connection)) });
      } catch (error) {
        this.fail(index, error, false);
      }
    }
    return entries;
  }

  private async work(connection: Connection, entries: Array<Entry<T>>, work: Work<T>): Promise<void> {
    const { results, throttle } = this;
    // A node that may not continue first learns what became of an item before it begins another.
    const mayBegin = (waiting: number) => !results.mustStop && (results.continues || waiting === 0);
    await runConcurrently(entries, { throttle, mayBegin }, async (entry, slot) => {
      if (connection.canceled?.aborted) this.fail(entry.index, canceled(), false);
      else await this.workOn(connection, entry, (attempt) => work(entry.value, attempt, slot));
      if (results.mustStop) this.stop.abort();
    });
    // What is left after a stop has no output when the node may continue.
    if (results.continues) for (const { index } of entries) this.fail(index, canceled(), false);
  }

  private async workOn(
    { instanceUrl }: Connection,
    { index, value }: Entry<T>,
    work: (attempt: Attempt) => Promise<OutputItem[]>,
  ): Promise<void> {
    const { operation, results } = this;
    const record = 'begin' in operation ? this.record : undefined;
    const digest = record ? this.digestOf(value, instanceUrl) : '';
    const attempt = record?.begin(digest) ?? FIRST_ATTEMPT;
    let error: ProcessMakerError | undefined;
    try {
      results.succeed(index, await work(attempt));
    } catch (thrown) {
      error = toProcessMakerError(thrown);
      this.fail(index, attempt.isDone ? error.with({ done: true }) : error, true);
    }
    record?.end(digest, attempt, error);
  }

  /** Tells the changes of one operation and instance from the same ones of another: a node may change before a retry. */
  private digestOf(value: T, instanceUrl: string): string {
    const { resource, operation } = this.context.getNode().parameters;
    const change =
      'begin' in this.operation && this.operation.changeOf ? this.operation.changeOf(value) : value;
    return shortHash(JSON.stringify([resource, operation, instanceUrl, change]));
  }

  private fail(index: number, thrown: unknown, wasSent: boolean): void {
    const { operation, record, results } = this;
    const error = toProcessMakerError(thrown);
    const item = { index, wasSent, record };
    if (operation.complete) results.fail(index, operation.complete(error, item));
    else results.fail(index, operation.changes ? withOutcome(error, wasSent) : error);
  }

  private summarize(results: ItemResults): DoneSummary {
    const { operation } = this;
    if (operation.summarize) return operation.summarize(results);
    return operation.changes ? carriedOut(results) : NOTHING_DONE;
  }
}

function withOutcome(error: ProcessMakerError, wasSent: boolean): ProcessMakerError {
  if (error.done) return error.with({ outcome: 'done' });
  if (error.outcome) return error;
  return error.with({ outcome: wasSent && error.delivery === 'unknown' ? 'unknown' : 'notDone' });
}

const CHECK_CREDENTIAL = 'Check the credential.';

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function canceled(): ProcessMakerError {
  return new ProcessMakerError({
    kind: 'canceled',
    message: 'The execution was canceled before this item was started',
    description: 'Run the workflow again for this item.',
    delivery: 'notProcessed',
  });
}
