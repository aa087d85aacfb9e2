import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';

import { callIdentity } from '../../../callback/decision';
import { asText, isObject } from '../../../guards';
import { inputError } from '../../../transport/processMakerError';

/**
 * The call that this run of the node holds back, from n8n's own record of it: that is what will run. In its input, the
 * model can put another tool and other arguments where expressions look for them.
 */
export function readToolCall(context: IExecuteFunctions) {
  const { runExecutionData } = context as unknown as { runExecutionData?: IRunExecutionData };
  const runIndex = Number(context.getWorkflowDataProxy(0).$runIndex);
  const stack = runExecutionData?.executionData?.nodeExecutionStack ?? [];
  const calls = stack.flatMap(({ metadata }) => metadata?.subNodeExecutionData?.actions ?? []);
  const call = calls.find((one) => one.nodeName === context.getNode().name && one.runIndex === runIndex);
  const metadata: unknown = call?.action.metadata;
  const held = isObject(metadata) ? metadata.hitl : undefined;
  if (!isObject(held)) {
    throw inputError(
      'n8n does not say which call of the agent is to be reviewed',
      'This node reviews the calls of an AI Agent that it is connected to. See which version of n8n it needs.',
    );
  }
  const toolName = asText(held.toolName);
  const parameters: unknown = held.originalInput ?? {};
  const isOther = isObject(parameters) && 'tool' in parameters && parameters.tool !== toolName;
  return {
    toolName,
    toolParameters: toStoredText(parameters),
    identity: callIdentity(toolName, parameters),
    /** Why it may not run in any case. */
    refusal: isOther
      ? "A parameter named 'tool' is not allowed in a tool that is reviewed, since n8n would take it for the name of the tool to run."
      : undefined,
  };
}

/** A key or a text of JSON. */
const TEXT = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/**
 * What ProcessMaker takes out of a text, and what a person does not see, or takes for a blank. Of many blanks all but the
 * first: they would push the rest of the text out of view.
 */
const UNSAFE =
  /<|\{(?=\{)|\}(?=\})|[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}|(?<= ) /gu;

/** JSON text in which ProcessMaker changes nothing. Indented: outside of its texts are no two braces side by side. */
export function toStoredText(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const asUnits = (found: string) => found.split('').map(escaped).join('');
  return JSON.stringify(value, null, 2).replace(TEXT, (text) => text.replace(UNSAFE, asUnits));
}
