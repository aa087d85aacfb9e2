import { randomUUID } from 'node:crypto';
import type { IDataObject, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import { inputFailure, type Result } from '../transport/failure';
import { asText, isObject } from '../guards';
import { isTool } from '../input/tool';

const KEY = 'callback';

/** What the node has to know when the call comes, in a process of n8n that may have been started since. */
export interface AwaitedCall {
  /** Tells the call from one for another node, or another round, of the same execution: they share n8n's URL. */
  tag: string;
  requestId: number;
  variable: string;
  simplify: boolean;
  includes: string[];
  /** What the output is to hold besides the Request. */
  told: IDataObject;
}

interface Stored {
  runIndex: number;
  /** A retry has another one, and with it another URL. */
  executionId: string;
  tag: string;
  isSent: boolean;
  awaited?: AwaitedCall;
}

/** One round of the node that sleeps until its Request's process calls. */
export interface CallRound {
  /** What the process has to call: n8n's own URL, with the tag of the round. */
  url: string;
  /** The secret in it. */
  signature: string;
  /** Whether this try, or an earlier one with the same URL, has started a Request with it. */
  isSent(): boolean;
  markSent(): void;
  /** Keeps what has to be known when the call comes. */
  expect(awaited: Omit<AwaitedCall, 'tag'>): void;
}

const ONE_ONLY =
  "An execution has only one URL to be called. Put this node and what follows it into a workflow of its own, and call that with 'Execute Workflow', in the mode 'Run once for each item' and with 'Wait For Sub-Workflow Completion' switched off.";

/**
 * Begins a round. Its memory is the node's own context, which n8n saves with the execution, and gives back to a repeat.
 *
 * @returns a failure where the execution cannot sleep for exactly one Request
 */
export function beginRound(context: IExecuteFunctions): Result<CallRound> {
  if (isTool(context)) {
    return inputFailure(
      "An AI agent cannot wait for a 'Callback'",
      "Choose 'Request to Finish', 'Task to Appear', or no waiting, in 'Wait For'.",
    );
  }
  const items = context.getInputData().length;
  if (items > 1) {
    return inputFailure(
      `'Callback' waits for one Request in an execution, but ${items} items have come in`,
      ONE_ONLY,
    );
  }
  const node = context.getContext('node');
  const earlier = node[KEY] as Stored | undefined;
  const runIndex = Number(context.getWorkflowDataProxy(0).$runIndex);
  const executionId = context.getExecutionId();
  const isSameExecution = earlier?.executionId === executionId;
  if (isSameExecution && earlier.runIndex !== runIndex) {
    return inputFailure(
      "'Callback' waits for one Request in an execution, but the node runs a second time, as in a loop",
      ONE_ONLY,
    );
  }
  const resume = readResumeUrl(context);
  if (!resume.ok) return resume;
  const { url, signature } = resume.value;
  // With Retry On Fail the URL is still that which the Request may have already.
  const { tag, isSent } = isSameExecution ? earlier : { tag: randomUUID(), isSent: false };
  const stored: Stored = { runIndex, executionId, tag, isSent };
  node[KEY] = stored;
  url.searchParams.set('wait', tag);
  return {
    ok: true,
    value: {
      url: url.toString(),
      signature,
      isSent: () => stored.isSent,
      markSent: () => {
        stored.isSent = true;
      },
      expect: (awaited) => {
        stored.awaited = { ...awaited, tag };
      },
    },
  };
}

function readResumeUrl(context: IExecuteFunctions): Result<{ url: URL; signature: string }> {
  try {
    const url = new URL(asText(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)));
    return { ok: true, value: { url, signature: url.searchParams.get('signature') ?? '' } };
  } catch {
    return inputFailure(
      'n8n has no address at which the process could call this execution',
      "Let an administrator of n8n set 'WEBHOOK_URL' to the address under which ProcessMaker reaches it.",
    );
  }
}

/** A connection whose failures do not show the secret of the execution's URL. */
export function hidingResumeUrl(context: IExecuteFunctions, connection: Connection): Connection {
  const resume = readResumeUrl(context);
  const signature = resume.ok ? resume.value.signature : '';
  if (signature === '') return connection;
  return { ...connection, scrub: (text) => connection.scrub(text).replaceAll(signature, '***') };
}

/** What the node, asleep, waits for. Of n8n's contexts, that of a webhook shows the node's own only to expressions. */
export function awaitedCall(context: IWebhookFunctions): AwaitedCall | undefined {
  const name = JSON.stringify(context.getNode().name).replaceAll('}', '\\u007d');
  const stored: unknown = context.evaluateExpression(`{{ $node[${name}].context["${KEY}"] }}`, 0);
  return isObject(stored) ? (stored as unknown as Stored).awaited : undefined;
}
