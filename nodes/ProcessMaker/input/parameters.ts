import {
  deepCopy,
  type FieldType,
  type IDataObject,
  type IExecuteFunctions,
  validateFieldType,
} from 'n8n-workflow';

import { setByPath } from '../api/forms/field';
import { asText, isObject } from '../guards';
import type { Connection } from '../transport/connection';
import { inputError, ProcessMakerError } from '../transport/processMakerError';

/**
 * Reads parameters of one item.
 *
 * @throws ProcessMakerError also where n8n cannot resolve an expression, so that only its item fails
 */
export function readParameters<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(error);
  }
}

/** What it means that parameters cannot be read: n8n throws where it cannot resolve an expression. */
export function unreadable(thrown: unknown): ProcessMakerError {
  if (thrown instanceof ProcessMakerError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return inputError(
    `A parameter of this item could not be read: ${reason}`,
    'Check the expressions in the node.',
  );
}

/** Whether an AI agent has called the node: n8n names a node's variant for agents by it. */
export function isTool(context: IExecuteFunctions): boolean {
  return context.getNode().type.endsWith('Tool');
}

/** n8n's URL that wakes an execution which sleeps, and the secret in it. */
export interface ResumeUrl {
  url: URL;
  /** The same in every repeat of an execution, different in every other; empty where n8n gives none. */
  signature: string;
}

/** @returns undefined where n8n has no address at which it could be called */
export function readResumeUrl(context: IExecuteFunctions): ResumeUrl | undefined {
  try {
    const url = new URL(asText(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)));
    return { url, signature: url.searchParams.get('signature') ?? '' };
  } catch {
    return undefined;
  }
}

/** The same connection, whose errors do not show the secret of the execution's URL either. */
export function hidingResumeUrl(context: IExecuteFunctions, connection: Connection): Connection {
  const signature = readResumeUrl(context)?.signature;
  if (!signature) return connection;
  return { ...connection, scrub: (text) => connection.scrub(text).replaceAll(signature, '***') };
}

/** One row of n8n's assignment list. */
interface Assignment {
  name: string;
  value: unknown;
  type: FieldType;
}

/** A parameter that holds n8n's assignment list. */
interface AssignmentList {
  name: string;
  displayName: string;
}

const FIELDS_TO_SEND: AssignmentList = { name: 'fields', displayName: 'Fields to Send' };

/**
 * The data that an assignment list of an item gives. Nothing is sent.
 *
 * @param list 'Fields to Send' unless told
 * @param data is given the fields, beside those that it holds
 * @returns no further fields when the list is empty
 */
export function readAssignments(
  context: IExecuteFunctions,
  itemIndex: number,
  list = FIELDS_TO_SEND,
  data: IDataObject = {},
): IDataObject {
  const { assignments = [] } = context.getNodeParameter(list.name, itemIndex, {}) as {
    assignments?: Assignment[];
  };
  for (const { name, value, type } of assignments) {
    if (name.trim() === '') {
      throw inputError(`A field in '${list.displayName}' has no name`, 'Name it, or take it out.');
    }
    const refusal = setByPath(data, name.trim(), convert(name, value, type, list));
    if (refusal) throw inputError(refusal, `Change the names in '${list.displayName}'.`);
  }
  return data;
}

function convert(name: string, value: unknown, type: FieldType, list: AssignmentList): unknown {
  if (value === undefined || value === null) return null;
  const checked = validateFieldType(name, value, type, { parseStrings: true });
  // A copy: an object may be that of the input item, and further fields may be put into it.
  if (checked.valid) return copyOf(checked.newValue);
  throw inputError(
    `Field '${name}' in '${list.displayName}' is not of the type ${type}`,
    `${checked.errorMessage}. Change the value or the type of the field.`,
  );
}

/** A value that fields can be put into without changing the input item. */
export function copyOf(value: unknown): unknown {
  return isObject(value) || Array.isArray(value) ? deepCopy(value) : value;
}
