import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { SERVER_CHANGES, type ServerChange } from '../fields/jsonData';
import { addTo } from '../guards';
import type { Connection } from '../transport/connection';
import type { ProcessMakerError } from '../transport/processMakerError';
import { furtherErrors, itemsText, toFailedItem, toNodeError } from './nodeError';

/** What an item of the output holds, before it is paired with the item that it comes from. */
export type OutputItem = Pick<INodeExecutionData, 'json' | 'binary'>;

/** What a run that stops has done all the same: an addition to the message, and one to the description. */
export interface DoneSummary {
  message: string;
  description: string;
}

export const NOTHING_DONE: DoneSummary = { message: '', description: '' };

/** The items that an operation gives back, in the order of its input, and the errors among them. */
export class ItemResults {
  readonly count: number;

  readonly continues: boolean;

  hasErrors = false;

  mustStop = false;

  scrub: Connection['scrub'] | undefined;

  private readonly items: Array<INodeExecutionData | INodeExecutionData[]> = [];

  private readonly errors = new Map<number, ProcessMakerError>();

  /** Items that this run has not come to, and whose change an earlier attempt has made. */
  readonly doneBefore: number[] = [];

  constructor(
    private readonly context: IExecuteFunctions,
    private readonly summarize: (results: ItemResults) => DoneSummary,
  ) {
    this.count = context.getInputData().length;
    this.continues = context.continueOnFail();
  }

  has(index: number): boolean {
    return this.items[index] !== undefined || this.errors.has(index);
  }

  errorOf(index: number): ProcessMakerError | undefined {
    return this.errors.get(index);
  }

  jsonOf(index: number): IDataObject | undefined {
    const item = this.errors.has(index) ? undefined : this.items[index];
    return Array.isArray(item) ? undefined : item?.json;
  }

  succeeded(): number[] {
    return [...this.items.keys()].filter((index) => this.has(index) && !this.errors.has(index));
  }

  /** Items whose change was made: by this run, or by an earlier attempt, although they cannot be read now. */
  carriedOut(): number[] {
    const failed = [...this.errors].flatMap(([index, { outcome }]) => (outcome === 'done' ? index : []));
    return [...this.succeeded(), ...failed, ...this.doneBefore].sort((a, b) => a - b);
  }

  succeed(index: number, output: OutputItem[]): void {
    const pairedItem = { item: index };
    const paired = output.map((item): INodeExecutionData => ({ ...item, pairedItem }));
    const [only] = paired;
    this.items[index] = only && paired.length === 1 ? only : paired;
  }

  fail(index: number, error: ProcessMakerError): void {
    this.hasErrors = true;
    this.mustStop = !this.continues;
    this.errors.set(index, error);
  }

  /** @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue */
  finish(): INodeExecutionData[] {
    this.throwIfStopped();
    for (const [index, error] of this.errors) this.items[index] = toFailedItem(error, index, this.scrub);
    return this.items.flat();
  }

  throwIfStopped(): void {
    const [first, ...others] = this.mustStop ? this.orderedErrors() : [];
    if (!first) return;
    const [index, error] = first;
    const { message, description } = this.summarize(this);
    const further = furtherErrors(error, others, this.scrub);
    // Every one of them is told of: nobody else knows that it may have been carried out.
    const unknown = others.filter(([, { outcome }]) => outcome === 'unknown');
    const names = unknown.map(([at, { key }]) => (key ? `item ${at} (${this.scrub?.(key)})` : `item ${at}`));
    if (names.length > 0) further.push(`Not known either: ${names.join(', ')}.`);
    const added = { message, description: [...further, description].filter((text) => text !== '').join(' ') };
    throw toNodeError(this.context.getNode(), error, { itemIndex: index, scrub: this.scrub, added });
  }

  /** First those that may have been carried out; last, wherever they are, those given up after the error of another. */
  private orderedErrors(): Array<[number, ProcessMakerError]> {
    const rank = ({ kind, outcome }: ProcessMakerError) =>
      outcome === 'unknown' ? 0 : 1 + Number(kind === 'canceled');
    return [...this.errors].sort(([a, one], [b, other]) => rank(one) - rank(other) || a - b);
  }
}

/** For an operation that changes something. */
export function carriedOut(results: ItemResults): DoneSummary {
  const indexes = results.carriedOut();
  if (indexes.length === 0) return NOTHING_DONE;
  const items = indexes.length === 1 ? `item ${indexes[0]}` : `items ${indexes.join(', ')}`;
  return { message: '', description: `Carried out before: ${items}.` };
}

/** What the user should know although no item failed: one hint for each matter. */
export class Hints {
  private readonly changes = new Map<ServerChange, string>();

  private readonly ofItems = new Map<string, number[]>();

  readonly sentences = new Set<string>();

  /** A value that ProcessMaker will store in another form. The first example of each kind is kept. */
  change(change: ServerChange, path: string, itemIndex: number): void {
    if (this.changes.has(change)) return;
    this.changes.set(change, `${path === '' ? '' : `field '${path}' of `}item ${itemIndex}`);
  }

  /** @param message a sentence without its full stop, said once for all items that it is true of */
  addForItem(message: string, itemIndex: number): void {
    addTo(this.ofItems, message, itemIndex);
  }

  show(context: IExecuteFunctions): void {
    const messages = [...this.sentences];
    for (const [message, indexes] of this.ofItems) messages.push(`${message} (${itemsText(indexes)}).`);
    if (this.changes.size > 0) {
      const kinds = [...this.changes].map(([change, where]) => `${SERVER_CHANGES[change]} (${where})`);
      messages.push(
        `ProcessMaker stores some values in another form than they are sent: ${kinds.join('; ')}.`,
      );
    }
    for (const message of messages) context.addExecutionHints({ message, location: 'outputPane' });
  }
}
