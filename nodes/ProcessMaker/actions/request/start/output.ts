import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Connection } from '../../../transport/connection';
import { summarizeFailures, toErrorItem, toNodeError, type ItemFailure } from '../../../execution/failedItem';
import { shareTexts } from '../../../execution/sharedTexts';
import { withShownData } from '../../../api/shownData';
import { simplifyRequest, type ApiRequest } from '../../../api/requests/simplifyRequest';
import { isTool } from '../../../input/tool';
import type { StartOptions } from './options';

const MAX_IDS_IN_MESSAGE = 25;
/** Fields that no Request has. */
const TOLD = ['alreadyStarted', 'files'];

/** The items that a round gives back, one for each item of its input, and the failures among them. */
export class StartOutput {
  readonly count: number;

  /** Whether a failed item lets the others go on. */
  readonly continues: boolean;

  private readonly isTool: boolean;

  private readonly items: INodeExecutionData[] = [];

  /** The JSON of the item that ended well last. */
  private latest: IDataObject = {};

  private readonly failures = new Map<number, ItemFailure>();

  private readonly startedIds: number[] = [];

  constructor(
    private readonly context: IExecuteFunctions,
    private readonly connection: Connection,
  ) {
    this.count = context.getInputData().length;
    this.continues = context.continueOnFail();
    this.isTool = isTool(context);
  }

  has(index: number): boolean {
    return this.items[index] !== undefined;
  }

  get hasFailures(): boolean {
    return this.failures.size > 0;
  }

  mustStop(): boolean {
    return this.hasFailures && !this.continues;
  }

  succeed(index: number, request: ApiRequest, options: StartOptions, alreadyStarted = false): void {
    const shown = withShownData(request);
    const json = options.simplify ? simplifyRequest(shown, this.connection.instanceUrl) : shown;
    shareTexts(json, this.latest);
    this.latest = json;
    this.items[index] = {
      json: alreadyStarted ? { ...json, alreadyStarted } : json,
      pairedItem: { item: index },
    };
  }

  failureOf(index: number): ItemFailure | undefined {
    return this.failures.get(index);
  }

  /** Adds to the JSON of an item that ended well. */
  add(index: number, fields: IDataObject): void {
    const item = this.items[index];
    if (item) this.items[index] = { ...item, json: { ...item.json, ...fields } };
  }

  /** The Request of an item that has ended well so far. */
  requestIdOf(index: number): number | undefined {
    const id = this.failures.has(index) ? undefined : this.items[index]?.json.id;
    return typeof id === 'number' ? id : undefined;
  }

  /** What the JSON of an item holds besides its Request. */
  toldOf(index: number): IDataObject {
    const told = Object.entries(this.items[index]?.json ?? {}).filter(([name]) => TOLD.includes(name));
    return Object.fromEntries(told);
  }

  /** Gives an item another JSON after the wait for its Request, and keeps what its start has told. */
  replace(index: number, json: IDataObject): void {
    this.items[index] = { json: { ...json, ...this.toldOf(index) }, pairedItem: { item: index } };
  }

  fail(index: number, failure: ItemFailure): void {
    const { scrub } = this.connection;
    const message = this.isTool ? forAgent(failure) : failure.message;
    const shown = { ...failure, message: scrub(message), description: scrub(failure.description) };
    this.failures.set(index, shown);
    this.items[index] = toErrorItem(shown, index);
  }

  /** Gives an item what came of another one that stands for the same start. */
  copy(from: number, to: number): void {
    const failure = this.failures.get(from);
    const item = this.items[from];
    if (failure) {
      this.failures.set(to, failure);
      this.items[to] = toErrorItem(failure, to);
    } else if (item)
      this.items[to] = { json: { ...item.json, alreadyStarted: true }, pairedItem: { item: to } };
  }

  /** Notes a Request of this run, to be named when the run stops. */
  countStarted(requestId: number): void {
    this.startedIds.push(requestId);
  }

  /**
   * @returns an item for each item of the input, in its order
   * @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue
   */
  finish(): INodeExecutionData[] {
    this.stopOnFailure();
    return this.items;
  }

  /** @throws NodeApiError or NodeOperationError of the first failed item, when the node may not continue */
  stopOnFailure(): void {
    if (!this.mustStop()) return;
    const ids = this.startedIds.sort((a, b) => a - b);
    const stop = summarizeFailures(this.failures, allIds(ids));
    if (!stop) return;
    const message = stop.failure.message + startedSummary(ids);
    throw toNodeError(this.context.getNode(), { ...stop.failure, message }, stop.index);
  }
}

/** Agents see the message alone, and are quick to call a tool again that did not succeed. */
function forAgent({ message, outcome, requestId }: ItemFailure): string {
  const isStarted = (outcome === 'started' || outcome === 'startedInError') && requestId !== undefined;
  if (outcome !== 'unknown' && !isStarted) return message;
  const why = isStarted
    ? `Request ${requestId} was started for it`
    : 'a Request may have been started all the same';
  return `Do not call again with the same input, since ${why}: ${message}`;
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
