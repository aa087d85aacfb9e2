import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Failure, Result } from '../../../transport/failure';
import type { Connection } from '../../../transport/connection';
import { Throttle, workThrough } from '../../../execution/concurrency';
import { readStartItem, type Entry, type StartItem } from './item';
import { digestOf, itemKey, roundPrefix } from './keys';
import { StartFiles } from './files';
import type { StartMemory } from '../../../execution/attemptRecord';
import { StartNotices } from '../../../execution/hints';
import { shareOptions, type StartOptions } from './options';
import { StartOutput } from './output';
import { recallStarts } from './recall';
import { RecalledStarts } from './recalled';
import { startRequest } from './send';
import { Settling } from './settling';
import { StartTargets } from './target';
import { UnknownStarts } from './unknownStarts';
import { StartWait } from './wait';

/**
 * One round of the Start operation over all its items. Its steps are called in the order in which they stand here.
 * After a failure nothing new is started, unless the node may continue.
 */
export class StartRun {
  private readonly notices = new StartNotices();

  private readonly output: StartOutput;

  private readonly files: StartFiles;

  private readonly settling: Settling;

  private readonly unknown: UnknownStarts;

  private readonly wait: StartWait;

  private items: StartItem[] = [];

  private entries: Entry[] = [];

  private recalled: RecalledStarts;

  constructor(
    private readonly context: IExecuteFunctions,
    private readonly connection: Connection,
    private readonly memory: StartMemory,
  ) {
    this.output = new StartOutput(context, connection);
    this.files = new StartFiles(connection, this.output);
    this.settling = new Settling(connection, memory, this.output, this.files);
    this.unknown = new UnknownStarts(connection, this.settling);
    this.recalled = new RecalledStarts(connection, memory);
    this.wait = new StartWait(context, connection, this.output);
  }

  /** Reads and checks every item before anything is sent. */
  readItems(): void {
    let options: StartOptions | undefined;
    for (let index = 0; index < this.output.count; index++) {
      const item = this.valueOf(index, readStartItem(this.context, this.connection, this.notices, index));
      if (!item) continue;
      const wait = this.wait.read(index, item.data);
      if (!wait.ok) {
        this.settling.notSent(index, wait.failure);
        continue;
      }
      options = shareOptions(item.options, options);
      this.items.push({ ...item, options });
    }
    this.output.stopOnFailure();
  }

  /** Finds process and start event of every item: a look-up per run, not per item. */
  async findTargets(): Promise<void> {
    const targets = new StartTargets(this.connection);
    const isSubWorkflow = this.context.getMode() === 'integrated';
    for (const { index, data, files, options, reference } of this.items) {
      const target = this.valueOf(index, await targets.resolve(reference));
      if (!target) continue;
      this.entries.push({ index, data, files, options, target });
      if (isSubWorkflow && options.idempotencyKey === undefined) this.notices.subWorkflowWithoutKey();
    }
    this.items = [];
    this.output.stopOnFailure();
  }

  /** Answers from ProcessMaker what was started before. */
  async recallEarlierStarts(): Promise<void> {
    this.recalled = await recallStarts(this.connection, this.memory, this.entries);
    this.settling.recalled(this.entries, this.recalled);
  }

  /** Starts what is left, at most `parallel` at a time, and looks for what is not known to have been started. */
  async start(parallel: number): Promise<void> {
    const throttle = new Throttle(parallel);
    const isFollower = ({ index }: Entry) => this.recalled.leaderOf(index) !== undefined;
    const followers = this.entries.filter(isFollower);
    let queue = this.entries.filter((entry) => !this.output.has(entry.index) && !isFollower(entry));
    // Of very many items, each is let go when it is settled.
    this.entries = [];
    while (queue.length > 0 && !this.output.mustStop()) {
      await workThrough(queue, throttle, async (entry) => {
        await this.startOne(entry, throttle);
        // A node that may not continue first learns what became of an item before it goes on.
        return !this.output.mustStop() && (this.output.continues || this.unknown.isEmpty);
      });
      queue = (await this.unknown.resolve()).concat(queue);
    }
    for (const entry of queue) this.unknown.giveUp(entry);
    this.settling.followers(followers, this.recalled);
    await this.files.uploadRest(throttle);
  }

  /** Waits for what was started, where the items say so. */
  async waitForStarted(): Promise<void> {
    await this.wait.waitForAll();
  }

  /**
   * @returns an item for each item of the input, in its order
   * @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue
   */
  finish(): INodeExecutionData[] {
    this.notices.show(this.context);
    const items = this.output.finish();
    if (!this.output.hasFailures) this.memory.clear();
    return items;
  }

  private async startOne(entry: Entry, throttle: Throttle): Promise<void> {
    const { index, data, options, target } = entry;
    if (this.connection.canceled?.aborted) {
      this.settling.canceled(index);
      return;
    }
    const body = JSON.stringify(data);
    const key = this.keyOf(entry, body);
    // The mark comes first: if n8n ends here, the item counts as sent.
    this.memory.markSent(index, key);
    const start = { target, body, key, field: this.wait.takeField(), options };
    const outcome = await startRequest(this.connection, start, () => throttle.slower());
    if ('request' in outcome) throttle.faster();
    else if (isOverload(outcome.failure)) throttle.slower();

    const isUnknown = 'failure' in outcome && outcome.failure.outcome === 'unknown';
    if (isUnknown && key !== undefined && outcome.failure.kind !== 'canceled') {
      this.unknown.add(entry, key, outcome.failure);
    } else {
      this.settling.sent(entry, outcome, key);
      await this.files.uploadOf(index);
    }
  }

  private keyOf({ index, files, options, target }: Entry, body: string): string | undefined {
    const userKey = this.recalled.keyFor(index);
    if (userKey !== undefined || !options.hiddenKey) return userKey;
    return itemKey(roundPrefix(this.memory.run, this.memory.round), index, digestOf(target, body, files));
  }

  private valueOf<T>(index: number, result: Result<T>): T | undefined {
    if (result.ok) return result.value;
    this.settling.notSent(index, result.failure);
    return undefined;
  }
}

/** Refused and lost connections and busy gateways: the server gets more than it can take. */
function isOverload({ kind }: Failure): boolean {
  return kind === 'connectionLost' || kind === 'gateway' || kind === 'timeout';
}
