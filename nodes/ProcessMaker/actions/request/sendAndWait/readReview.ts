import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { digestsOf } from '../../../callback/decision';
import type { Hints } from '../../../execution/itemResults';
import { ADDITIONAL_FIELDS } from '../../../fields/formData';
import { isGate, isTool, readAssignments } from '../../../fields/parameters';
import { readLocator, readUserId } from '../../../fields/references';
import { DEFAULT_VARIABLE, readDuration, type SleepSettings } from '../../../fields/waitParameters';
import { asText } from '../../../guards';
import { readStart } from '../../../starting/readStart';
import type { Connection } from '../../../transport/connection';
import { inputError } from '../../../transport/processMakerError';
import { readToolCall } from './toolCall';

/** So much a person can read, and ProcessMaker's forms can show. */
const MAX_BYTES = 65_536;

/** How long after the time limit, which belongs to the process, n8n goes on by itself. */
export const DEFAULT_EXTRA_MINUTES = 360;

/** What is sent to a person, and what counts as the answer. */
export type Review = ReturnType<typeof readReview>;

/** Reads and checks the parameters of one item. Nothing is sent. */
export function readReview(context: IExecuteFunctions, index: number, connection: Connection, hints: Hints) {
  checkOrigin(context);
  const options: IDataObject = context.getNodeParameter('options', index, {});
  const seconds = readDuration(context, index, 'Time Limit');
  const extra = Number(options.extraMinutes ?? DEFAULT_EXTRA_MINUTES);
  if (!(extra >= 0)) {
    throw inputError("The option 'Extra Time in n8n' is not a number from 0 on", 'Enter minutes, e.g. 360.');
  }
  const call = isGate(context) ? readToolCall(context) : undefined;
  const settings = readDecisionSettings(context, index, options);
  const data: IDataObject = {
    message: readMessage(context, index),
    ...(call && { toolName: call.toolName, toolParameters: call.toolParameters }),
    timeLimit: `PT${Math.ceil(seconds)}S`,
  };
  if (readLocator(context.getNodeParameter('assignTo', index, '')).value !== '') {
    data.assignTo = readUserId(context, index, 'assignTo', 'Assign To');
  }
  const { assignTo } = data;
  readAssignments(context, index, hints, ADDITIONAL_FIELDS, data);
  if (data.assignTo !== assignTo) throw inputError("'Additional Fields' sets 'assignTo'", "Use 'Assign To'.");
  const own = { data, options: { simplify: false, returnErroredRequests: true } };
  const start = { ...readStart(context, index, connection, hints, own), identity: call?.identity };
  checkNoDecision(start.data, [settings.field, settings.commentField]);
  const hidden = call && Object.keys(start.data).find((name) => name.startsWith('_'));
  if (hidden !== undefined) {
    throw inputError(
      `'Additional Fields' sets '${hidden}', which ProcessMaker does not show with the data, so it could not be compared at the end`,
      'Give it a name that does not begin with an underscore.',
    );
  }
  // In a workflow, the form may let people change the rest.
  const shown = digestsOf(start.data, call ? Object.keys(start.data) : ['message']);
  const decision = { ...settings, identity: call?.identity, shown };
  const bytes = Buffer.byteLength(JSON.stringify(start.data));
  const tooLarge = `The data for the review has ${bytes} bytes, and at most ${MAX_BYTES} are sent, so nobody was asked.`;
  // Why the call of an agent is refused before anybody is asked.
  const refusal = call?.refusal ?? (bytes > MAX_BYTES ? tooLarge : undefined);
  if (refusal !== undefined && !call) throw inputError(refusal, "Shorten 'Message' or 'Additional Fields'.");
  const output = { simplify: false, includes: ['data'], returnsErrored: true, withBody: false };
  const limit = { variable: DEFAULT_VARIABLE, limitSeconds: seconds + 60 * extra };
  const sleep: SleepSettings = { ...output, ...limit, kind: 'requestEnded', decision };
  return { start, decision, sleep, refusal };
}

