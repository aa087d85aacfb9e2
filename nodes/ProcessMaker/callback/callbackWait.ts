import { randomUUID } from 'node:crypto';
import {
  type IDataObject,
  type IExecuteFunctions,
  type IWebhookFunctions,
  WAIT_INDEFINITELY,
} from 'n8n-workflow';

import { findCanceledParent } from '../api/requests/changes';
import { isUnderWay, readRequest } from '../api/requests/requests';
import { requestJson } from '../descriptions/output';
import { isObject } from '../guards';
import { isTool, readResumeUrl, type ResumeUrl } from '../input/parameters';
import { type CallbackSettings, readCallbackSettings } from '../input/waitParameters';
import type { Connection } from '../transport/connection';
import { inputError } from '../transport/processMakerError';
import { endedBadlyError, unreadableError } from '../waiting/requestWait';
import { hideUrl, storeUrl } from './callbackUrl';

const KEY = 'callback';

const WAITS_ONCE = "'Callback' waits for one Request in an execution";
const ONE_ONLY =
  "An execution has only one URL to be called. Put this node and what follows it into a workflow of its own. Call that from a loop: 'Loop Over Items', one item at a time, then 'Execute Workflow' with 'Wait For Sub-Workflow Completion' switched off.";

/** What the node has to know when the call comes, in a process of n8n that may have been started since. */
export interface AwaitedCall extends Pick<CallbackSettings, 'variable' | 'simplify' | 'includes'> {
  requestId: number;
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

/** @throws ProcessMakerError when the node has waited in this execution already */
function beginRecord(context: IExecuteFunctions): CallbackRecord {
  const node = context.getContext('node');
  const earlier = node[KEY] as CallbackRecord | undefined;
  const runIndex = Number(context.getWorkflowDataProxy(0).$runIndex);
  const executionId = context.getExecutionId();
  const isSameExecution = earlier?.executionId === executionId;
  if (isSameExecution && earlier.runIndex !== runIndex) {
    throw inputError(`${WAITS_ONCE}, but the node runs a second time, as in a loop`, ONE_ONLY);
  }
  // With Retry On Fail the URL is still the one that the Request may have already.
  const { tag, isSent } = isSameExecution ? earlier : { tag: randomUUID(), isSent: false };
  const record: CallbackRecord = { runIndex, executionId, tag, isSent };
  node[KEY] = record;
  return record;
}

/** @returns what the node has to know about a call that has come with the tag; undefined when it does not wait for it */
export function awaitedCall(context: IWebhookFunctions, tag: unknown): AwaitedCall | undefined {
  // A webhook's context shows that of the node only to expressions.
  const name = JSON.stringify(context.getNode().name).replaceAll('}', '\\u007d');
  const record: unknown = context.evaluateExpression(`{{ $node[${name}].context["${KEY}"] }}`, 0);
  if (!isObject(record) || record.tag !== tag) return undefined;
  return (record as unknown as CallbackRecord).awaited;
}

/** Puts the execution to sleep until the process of its one Request calls, or a limit passes. */
export class CallbackWait {
  /** @param resume n8n's URL for the process to call, with the tag of the wait */
  private constructor(
    private readonly context: IExecuteFunctions,
    private readonly settings: CallbackSettings,
    private readonly record: CallbackRecord,
    private readonly resume: ResumeUrl,
  ) {}

  /**
   * Reads and checks all that can be without a call.
   *
   * @throws ProcessMakerError also where the execution cannot sleep for exactly one Request
   */
  static read(context: IExecuteFunctions, itemIndex: number): CallbackWait {
    const settings = readCallbackSettings(context, itemIndex);
    checkItems(context);
    const resume = readResumeUrl(context);
    if (!resume) {
      throw inputError(
        'n8n has no address at which the process could call this execution',
        "Let an administrator of n8n set 'WEBHOOK_URL' to the address under which ProcessMaker reaches it.",
      );
    }
    const record = beginRecord(context);
    resume.url.searchParams.set('wait', record.tag);
    return new CallbackWait(context, settings, record, resume);
  }

  /** The name of the field for the URL. */
  get variable(): string {
    return this.settings.variable;
  }

  /** The field with the URL, to be sent along when the Request is started. */
  takeField(): { name: string; value: string } {
    this.record.isSent = true;
    return { name: this.variable, value: this.resume.url.toString() };
  }

  /**
   * Makes sure that a Request has the URL, and sleeps. One that has ended will not call any more: it is returned at once.
   *
   * @param extraFields what the output is to hold besides the Request
   * @returns the output for when no call comes
   */
  async storeUrlAndWait(
    connection: Connection,
    requestId: number,
    extraFields: IDataObject = {},
  ): Promise<IDataObject> {
    const { returnsErrored, variable, simplify, includes, limitSeconds } = this.settings;
    const { instanceUrl } = connection;
    const url = { variable, includes, value: this.resume.url.toString(), isSent: this.record.isSent };
    const request = await storeUrl(connection, requestId, url).catch((error: unknown) => {
      throw unreadableError(requestId, error);
    });
    const json = requestJson(request, { simplify, includes, includeTasks: false }, instanceUrl);
    const shown = { ...hideUrl(json, variable, this.resume.signature), ...extraFields, callback: null };
    if (!isUnderWay(request)) {
      const ended = { ...shown, timedOut: false };
      if (returnsErrored) return ended;
      const parent = await findCanceledParent(request, (id) => readRequest(connection, id, []));
      if (request.status === 'COMPLETED' && !parent) return ended;
      throw endedBadlyError(request, instanceUrl, parent);
    }
    this.record.awaited = { requestId, variable, simplify, includes, extraFields };
    const atLimit = { ...shown, timedOut: true };
    // Without this, the output at the limit would be the node's input: n8n does not run the node again.
    this.context.getExecuteData().data.main = [[{ json: atLimit, pairedItem: { item: 0 } }]];
    const until = limitSeconds === undefined ? WAIT_INDEFINITELY : new Date(Date.now() + limitSeconds * 1000);
    await this.context.putExecutionToWait(until);
    return atLimit;
  }
}

function checkItems(context: IExecuteFunctions): void {
  if (isTool(context)) {
    throw inputError(
      "An AI agent cannot wait for a 'Callback'",
      "Choose 'Request to Finish', 'Task to Appear', or no waiting, in 'Wait For'.",
    );
  }
  const items = context.getInputData().length;
  if (items > 1) throw inputError(`${WAITS_ONCE}, but ${items} items have come in`, ONE_ONLY);
}
