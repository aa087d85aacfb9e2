import {
  deepCopy,
  type FieldType,
  type IDataObject,
  type IExecuteFunctions,
  validateFieldType,
} from 'n8n-workflow';

import { asText, isObject, messageOf, setByPath } from '../guards';
import { inputError, ProcessMakerError } from '../transport/processMakerError';

/** What it means that parameters cannot be read: n8n throws where it cannot resolve an expression. */
export function unreadable(thrown: unknown): ProcessMakerError {
  if (thrown instanceof ProcessMakerError) return thrown;
  return inputError(
    `A parameter of this item could not be read: ${messageOf(thrown)}`,
    'Check the expressions in the node.',
  );
}

/** Whether the node was called as a tool, by an AI agent or an MCP client: n8n names a node's variant for it so. */
export function isTool(context: Pick<IExecuteFunctions, 'getNode'>): boolean {
  return context.getNode().type.endsWith('Tool') && !isGate(context);
}

/** Whether the node reviews the calls of an AI agent before they run: n8n names that variant of a node by it. */
export function isGate(context: Pick<IExecuteFunctions, 'getNode'>): boolean {
  return context.getNode().type.endsWith('HitlTool');
}

/**
 * The arguments of a tool that its caller runs inline, which is beside n8n's engine. n8n gives the same object to each try
 * of a call, and another one to every other call. @returns undefined when the engine runs the node
 */
export function argumentsOf(context: IExecuteFunctions): IDataObject | undefined {
  // Only such a context has this function. n8n's own `isToolExecution` is missing before 2.14.
  return 'getNextRunIndex' in context ? context.getInputData()[0]?.json : undefined;
}

/**
 * With several calls at the same time, n8n may read the parameters of one with the arguments of another: it looks for
 * them at a run index that it has given to both. @throws ProcessMakerError then, before anything is sent
 */
export function checkArguments(context: IExecuteFunctions): void {
  for (const [name, value] of Object.entries(argumentsOf(context) ?? {})) {
    if (!/^[\w-]+$/.test(name) || isSame(value, () => readArgument(context, name))) continue;
    throw inputError(
      'n8n has read the parameters of this call with the arguments of another one at the same time, so nothing is sent',
      "Call the tool again, after the other calls. In an AI Agent that works on several items at once, set 'Batch Size' to 1.",
    );
  }
}

function readArgument(context: IExecuteFunctions, name: string): unknown {
  return context.evaluateExpression(`{{ $fromAI('${name}') }}`, 0);
}

function isSame(value: unknown, read: () => unknown): boolean {
  try {
    return JSON.stringify(read()) === JSON.stringify(value);
  } catch {
    // n8n has found no arguments at all.
    return false;
  }
}

/** n8n's URL that wakes an execution which sleeps, and the secret in it. */
export interface ResumeUrl {
  url: URL;
  /** The same in every repeat of an execution, different in every other; empty where n8n gives none. */
  signature: string;
}

/** @returns undefined where n8n has no address at which it could be called */
export function readResumeUrl(context: Pick<IExecuteFunctions, 'evaluateExpression'>): ResumeUrl | undefined {
  try {
    const url = new URL(asText(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)));
    return { url, signature: url.searchParams.get('signature') ?? '' };
  } catch {
    return undefined;
  }
}

/** The same. @throws ProcessMakerError where n8n has no address at which it could be called */
export function requireResumeUrl(context: IExecuteFunctions): ResumeUrl {
  const resume = readResumeUrl(context);
  if (resume) return resume;
  throw inputError(
    'n8n has no address at which an execution could be called',
    "Let an administrator of n8n set 'WEBHOOK_URL' to the address under which others, and n8n itself, reach it.",
  );
}

/** The seconds that an option gives, from 1 on. @param advice what else to do when they are not valid */
export function checkSeconds(value: unknown, option: string, most: number, advice = ''): number {
  const seconds = Number(value);
  if (seconds >= 1 && seconds <= most) return seconds;
  throw inputError(
    `The option '${option}' is not a number from 1 to ${most}`,
    `Enter a number of seconds, e.g. 300.${advice}`,
  );
}

/** The fields of an item. A node before may give anything in their place. @throws ProcessMakerError then */
export function itemFields(context: IExecuteFunctions, itemIndex: number): IDataObject {
  const json: unknown = context.getInputData()[itemIndex]?.json ?? null;
  if (isObject(json)) return json;
  throw inputError(
    `The JSON of the item is ${kindOf(json)}, not an object with fields`,
    'Let the node before give each item as an object such as {"orderId": 12}, or choose another way to give the data.',
  );
}

/** What a value that should be a JSON object is. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'no value';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

const FIELDS_TO_SEND = { name: 'fields', displayName: 'Fields to Send' };

/** What the user should know although no item failed: sentences, and those without a full stop about one item. */
export interface ItemHints {
  sentences: Set<string>;
  addForItem(message: string, itemIndex: number): void;
}

/** @returns the data, with the fields that an assignment list of an item gives put into it */
export function readAssignments(
  context: IExecuteFunctions,
  itemIndex: number,
  hints: ItemHints,
  list = FIELDS_TO_SEND,
  data: IDataObject = {},
): IDataObject {
  const { assignments = [] } = context.getNodeParameter(list.name, itemIndex, {}) as {
    assignments?: Array<{ name: string; value: unknown; type: FieldType }>;
  };
  for (const { name, value, type } of assignments) {
    if (name.trim() === '') {
      throw inputError(`A field in '${list.displayName}' has no name`, 'Name it, or take it out.');
    }
    if (value === undefined) {
      hints.addForItem(
        `Field '${name}' in '${list.displayName}' has an expression without a value, and is sent as null`,
        itemIndex,
      );
    }
    const refusal = setByPath(data, name.trim(), convert(name, value, type, list.displayName));
    if (refusal) throw inputError(refusal, `Change the names in '${list.displayName}'.`);
  }
  return data;
}

function convert(name: string, value: unknown, type: FieldType, parameter: string): unknown {
  if (value === undefined || value === null) return null;
  const checked = validateFieldType(name, value, type, { parseStrings: true });
  // A copy: an object may be that of the input item, and further fields may be put into it.
  if (checked.valid) return deepCopy(checked.newValue);
  throw inputError(
    `Field '${name}' in '${parameter}' is not of the type ${type}`,
    `${checked.errorMessage.replace(/\.$/, '')}. Change the value or the type of the field.`,
  );
}
