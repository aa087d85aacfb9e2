import { randomUUID } from 'node:crypto';
import {
  type IDataObject,
  type IExecuteFunctions,
  type IWebhookFunctions,
  WAIT_INDEFINITELY,
} from 'n8n-workflow';

import { requestJson } from '../api/output';
import { type ApiRequest, findCanceledParent, isUnderWay, readRequest } from '../api/requests/requests';
import { requireResumeUrl, type ResumeUrl } from '../fields/parameters';
import { LABELS, readSleepSettings, type SleepKind, type SleepSettings } from '../fields/waitParameters';
import { isObject } from '../guards';
import { connect, type Connection } from '../transport/connection';
import { inputError } from '../transport/processMakerError';
import { endedBadlyError, unreadableError } from '../waiting/requestWait';
import { checkItems, hideUrl, storeUrl, waitsOnce } from './callbackUrl';
import type { RefusedCall } from './callCodes';

/** What follows n8n's URL where the end of a Request is waited for: no other node that sleeps takes such a call. */
export const ENDED_PATH = 'processmaker';

const KEY = 'callback';

/** Whoever calls waits for the response. */
const READ_SECONDS = 10;

/** What the node has to know when the call comes, in a process of n8n that may have been started since. */
export interface AwaitedCall extends SleepSettings {
  /** The Request with which the waiting began. */
  identity: ReturnType<typeof identityOf>;
  /** What the output is to hold besides the Request. */
  extraFields: IDataObject;
}

/** What is known of a wait in the node's own context, which n8n saves with the execution, and gives back to a repeat. */
interface CallbackRecord {
  runIndex: number;
  /** A retry has another one, and with it another URL. */
  executionId: string;
  /** Keeps calls for other nodes, and for earlier waits, of the same execution apart: they share n8n's URL. */
  tag: string;
  /** Whether this attempt, or an earlier one with the same URL, has started a Request with it. */
  isSent: boolean;
  awaited?: AwaitedCall;
}

/** What becomes of a call: the execution goes on with this output, or sleeps on, and the call is answered like this. */
export type Decision = { json: IDataObject } | { refused: RefusedCall };

/** @throws ProcessMakerError when the node has waited in this execution already, unless it asks for decisions */
function beginRecord(context: IExecuteFunctions, { kind, decision }: SleepSettings): CallbackRecord {
  const node = context.getContext('node');
  const earlier = node[KEY] as CallbackRecord | undefined;
  const runIndex = Number(context.getWorkflowDataProxy(0).$runIndex);
  const executionId = context.getExecutionId();
  const isSameExecution = earlier?.executionId === executionId;
  const isSameRun = isSameExecution && earlier.runIndex === runIndex;
  if (isSameExecution && !isSameRun && !decision) {
    throw waitsOnce(LABELS[kind], 'the node runs a second time, as in a loop');
  }
  // With Retry On Fail the URL is still the one that the Request may have already.
  const { tag, isSent } = isSameRun ? earlier : { tag: randomUUID(), isSent: false };
  const record: CallbackRecord = { runIndex, executionId, tag, isSent };
  node[KEY] = record;
  return record;
}

/** @returns what the node has to know about a call that has come with the tag; undefined when it does not wait for it */
export function awaitedCall(context: IWebhookFunctions, tag: unknown): AwaitedCall | undefined {
  const record = readRecord(context);
  return record?.tag === tag ? record?.awaited : undefined;
}

/** A webhook's context shows that of the node only to expressions. */
function readRecord(context: IWebhookFunctions | IExecuteFunctions): CallbackRecord | undefined {
  const name = JSON.stringify(context.getNode().name).replaceAll('}', '\\u007d');
  const record: unknown = context.evaluateExpression(`{{ $node[${name}].context["${KEY}"] }}`, 0);
  return isObject(record) ? (record as unknown as CallbackRecord) : undefined;
}

/** n8n's expressions block some names, and with them what the node would have to know when a call comes. */
function checkName(context: IExecuteFunctions, { tag }: CallbackRecord): void {
  try {
    if (readRecord(context)?.tag === tag) return;
  } catch {
    // It is blocked.
  }
  const { name } = context.getNode();
  throw inputError(
    `A node with the name '${name}' could never be woken: the expressions of n8n block this name`,
    'Give the node another name.',
  );
}

/** What tells a Request from all others, also from one of another instance, or of a database that was set up anew. */
function identityOf({ id, uuid, process_id: processId }: ApiRequest, instanceUrl: string) {
  return { id, uuid, processId, instanceUrl };
}

function outputOf(request: ApiRequest, awaited: AwaitedCall): IDataObject {
  const output = { ...awaited, includeTasks: false };
  return { ...requestJson(request, output, awaited.identity.instanceUrl), ...awaited.extraFields };
}

/**
 * Reads the Request of a wait, with the node's own credential.
 *
 * @param judge finds out of one in ERROR whether it has failed for good, such as `withRetrying`
 * @throws ProcessMakerError also when it is another one
 */
