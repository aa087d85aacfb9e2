import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Failure, Result } from '../../transport/failure';
import type { Connection } from '../../transport/connection';
import { Throttle, workThrough } from '../concurrency';
import type { ItemFailure } from '../itemFailure';
import type { ApiRequest } from '../simplify';
import { readStartItem, shareOptions, type StartItem, type StartOptions, type UnresolvedItem } from './item';
import { digestOf, itemKey, roundPrefix } from './keys';
import type { StartMemory } from './memory';
import { StartNotices } from './notices';
import { StartOutput } from './output';
import { StartRecall, type Entry, type Recalled } from './recall';
import { afterEarlierTry, howToSearch } from './recallFailures';
import { asExistingOutcome, asFoundOutcome, asOutcome, startRequest, type StartOutcome } from './send';
import { StartTargets } from './target';
import { lookForUnknown, type UnknownStart } from './unknown';

/** ProcessMaker is done with a call to which it has answered itself; its row is there soon, or never. */
const WINDOW_AFTER_OWN_ANSWER_MS = 1000;
const MAX_TRIES_AFTER_OWN_ANSWER = 2;
const MAX_TRIES = 5;

/**
 * One round of the Start operation over all its items. Its steps are called in the order in which they stand here.
 * After a failure nothing new is started, unless the node may continue.
 */
export class StartRun {
  private readonly notices = new StartNotices();

  private readonly output: StartOutput;

  private readonly items = new Map<number, UnresolvedItem>();

  private readonly entries: Entry[] = [];

  private recalled = new Map<number, Recalled>();

  private readonly unknown: UnknownStart[] = [];

  /** How often each item was sent in vain: with a 500 of ProcessMaker's own, and without an answer of its own. */
  private readonly tries = { answered: new Map<number, number>(), unanswered: new Map<number, number>() };

  /** Items that were sent, were not found, and are to be sent again. */
  private readonly lost = new Map<number, Pick<UnknownStart, 'key' | 'failure'>>();

  constructor(
    private readonly context: IExecuteFunctions,
    private readonly connection: Connection,
    private readonly memory: StartMemory,
  ) {
    this.output = new StartOutput(context, connection);
  }

  /** Reads and checks every item before anything is sent. */
  readItems(): void {
    let options: StartOptions | undefined;
    for (let index = 0; index < this.output.count; index++) {
      const item = this.valueOf(index, readStartItem(this.context, this.connection, this.notices, index));
      if (!item) continue;
      options = shareOptions(item.options, options);
      this.items.set(index, { ...item, options });
    }
    this.output.stopOnFailure();
  }

  /** Finds process and start event of every item: a look-up per run, not per item. */
  async findTargets(): Promise<void> {
    const targets = new StartTargets(this.connection);
    for (const [index, { reference, data, options }] of this.items) {
      const target = this.valueOf(index, await targets.resolve(reference));
      if (target) this.entries.push({ index, item: { data, options }, target });
    }
    this.items.clear();
    this.output.stopOnFailure();
  }

  /** Answers from ProcessMaker what was started before. */
  async recallEarlierStarts(): Promise<void> {
    this.recalled = await new StartRecall(this.connection, this.memory, this.entries).recall();
    for (const { index, item } of this.entries) {
      const recalled = this.recalled.get(index);
      if (recalled === undefined) continue;
      if ('failure' in recalled) this.settle(index, item, { failure: recalled.failure });
      else if ('found' in recalled) this.settleFound(index, item, recalled);
    }
  }

  /** Starts what is left, at most `parallel` at a time, and looks for what is not known to have been started. */
  async start(parallel: number): Promise<void> {
    const throttle = new Throttle(parallel);
    const queue = this.entries.filter(({ index }) => !this.output.has(index) && !this.isFollower(index));
    while (queue.length > 0 && !this.output.mustStop()) {
      await workThrough(queue, throttle, async (entry) => {
        await this.startOne(entry, throttle);
        // A node that may not continue first learns what became of an item before it goes on.
        return !this.output.mustStop() && (this.output.continues || this.unknown.length === 0);
      });
      queue.unshift(...(await this.resolveUnknown()));
    }
    for (const { index, item } of queue) {
      const lost = this.lost.get(index);
      if (lost) this.settleStarted(index, item, { failure: lost.failure }, lost.key);
    }
    this.settleFollowers();
  }

  /**
   * @returns an item for each item of the input, in its order
   * @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue
   */
  finish(): INodeExecutionData[] {
    this.noticeSubWorkflow();
    this.notices.show(this.context);
    const items = this.output.finish();
    if (!this.output.hasFailures) this.memory.clear();
    return items;
  }

  private async startOne({ index, item, target }: Entry, throttle: Throttle): Promise<void> {
    if (this.connection.canceled?.aborted) {
      this.output.fail(index, afterEarlierTry(this.memory, index, CANCELED));
      return;
    }
    const body = JSON.stringify(item.data);
    const key = this.keyOf(index, item, digestOf(target, body));
    // The mark comes first: if n8n ends here, the item counts as sent.
    this.memory.markSent(index, key);
    const outcome = await startRequest(this.connection, { target, body, key, options: item.options }, () =>
      throttle.slower(),
    );
    if ('request' in outcome) throttle.faster();
    else if (isOverload(outcome.failure)) throttle.slower();

    const isUnknown = 'failure' in outcome && outcome.failure.outcome === 'unknown';
    if (isUnknown && key !== undefined && outcome.failure.kind !== 'canceled') {
      const { failure } = outcome;
      const windowMs = hasAnswered(failure) ? WINDOW_AFTER_OWN_ANSWER_MS : item.options.windowSeconds * 1000;
      this.unknown.push({ index, key, failure, until: Date.now() + windowMs });
    } else {
      this.settleStarted(index, item, outcome, key);
    }
  }

