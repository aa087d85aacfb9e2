import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { checkArguments, readResumeUrl, unreadable } from '../fields/parameters';
import { messageOf } from '../guards';
import { connect, type Connection } from '../transport/connection';
import {
  givenUp,
  inputError,
  isKind,
  ProcessMakerError,
  rethrown,
  toProcessMakerError,
} from '../transport/processMakerError';
import { AttemptRecord } from './attemptRecord';
import { shortHash } from './attemptStorage';
import type { Attempt } from './change';
import { runConcurrently, Throttle, type Slot } from './concurrency';
import type { Entry, ItemOperation, ItemRun, PreparedOperation, Work } from './itemOperation';
import { carriedOut, Hints, ItemResults, NOTHING_DONE } from './itemResults';

const PARALLEL = 5;
/** How long a run goes on repeating calls with which nothing was done, for a cause that may pass. */
const RETRY_SECONDS = 60;
const FIRST_ATTEMPT: Attempt = { mayBeDone: false, isDone: false, sentAt: {} };

/** Runs an operation for every item: reads and checks all of them first, then works on a few at a time. */
export async function runItems<T>(
  context: IExecuteFunctions,
  operation: ItemOperation<T> | PreparedOperation<T>,
): Promise<INodeExecutionData[]> {
  const run = new OperationRun(context, operation);
  const { record } = run;
  if (!record) return await run.workOnAll();
  return await record.inTurn(async () => {
    try {
      return await run.workOnAll();
    } finally {
      record.close();
    }
  });
}

class OperationRun<T> {
  readonly hints = new Hints();

  readonly results: ItemResults;

  readonly record: AttemptRecord | undefined;

  private readonly throttle: Throttle;

  private readonly stop = new AbortController();

  /** Items whose response was lost, until it is known what became of them. */
  private readonly inDoubt = new Set<number>();

  constructor(
    private readonly context: IExecuteFunctions,
    private readonly operation: ItemOperation<T> | PreparedOperation<T>,
  ) {
    const { changes, parallel = PARALLEL, summarize = changes ? carriedOut : () => NOTHING_DONE } = operation;
    this.results = new ItemResults(context, summarize);
    this.record = changes ? new AttemptRecord(context) : undefined;
    this.throttle = new Throttle(parallel);
  }

  async workOnAll(): Promise<INodeExecutionData[]> {
    const { context, hints, record, results } = this;
    const connection = await this.connect();
    if (connection) await this.workOnItems(connection);
    hints.show(context);
    if (results.hasErrors) await connection?.learnSecrets();
    const items = results.finish();
    if (!results.hasErrors) record?.clear();
    return items;
  }

  private async connect(): Promise<Connection | undefined> {
    const { context, operation, results, throttle, stop } = this;
    try {
      const connection = await connect(context, operation.retrySeconds ?? RETRY_SECONDS);
      // Errors do not show the secret of the execution's URL either.
      const secret = readResumeUrl(context)?.signature;
      const scrub = (text: string) => connection.scrub(text).replaceAll(secret || /(?!)/g, '***');
      results.scrub = scrub;
      const { canceled: signal = stop.signal } = connection;
      return { ...connection, scrub, throttle, stopped: AbortSignal.any([signal, stop.signal]) };
    } catch (error) {
      const isKnown = error instanceof ProcessMakerError;
      this.failAll(isKnown ? error : inputError(messageOf(error), 'Check the credential.'), false);
      return undefined;
    }
  }

  private async workOnItems(connection: Connection): Promise<void> {
    const { context, operation, results, hints, throttle, stop } = this;
    const entries = this.readItems(connection);
    results.throwIfStopped();
    let open = entries;
    let work: Work<T>;
    let afterwards: (() => Promise<void>) | undefined;
    if ('begin' in operation) {
      const values = entries.map(({ value }) => value);
      work = operation.begin(connection, values, stop.signal);
    } else {
      const record = this.record ?? new AttemptRecord(context);
      const fail: ItemRun['fail'] = (index, error) => this.fail(index, error, false);
      const doubt: ItemRun['doubt'] = (index) => this.inDoubt.add(index);
      const run = { connection, results, hints, record, fail, doubt };
      try {
        ({ open, work } = await operation.prepare(run, entries));
      } catch (thrown) {
        this.failAll(thrown, false);
        return;
      }
      afterwards = operation.afterwards?.bind(operation, run);
    }
    // A node that may not continue first learns what became of an item before it begins another.
    const mayBegin = () => !results.mustStop && (results.continues || this.inDoubt.size === 0);
    await runConcurrently(open, { throttle, mayBegin }, (entry, slot) =>
      this.workOn(connection, entry, work, slot),
    );
    if ('begin' in operation && results.mustStop) this.noteDoneBefore(entries, connection);
    await afterwards?.().catch((thrown: unknown) => this.failAll(thrown, true));
  }

