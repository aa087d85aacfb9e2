import {
  deepCopy,
  type FieldType,
  type IDataObject,
  type IExecuteFunctions,
  validateFieldType,
} from 'n8n-workflow';

import { asText, messageOf, setByPath } from '../guards';
import type { Connection } from '../transport/connection';
import { inputError, ProcessMakerError } from '../transport/processMakerError';

/** @throws ProcessMakerError also where n8n cannot resolve an expression, so that only its item fails */
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
  return inputError(
    `A parameter of this item could not be read: ${messageOf(thrown)}`,
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

const FIELDS_TO_SEND = { name: 'fields', displayName: 'Fields to Send' };

/** @returns the data, with the fields that an assignment list of an item gives put into it */
export function readAssignments(
  context: IExecuteFunctions,
  itemIndex: number,
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
