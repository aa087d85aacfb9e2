import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { summarizeFailures, toErrorItem, toNodeError, type ItemFailure } from './failedItem';

/** What an item of the output holds, before it is paired with the item that it comes from. */
export type OutputItem = Pick<INodeExecutionData, 'json' | 'binary'>;

/** The items that an operation gives back, in the order of its input, and the failures among them. */
export class ItemOutput {
  readonly count: number;

  /** Whether a failed item lets the others go on. */
  readonly continues: boolean;

  private readonly items: INodeExecutionData[][] = [];

  private readonly failures = new Map<number, ItemFailure>();

  /** @param changes whether the operation changes something, so that a run that stops names what was done */
  constructor(
    private readonly context: IExecuteFunctions,
    private readonly changes: boolean,
  ) {
    this.count = context.getInputData().length;
    this.continues = context.continueOnFail();
  }

  get hasFailures(): boolean {
    return this.failures.size > 0;
  }

  mustStop(): boolean {
    return this.hasFailures && !this.continues;
  }

  succeed(index: number, items: OutputItem[]): void {
    this.items[index] = items.map((item) => ({ ...item, pairedItem: { item: index } }));
  }

  fail(index: number, failure: ItemFailure): void {
    this.failures.set(index, failure);
    this.items[index] = [toErrorItem(failure, index)];
  }

  /**
   * @returns the items of every item of the input, in its order
   * @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue
   */
  finish(): INodeExecutionData[] {
    this.stopOnFailure();
    return this.items.flat();
  }

  /** @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue */
  stopOnFailure(): void {
    if (!this.mustStop()) return;
    const stop = summarizeFailures(this.failures, this.doneBefore());
    if (stop) throw toNodeError(this.context.getNode(), stop.failure, stop.index);
  }

  private doneBefore(): string {
    if (!this.changes) return '';
    const done = [...this.items.keys()].filter((index) => this.items[index] && !this.failures.has(index));
    return done.length === 0 ? '' : `Carried out before: ${listOf(done)}.`;
  }
}

function listOf(indexes: number[]): string {
  return indexes.length === 1 ? `item ${indexes[0]}` : `items ${indexes.join(', ')}`;
}
