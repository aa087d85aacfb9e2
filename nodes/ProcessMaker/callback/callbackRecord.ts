import { randomUUID } from 'node:crypto';
import type { IDataObject, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import { isObject } from '../guards';

const KEY = 'callback';

/** What the node has to know when the call comes, in a process of n8n that may have been started since. */
export interface AwaitedCall {
  /** Tells the call from one for another node, or for an earlier wait, of the same execution: they share n8n's URL. */
  tag: string;
  requestId: number;
  variable: string;
  simplify: boolean;
  includes: string[];
  /** What the output is to hold besides the Request. */
  extraFields: IDataObject;
}

interface Stored {
  runIndex: number;
  /** A retry has another one, and with it another URL. */
  executionId: string;
  tag: string;
  isSent: boolean;
  awaited?: AwaitedCall;
}

/** What is known of a wait in the node's own context, which n8n saves with the execution, and gives back to a repeat. */
export class CallbackRecord {
  private constructor(private readonly stored: Stored) {}

  /** @returns undefined when the node has waited in this execution already, as in a loop */
  static of(context: IExecuteFunctions): CallbackRecord | undefined {
    const node = context.getContext('node');
    const earlier = node[KEY] as Stored | undefined;
    const runIndex = Number(context.getWorkflowDataProxy(0).$runIndex);
    const executionId = context.getExecutionId();
    const isSameExecution = earlier?.executionId === executionId;
    if (isSameExecution && earlier.runIndex !== runIndex) return undefined;
    // With Retry On Fail the URL is still the one that the Request may have already.
    const { tag, isSent } = isSameExecution ? earlier : { tag: randomUUID(), isSent: false };
    const stored: Stored = { runIndex, executionId, tag, isSent };
    node[KEY] = stored;
    return new CallbackRecord(stored);
  }

  get tag(): string {
    return this.stored.tag;
  }

  /** Whether this attempt, or an earlier one with the same URL, has started a Request with it. */
  get isSent(): boolean {
    return this.stored.isSent;
  }

  markSent(): void {
    this.stored.isSent = true;
  }

  /** Keeps what has to be known when the call comes. */
  expect(awaited: Omit<AwaitedCall, 'tag'>): void {
    this.stored.awaited = { ...awaited, tag: this.tag };
  }
}

/** The call that the node waits for. Of n8n's contexts, that of a webhook shows the node's own only to expressions. */
export function awaitedCall(context: IWebhookFunctions): AwaitedCall | undefined {
  const name = JSON.stringify(context.getNode().name).replaceAll('}', '\\u007d');
  const stored: unknown = context.evaluateExpression(`{{ $node[${name}].context["${KEY}"] }}`, 0);
  return isObject(stored) ? (stored as unknown as Stored).awaited : undefined;
}