  /** A run that stops also names what an earlier attempt has done for the items that it does not come to. */
  private noteDoneBefore(entries: Array<Entry<T>>, { instanceUrl }: Connection): void {
    const { record, results } = this;
    for (const { index, value } of entries) {
      if (results.has(index)) continue;
      if (record?.takeDone(this.digestOf(value, instanceUrl))) results.doneBefore.push(index);
    }
  }

  /** What nobody has foreseen in a step for all items fails each that has no result, or whose result is not whole. */
  private failAll(thrown: unknown, wereSent: boolean): void {
    const { results } = this;
    if (results.mustStop) throw rethrown(thrown);
    for (let index = 0; index < results.count; index++) {
      if (!results.errorOf(index) && (wereSent || !results.has(index))) this.fail(index, thrown, wereSent);
    }
  }

  private readItems(connection: Connection): Array<Entry<T>> {
    const { context, operation, results, hints } = this;
    const entries: Array<Entry<T>> = [];
    for (let index = 0; index < results.count; index++) {
      try {
        checkArguments(context);
        entries.push({ index, value: operation.read(context, index, connection, hints) });
      } catch (error) {
        this.fail(index, unreadable(error), false);
      }
    }
    return entries;
  }

  private async workOn(
    { canceled: signal, instanceUrl }: Connection,
    { index, value }: Entry<T>,
    work: Work<T>,
    slot: Slot,
  ): Promise<void> {
    const record = 'begin' in this.operation ? this.record : undefined;
    let digest = '';
    let attempt: Attempt | undefined;
    let error: ProcessMakerError | undefined;
    try {
      if (record) digest = this.digestOf(value, instanceUrl);
      attempt = record?.begin(digest);
      if (signal?.aborted) throw givenUp('The execution was canceled before this item was started');
      attempt ??= FIRST_ATTEMPT;
      this.results.succeed(index, await work(value, attempt, slot));
    } catch (thrown) {
      error = toProcessMakerError(thrown);
      this.fail(index, attempt?.isDone ? madeBefore(error) : error, attempt !== undefined, attempt);
    }
    this.inDoubt.delete(index);
    if (attempt) record?.end(digest, attempt, error);
    if (this.results.mustStop || signal?.aborted) this.stop.abort();
  }

  /** Differs for the same change by another operation or on another instance: a node may be edited before a retry. */
  private digestOf(value: T, instanceUrl: string): string {
    const { resource, operation } = this.context.getNode().parameters;
    const change =
      'begin' in this.operation && this.operation.changeOf ? this.operation.changeOf(value) : value;
    return shortHash(JSON.stringify([resource, operation, instanceUrl, change]));
  }

  private fail(index: number, thrown: unknown, wasSent: boolean, attempt?: Attempt): void {
    const { operation, record, results } = this;
    const error = toProcessMakerError(thrown);
    if (operation.complete) results.fail(index, operation.complete(error, { index, wasSent, record }));
    else results.fail(index, operation.changes ? withOutcome(error, wasSent, attempt) : error);
  }
}

/** What goes wrong after an earlier attempt has made the change: an agent is told so by the text alone. */
function madeBefore(error: ProcessMakerError): ProcessMakerError {
  if (error.done) return error;
  const description = `${error.description} An earlier attempt has made the change: do not repeat it.`;
  return error.with({ done: true, description });
}

function withOutcome(error: ProcessMakerError, wasSent: boolean, attempt?: Attempt): ProcessMakerError {
  if (error.done) return error.with({ outcome: 'done' });
  if (error.outcome) return error;
  if (wasSent && error.delivery === 'unknown') return error.with({ outcome: 'unknown' });
  if (attempt?.mayBeDone === 'noRecord' && !isRefusedAlways(error)) {
    const description = `${error.description} n8n has kept no record of what this node did before the retry: it may have made the change then. Look in ProcessMaker before you repeat it.`;
    return error.with({ outcome: 'unknown', description });
  }
  if (attempt?.mayBeDone !== 'sent') return error.with({ outcome: 'notDone' });
  // That this attempt was refused says nothing of the one before it.
  const description = `${error.description} An earlier attempt may have made the change all the same: look in ProcessMaker before you repeat it.`;
  return error.with({ outcome: 'unknown', description });
}

/** Whether it is refused whatever was done before. What is gone now, or may not be changed, may have been changed then. */
function isRefusedAlways(error: ProcessMakerError): boolean {
  return isKind(error, 'badRequest', 'methodNotAllowed', 'tooLarge');
}