export async function readAwaited(
  context: IWebhookFunctions,
  awaited: AwaitedCall,
  judge: (connection: Connection, request: ApiRequest) => Promise<ApiRequest>,
) {
  const { identity, includes } = awaited;
  const connection = { ...(await connect(context)), timeoutSeconds: READ_SECONDS };
  const request = await judge(connection, await readRequest(connection, identity.id, includes));
  const found = identityOf(request, connection.instanceUrl);
  if (JSON.stringify(found) !== JSON.stringify(identity)) {
    throw inputError(`Request ${identity.id} is not the one that was waited for`, 'Check the credential.');
  }
  return { connection, request, json: outputOf(request, awaited) };
}

/** What is given for a Request that has ended, and where no call has come in time. */
interface Outputs {
  /** What is to be known of the Request, as it was when the waiting began. */
  atBegin(request: ApiRequest): Partial<SleepSettings>;
  atEnd(request: ApiRequest): Promise<IDataObject>;
  atLimit(request: ApiRequest): IDataObject;
}

/** Puts the execution to sleep until a call for its one Request comes, or a limit passes. */
export class CallbackWait {
  /** @param resume n8n's URL that wakes it, with the tag of the wait */
  private constructor(
    private readonly context: IExecuteFunctions,
    private readonly settings: SleepSettings,
    private readonly record: CallbackRecord,
    private readonly resume: ResumeUrl,
  ) {}

  /**
   * Reads and checks all that can be without a call, also that the execution can sleep for exactly one Request.
   *
   * @param wanted how to wait, or the settings of an operation that handles one item by itself
   */
  static read(context: IExecuteFunctions, itemIndex: number, wanted: SleepKind | SleepSettings, data = {}) {
    const settings = typeof wanted === 'string' ? readSleepSettings(context, itemIndex, wanted) : wanted;
    const { kind } = settings;
    if (Object.hasOwn(data, settings.variable)) {
      throw inputError(
        `The data has a field '${settings.variable}', in whose place the URL for the call would be written`,
        "Give another name in 'Variable for the URL', or leave the field out of the data.",
      );
    }
    if (wanted === kind) checkItems(context, LABELS[kind]);
    const resume = requireResumeUrl(context);
    const record = beginRecord(context, settings);
    checkName(context, record);
    if (kind === 'requestEnded') resume.url.pathname += `/${ENDED_PATH}`;
    resume.url.searchParams.set('wait', record.tag);
    return new CallbackWait(context, settings, record, resume);
  }

  /** The field with the URL, to be sent along when the Request is started. */
  takeField(): { name: string; value: string } {
    this.record.isSent = true;
    return { name: this.settings.variable, value: this.resume.url.toString() };
  }

  /**
   * Makes sure that a Request has the URL, and sleeps. For one that has ended no call will come: it is returned at once.
   *
   * @param extraFields what the output is to hold besides the Request, and `outputs` in its place
   * @returns the output for when no call comes
   */
  async storeUrlAndWait(
    connection: Connection,
    requestId: number,
    extraFields: IDataObject = {},
    outputs?: Outputs,
  ): Promise<IDataObject> {
    const { returnsErrored, limitSeconds, variable, includes, withBody } = this.settings;
    const url = { variable, includes, value: this.resume.url.toString(), isSent: this.record.isSent };
    const request = await storeUrl(connection, requestId, url).catch((error: unknown) => {
      throw unreadableError(requestId, error);
    });
    const identity = identityOf(request, connection.instanceUrl);
    const awaited = { ...this.settings, ...outputs?.atBegin(request), identity, extraFields };
    const json = hideUrl(outputOf(request, awaited), variable, this.resume.signature);
    const shown = outputs?.atLimit(request) ?? { ...json, ...(withBody && { callback: null }) };
    if (!isUnderWay(request)) {
      if (outputs) return { ...(await outputs.atEnd(request)), timedOut: false };
      const parent = await findCanceledParent(request, (id) => readRequest(connection, id, []));
      if (!returnsErrored && (parent ?? request).status !== 'COMPLETED') {
        throw endedBadlyError(request, connection.instanceUrl, parent);
      }
      return { ...shown, timedOut: false, ...(parent && { parentStatus: parent.status }) };
    }
    this.record.awaited = awaited;
    const atLimit = { ...shown, timedOut: true };
    // Without this, the output at the limit would be the node's input: n8n does not run the node again.
    const entry = this.context.getExecuteData();
    entry.data.main = [[{ json: atLimit, pairedItem: { item: 0 } }]];
    // n8n disables the node when it wakes. Other calls of an agent's turn share it: they would pass without a review.
    entry.node = { ...entry.node };
    const until = limitSeconds === undefined ? WAIT_INDEFINITELY : new Date(Date.now() + limitSeconds * 1000);
    await this.context.putExecutionToWait(until);
    return atLimit;
  }
}
