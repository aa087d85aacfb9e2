import type { Connection } from '../../../transport/connection';
import type { Failure } from '../../../transport/failure';
import type { ApiRequest } from '../../../api/requests/simplifyRequest';
import type { StartFiles } from './files';
import type { Entry } from './item';
import type { StartMemory } from '../../../execution/attemptRecord';
import { asExistingOutcome, asFoundOutcome, asOutcome, type StartOutcome } from './outcome';
import type { StartOutput } from './output';
import { afterEarlierTry, howToSearch } from './recallFailures';
import type { Recalled, RecalledStarts } from './recalled';

/** Writes down what came of each item: in the memory of the round, and in its output. */
export class Settling {
  constructor(
    private readonly connection: Connection,
    private readonly memory: StartMemory,
    private readonly output: StartOutput,
    private readonly files: StartFiles,
  ) {}

  /** An item that was sent, under a key where it has one. */
  sent(entry: Entry, outcome: StartOutcome, key: string | undefined): void {
    if ('request' in outcome) {
      this.started(entry, outcome.request);
      return;
    }
    const { failure } = outcome;
    if (failure.outcome === 'notStarted') this.memory.settleNotStarted(entry.index);
    const isSearchable = failure.outcome === 'unknown' && key !== undefined;
    const description = isSearchable ? `${failure.description} ${howToSearch(key)}` : failure.description;
    this.output.fail(entry.index, { ...failure, description });
  }

  /** An item that is not sent in this try, which may have been sent in an earlier one. */
  notSent(index: number, failure: Failure): void {
    this.output.fail(index, afterEarlierTry(this.memory, index, failure));
  }

  /** An item that is not sent, since the execution was canceled. */
  canceled(index: number): void {
    this.notSent(index, CANCELED);
  }

  /** Items of which enough is known before anything is sent. */
  recalled(entries: Entry[], recalledStarts: RecalledStarts): void {
    for (const entry of entries) {
      const recalled = recalledStarts.get(entry.index);
      if (recalled === undefined) continue;
      if ('failure' in recalled) this.output.fail(entry.index, recalled.failure);
      else if ('found' in recalled) this.found(entry, recalled);
    }
  }

  /** Items with the same Idempotency Key as another one get what came of that one. */
  followers(entries: Entry[], recalledStarts: RecalledStarts): void {
    for (const entry of entries) {
      const leader = recalledStarts.leaderOf(entry.index);
      if (leader === undefined) continue;
      this.output.copy(leader, entry.index);
      const requestId = this.memory.earlierMark(leader);
      if (typeof requestId === 'number') this.files.add(entry, requestId, 'variable');
    }
  }

  private started(entry: Entry, request: ApiRequest): void {
    const { index, options } = entry;
    this.memory.settleStarted(index, request.id);
    this.output.countStarted(request.id);
    const judged = asOutcome(request, options, this.connection.instanceUrl);
    if ('failure' in judged) this.output.fail(index, judged.failure);
    else this.output.succeed(index, judged.request, options);
    this.files.add(entry, request.id);
  }

  private found(
    entry: Entry,
    { found: request, alreadyStarted, isOwn }: Extract<Recalled, { found: ApiRequest }>,
  ): void {
    const { index, options } = entry;
    this.memory.settleStarted(index, request.id);
    if (isOwn) this.output.countStarted(request.id);
    const judge = isOwn ? asFoundOutcome : asExistingOutcome;
    const judged = judge(request, options, this.connection.instanceUrl);
    if ('failure' in judged) {
      this.output.fail(index, judged.failure);
      return;
    }
    this.output.succeed(index, judged.request, options, alreadyStarted);
    this.files.add(entry, request.id, 'variable');
  }
}

const CANCELED: Failure = {
  kind: 'canceled',
  message: 'The execution was canceled before this item was started',
  description: 'Run the workflow anew for this item.',
  delivery: 'notProcessed',
};
