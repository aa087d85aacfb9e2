import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import type { ProcessMakerError } from '../transport/processMakerError';
import { toFailedItem, toNodeError } from './nodeError';

/** What an item of the output holds, before it is paired with the item that it comes from. */
export type OutputItem = Pick<INodeExecutionData, 'json' | 'binary'>;

/** What a run that stops has done all the same: an addition to the message, and one to the description. */
export interface DoneSummary {
  message: string;
  description: string;
}

/** Errors that are shown beside the first one. */
const MAX_FURTHER_ERRORS = 10;

/** The items that an operation gives back, in the order of its input, and the errors among them. */
export class ItemResults {
  readonly count: number;

  /** Whether a failed item lets the others go on. */
  readonly continues: boolean;

  /** Hides secrets in errors, once the run is connected. */
  scrub: Connection['scrub'] | undefined;

  private readonly items: Array<INodeExecutionData | INodeExecutionData[]> = [];

  private readonly errors = new Map<number, ProcessMakerError>();

  /** @param summarize says what was done, when the run has to stop */
  constructor(
    private readonly context: IExecuteFunctions,
    private readonly summarize: (results: ItemResults) => DoneSummary,
  ) {
    this.count = context.getInputData().length;
    this.continues = context.continueOnFail();
  }

  has(index: number): boolean {
    return this.items[index] !== undefined;
  }

  get hasErrors(): boolean {
    return this.errors.size > 0;
  }

  get mustStop(): boolean {
    return this.hasErrors && !this.continues;
  }

  errorOf(index: number): ProcessMakerError | undefined {
    return this.errors.get(index);
  }

  /** The JSON of an item that has ended well with one item. */
  jsonOf(index: number): IDataObject | undefined {
    const item = this.errors.has(index) ? undefined : this.items[index];
    return Array.isArray(item) ? item[0]?.json : item?.json;
  }

  /** The items that have ended well. */
  succeeded(): number[] {
    return [...this.items.keys()].filter((index) => this.has(index) && !this.errors.has(index));
  }

  succeed(index: number, output: OutputItem[]): void {
    const items = output.map((item) => ({ ...item, pairedItem: { item: index } }));
    // Of very many items, each is mostly one.
    this.items[index] = items.length === 1 && items[0] ? items[0] : items;
  }

  fail(index: number, error: ProcessMakerError): void {
    this.errors.set(index, error);
    this.items[index] = toFailedItem(error, index, this.scrub);
  }

  /**
   * @returns the items of every item of the input, in its order
   * @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue
   */
  finish(): INodeExecutionData[] {
    this.throwIfStopped();
    return this.items.flat();
  }

  /** @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue */
  throwIfStopped(): void {
    if (!this.mustStop) return;
    const { message, description } = this.summarize(this);
    const stop = this.firstError();
    if (!stop) return;
    const { index, error } = stop;
    const texts = [error.description, ...this.furtherErrors(index), description].filter(
      (text) => text !== '',
    );
    const whole = error.with({ message: error.message + message, description: texts.join(' ') });
    throw toNodeError(this.context.getNode(), whole, { itemIndex: index, scrub: this.scrub });
  }

  /** An item that was only given up after the error of another one is not the first, wherever it stands. */
  private firstError(): { index: number; error: ProcessMakerError } | undefined {
    const [first] = this.orderedErrors();
    return first && { index: first[0], error: first[1] };
  }

  private furtherErrors(firstIndex: number): string[] {
    const others = this.orderedErrors().filter(([index]) => index !== firstIndex);
    const shown = others
      .slice(0, MAX_FURTHER_ERRORS)
      .map(([index, { message }]) => `Also: ${message} [item ${index}].`);
    const rest = others.length - shown.length;
    return rest > 0 ? [...shown, `And ${rest} more items.`] : shown;
  }

  private orderedErrors(): Array<[number, ProcessMakerError]> {
    const isGivenUp = ({ kind }: ProcessMakerError) => Number(kind === 'canceled');
    return [...this.errors].sort(([a, one], [b, other]) => isGivenUp(one) - isGivenUp(other) || a - b);
  }
}

/** For an operation that changes something. */
export function carriedOut(results: ItemResults): DoneSummary {
  const indexes = results.succeeded();
  if (indexes.length === 0) return NOTHING_DONE;
  const items = indexes.length === 1 ? `item ${indexes[0]}` : `items ${indexes.join(', ')}`;
  return { message: '', description: `Carried out before: ${items}.` };
}

export const NOTHING_DONE: DoneSummary = { message: '', description: '' };
