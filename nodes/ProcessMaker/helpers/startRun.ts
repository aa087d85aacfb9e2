import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Result } from '../transport/failure';
import type { Connection } from '../transport/request';
import { forEachInParallel } from './concurrency';
import { toErrorItem, toItemFailure, toNodeError, type ItemFailure } from './itemFailure';
import { simplifyRequest, type ApiRequest } from './simplify';
import { readStartItem, type StartItem } from './startItem';
import { StartMemory } from './startMemory';
import { StartNotices } from './startNotices';
import { asOutcome, getRequestsByIds, startRequest, type StartOutcome } from './startRequest';
import { StartTargets, type StartTarget } from './startTarget';

const MAX_IDS_IN_MESSAGE = 25;

/**
 * One round of the Start operation over all its items. Its steps are called in the order in which they stand here.
 * A step that meets a failure stops the run, unless the node may continue.
 */
export class StartRun {
  private readonly count: number;

  private readonly continues: boolean;

  private readonly notices = new StartNotices();

  private readonly memory: StartMemory;

  private readonly items: Array<StartItem | undefined> = [];

  private readonly targets: Array<StartTarget | undefined> = [];

  private readonly output: INodeExecutionData[] = [];

  private readonly failures = new Map<number, ItemFailure>();

  private readonly startedIds: number[] = [];

  constructor(
    private readonly context: IExecuteFunctions,
    private readonly connection: Connection,
  ) {
    this.count = context.getInputData().length;
    this.continues = context.continueOnFail();
    this.memory = new StartMemory(context);
  }

  /** Reads and checks every item before anything is sent. */
  readItems(): void {
    for (let index = 0; index < this.count; index++) {
      this.items[index] = this.valueOf(
        index,
        readStartItem(this.context, this.connection, this.notices, index),
      );
    }
    this.stopOnFailure();
  }

  /** Finds process and start event of every item: a look-up per run, not per item. */
  async findTargets(): Promise<void> {
    const targets = new StartTargets(this.connection);
    for (const [index, item] of this.items.entries()) {
      if (item) this.targets[index] = this.valueOf(index, await targets.resolve(item.reference));
    }
    this.stopOnFailure();
  }

  /** Answers from ProcessMaker, or from memory, what an earlier try of this round has sent. */
  async recallEarlierTry(): Promise<void> {
    if (!this.memory.isRepeat) return;
    const includeData = this.items.some((item) => item?.options.includeData);
    const requests = await getRequestsByIds(this.connection, this.memory.startedIds(), includeData);
    for (const [index, item] of this.items.entries()) {
      const mark = this.memory.earlierMark(index);
      if (!item || mark === undefined) continue;
      if (mark === 'sent') this.settle(index, item, { failure: STILL_UNKNOWN });
      else this.settle(index, item, earlierOutcome(mark, requests));
    }
  }

  /** Starts what is left, at most `parallel` at a time. After a failure nothing new begins, unless the node may continue. */
  async start(parallel: number): Promise<void> {
    if (this.mustStop()) return;
    await forEachInParallel(this.count, parallel, async (index) => {
      const item = this.items[index];
      const target = this.targets[index];
      if (item && target && !this.output[index]) {
        if (this.context.getExecutionCancelSignal()?.aborted) {
          this.fail(index, CANCELED);
          return true;
        }
        // The mark comes first: if n8n ends here, the item counts as sent.
        this.memory.markSent(index);
        const outcome = await startRequest(this.connection, target, item);
        if ('request' in outcome) this.memory.settleStarted(index, outcome.request.id);
        else if (outcome.failure.outcome === 'notStarted') this.memory.settleNotStarted(index);
        this.settle(index, item, outcome);
      }
      return !this.mustStop();
    });
  }

  /**
   * @returns an item for each item of the input, in its order
   * @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue
   */
  finish(): INodeExecutionData[] {
    this.notices.show(this.context);
    this.stopOnFailure();
    if (this.failures.size === 0) this.memory.clear();
    return this.output;
  }

  private settle(index: number, item: StartItem, outcome: StartOutcome): void {
    const { options } = item;
    if ('request' in outcome) {
      this.startedIds.push(outcome.request.id);
      outcome = asOutcome(outcome.request, options, this.connection.instanceUrl);
    }
    if ('failure' in outcome) {
      this.fail(index, outcome.failure);
    } else {
      const { request } = outcome;
      const json = options.simplify ? simplifyRequest(request, this.connection.instanceUrl) : request;
      this.output[index] = { json, pairedItem: { item: index } };
    }
  }

  private valueOf<T>(index: number, result: Result<T>): T | undefined {
    if (result.ok) return result.value;
    this.fail(index, toItemFailure(result.failure));
    return undefined;
  }

  private fail(index: number, failure: ItemFailure): void {
    const { scrub } = this.connection;
    const shown = { ...failure, message: scrub(failure.message), description: scrub(failure.description) };
    this.failures.set(index, shown);
    this.output[index] = toErrorItem(shown, index);
  }

  private mustStop(): boolean {
    return this.failures.size > 0 && !this.continues;
  }

  private stopOnFailure(): void {
    if (!this.mustStop()) return;
    const [[firstIndex, first], ...others] = [...this.failures].sort(([a], [b]) => a - b) as [
      [number, ItemFailure],
      ...Array<[number, ItemFailure]>,
    ];
    const ids = this.startedIds.sort((a, b) => a - b);
    const further = others.map(([index, { message }]) => `Also: ${message} [item ${index}].`);
    const description = [first.description, ...further, allIds(ids)].filter((text) => text !== '').join(' ');
    const message = first.message + startedSummary(ids);
    throw toNodeError(this.context.getNode(), { ...first, message, description }, firstIndex);
  }
}

const CANCELED: ItemFailure = {
  kind: 'canceled',
  message: 'The execution was canceled before this item was started',
  description: 'Run the workflow anew for this item.',
  delivery: 'notProcessed',
  outcome: 'notStarted',
};

const STILL_UNKNOWN: ItemFailure = {
  kind: 'connectionLost',
  message:
    'It is not known whether an earlier try started a Request for this item, so it is not started again',
  description:
    'Look in ProcessMaker for its Request. If there is none, run the workflow anew for this item instead of retrying this execution.',
  delivery: 'unknown',
  outcome: 'unknown',
};

function earlierOutcome(id: number, requests: Result<Map<number, ApiRequest>>): StartOutcome {
  const request = requests.ok ? requests.value.get(id) : undefined;
  if (request) return { request };
  return {
    failure: {
      kind: 'notFound',
      message: `Request ${id} was started for this item by an earlier try, but cannot be read now`,
      description: requests.ok
        ? 'It may have been deleted in ProcessMaker. It is not started again; to do so, run the workflow anew.'
        : `It is not started again. ${requests.failure.message}. ${requests.failure.description}`,
      delivery: 'notProcessed',
      outcome: 'started',
      requestId: id,
    },
  };
}

function startedSummary(ids: number[]): string {
  if (ids.length === 0) return '';
  const shown = ids.slice(0, MAX_IDS_IN_MESSAGE).join(', ');
  const rest = ids.length - MAX_IDS_IN_MESSAGE;
  return `. Started in this run: ${ids.length === 1 ? 'Request' : 'Requests'} ${shown}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function allIds(ids: number[]): string {
  return ids.length > MAX_IDS_IN_MESSAGE ? `All Requests started in this run: ${ids.join(', ')}.` : '';
}