/** What n8n fills in for the review of a call. */
const MESSAGE_OF_N8N =
  '=The agent wants to run this tool: {{ $tool.name }}\n\nInput:\n{{ $tool.parameters }}';

/** In its place: what stands in `$tool`, the model can write. */
export const OWN_MESSAGE = 'An AI agent wants to run this tool. May it?';

function readMessage(context: IExecuteFunctions, index: number) {
  const isOfN8n = isGate(context) && context.getNode().parameters.message === MESSAGE_OF_N8N;
  return isOfN8n ? OWN_MESSAGE : context.getNodeParameter('message', index);
}

/** All others decide who reviews, and what counts as a yes. */
const MAY_BE_OF_MODEL = ['message', ADDITIONAL_FIELDS.name];

/** @throws ProcessMakerError where a model could choose who reviews its call, or where it would wait for a person */
function checkOrigin(context: IExecuteFunctions): void {
  if (isTool(context)) {
    throw inputError(
      "The caller of the tool cannot wait for 'Send and Wait for Response'",
      'Connect the node between the agent and the tools whose calls a person is to review: it stands in the list under Human in the Loop.',
    );
  }
  // The item of a review is what the model has sent.
  const ofModel = isGate(context) ? /\$(fromAI|json|input|tool|data|item|binary)\b/i : /\$fromAI\b/i;
  const found = Object.entries(context.getNode().parameters).find(
    ([name, value]) => !MAY_BE_OF_MODEL.includes(name) && ofModel.test(JSON.stringify(value)),
  );
  if (!found) return;
  throw inputError(
    `The parameter '${found[0]}' holds an expression whose value the AI model gives, so that it could choose its own reviewer`,
    'Give a fixed value, or an expression that takes it from a node before the agent.',
  );
}

function readDecisionSettings(context: IExecuteFunctions, index: number, options: IDataObject) {
  const textOf = (name: string) => asText(context.getNodeParameter(name, index, '')).trim();
  const listOf = (name: string) =>
    textOf(name)
      .split(/\s*,\s*/)
      .filter((value) => value !== '');
  const element = readLocator(context.getNodeParameter('decisionTask', index)).value;
  const [yes, no] = [listOf('yesValues'), listOf('noValues')];
  const [field, commentField] = [textOf('decisionField'), textOf('commentField')];
  if (element === '') throw inputError("No Task is given in 'Decision Task'", 'Choose one, or enter its ID.');
  if (yes.length === 0 || no.length === 0 || yes.some((value) => no.includes(value))) {
    throw inputError(
      "'Yes Values' and 'No Values' do not each hold a value, or hold the same one",
      "Enter values of the Decision Field, separated by commas, e.g. 'approved' and 'refused'.",
    );
  }
  const isName = (name: string) => /^[A-Za-z]\w*$/.test(name);
  if (isName(field) && (commentField === '' || isName(commentField)) && field !== commentField) {
    return { element, field, yes, no, commentField, allowsOwn: options.allowOwnApproval === true };
  }
  throw inputError(
    "'Decision Field' and 'Comment Field' do not hold the names of two variables of the process",
    'Begin with a letter, and use letters, digits and underscores, e.g. decision.',
  );
}

/** A decision that is there from the start would not be that of a person. */
function checkNoDecision(value: unknown, reserved: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const parts = Array.isArray(value) ? [] : name.split(/[.[\]]/).map((part) => part.trim().toLowerCase());
    if (reserved.some((one) => one !== '' && parts.includes(one.toLowerCase()))) {
      throw inputError(
        `The data has a field '${name}', which has the name of 'Decision Field' or 'Comment Field'`,
        'Only a person may set it. Take it out, or give the other field another name.',
      );
    }
    checkNoDecision(inner, reserved);
  }
}