  private keyOf(index: number, { options }: StartItem, digest: string): string | undefined {
    const recalled = this.recalled.get(index);
    if (recalled && 'startAs' in recalled) return recalled.startAs;
    return options.hiddenKey
      ? itemKey(roundPrefix(this.memory.run, this.memory.round), index, digest)
      : undefined;
  }

  /** @returns the items that are to be started again */
  private async resolveUnknown(): Promise<Entry[]> {
    const starts = this.unknown.splice(0);
    if (starts.length === 0) return [];
    const again: Entry[] = [];
    const entries = new Map(this.entries.map((entry) => [entry.index, entry]));
    const includeData = starts.some(({ index }) => entries.get(index)?.item.options.includeData);
    const { found, missing, open } = await lookForUnknown(this.connection, starts, includeData);
    for (const { start, request } of found) {
      const entry = entries.get(start.index);
      if (entry) this.settleStarted(start.index, entry.item, { request }, start.key);
    }
    for (const { index, key, failure } of missing) {
      const entry = entries.get(index);
      if (!entry) continue;
      if (this.mayStartAgain(entry, failure)) {
        this.lost.set(index, { key, failure });
        again.push(entry);
      } else this.settleStarted(index, entry.item, { failure: notFound(failure) }, key);
    }
    for (const { index, key, failure } of open) {
      const entry = entries.get(index);
      if (entry) this.settleStarted(index, entry.item, { failure }, key);
    }
    return again;
  }

  private mayStartAgain({ index, item }: Entry, failure: ItemFailure): boolean {
    if (!item.options.startAgainWhenNotFound || this.connection.canceled?.aborted) return false;
    const [tries, maxTries] = hasAnswered(failure)
      ? [this.tries.answered, MAX_TRIES_AFTER_OWN_ANSWER]
      : [this.tries.unanswered, MAX_TRIES];
    const made = (tries.get(index) ?? 0) + 1;
    tries.set(index, made);
    return made < maxTries;
  }

  private settleStarted(
    index: number,
    item: StartItem,
    outcome: StartOutcome,
    key: string | undefined,
  ): void {
    if ('request' in outcome) {
      this.memory.settleStarted(index, outcome.request.id);
      this.settle(index, item, outcome);
      return;
    }
    const { failure } = outcome;
    if (failure.outcome === 'notStarted') this.memory.settleNotStarted(index);
    const isSearchable = failure.outcome === 'unknown' && key !== undefined;
    const description = isSearchable ? `${failure.description} ${howToSearch(key)}` : failure.description;
    this.settle(index, item, { failure: { ...failure, description } });
  }

  private settle(index: number, { options }: StartItem, outcome: StartOutcome): void {
    if ('failure' in outcome) {
      this.output.fail(index, outcome.failure);
      return;
    }
    this.output.countStarted(outcome.request.id);
    const judged = asOutcome(outcome.request, options, this.connection.instanceUrl);
    if ('failure' in judged) this.output.fail(index, judged.failure);
    else this.output.succeed(index, judged.request, options);
  }

  private settleFound(
    index: number,
    { options }: StartItem,
    { found: request, alreadyStarted, isOwn }: Extract<Recalled, { found: ApiRequest }>,
  ): void {
    this.memory.settleStarted(index, request.id);
    if (isOwn) this.output.countStarted(request.id);
    const judge = isOwn ? asFoundOutcome : asExistingOutcome;
    const judged = judge(request, options, this.connection.instanceUrl);
    if ('failure' in judged) this.output.fail(index, judged.failure);
    else this.output.succeed(index, request, options, alreadyStarted);
  }

  private isFollower(index: number): boolean {
    const recalled = this.recalled.get(index);
    return recalled !== undefined && 'sameAs' in recalled;
  }

  /** Items with the same Idempotency Key as another one get what came of that one. */
  private settleFollowers(): void {
    for (const { index } of this.entries) {
      const recalled = this.recalled.get(index);
      if (recalled && 'sameAs' in recalled && !this.output.has(index))
        this.output.copy(recalled.sameAs, index);
    }
  }

  private noticeSubWorkflow(): void {
    if (this.context.getMode() !== 'integrated') return;
    const withoutKey = this.entries.find(({ item }) => item.options.idempotencyKey === undefined);
    if (withoutKey) this.notices.subWorkflowWithoutKey();
  }

  private valueOf<T>(index: number, result: Result<T>): T | undefined {
    if (result.ok) return result.value;
    this.output.fail(index, afterEarlierTry(this.memory, index, result.failure));
    return undefined;
  }
}

const CANCELED: Failure = {
  kind: 'canceled',
  message: 'The execution was canceled before this item was started',
  description: 'Run the workflow anew for this item.',
  delivery: 'notProcessed',
};

/** ProcessMaker itself has answered, with a 500 of its own: it is not at work on the call any more. */
function hasAnswered({ kind }: Failure): boolean {
  return kind === 'serverError';
}

/** Refused and lost connections and busy gateways: the server gets more than it can take. */
function isOverload({ kind }: Failure): boolean {
  return kind === 'connectionLost' || kind === 'gateway' || kind === 'timeout';
}

function notFound(failure: ItemFailure): ItemFailure {
  if (!hasAnswered(failure)) {
    return {
      ...failure,
      description: `${failure.description} No Request was found by the end of the 'Recovery Window'.`,
    };
  }
  return {
    ...failure,
    description:
      "No Request was started. Often the id in 'Start Event' is that of another element, such as a task.",
    outcome: 'notStarted',
    delivery: 'notProcessed',
  };
}
