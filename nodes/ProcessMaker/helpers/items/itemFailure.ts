import { NodeApiError, NodeOperationError, type INode, type INodeExecutionData } from 'n8n-workflow';

import type { Failure } from '../../transport/failure';
import type { FileOutcome } from '../files/uploads';

/**
 * What is known of an item that did not end well: of the Request that it was to start, or of another change that it was
 * to make, which was made where something after it failed. Of reading there is nothing to be known.
 */
export type Outcome =
  'notStarted' | 'started' | 'startedInError' | 'notDone' | 'partlyDone' | 'done' | 'unknown';

/** A failure of one item, with what is known about what it was to do. */
export interface ItemFailure extends Failure {
  outcome?: Outcome;
  /** What became of each file that was to be uploaded. */
  files?: FileOutcome[];
}

/** Nothing was started when a call surely was not processed; otherwise nobody knows. */
export function toItemFailure(failure: Failure): ItemFailure {
  return { ...failure, outcome: failure.delivery === 'notProcessed' ? 'notStarted' : 'unknown' };
}

/**
 * The item for the error output. n8n merges it with the item that went in. Older versions of n8n know a failed item by
 * its single key `error`: with a second one they send it to the success output.
 */
export function toErrorItem(failure: ItemFailure, itemIndex: number): INodeExecutionData {
  const { description, httpStatus, outcome, requestId, files } = failure;
  return {
    json: {
      error: {
        message: messageOf(failure, itemIndex),
        description,
        ...(httpStatus !== undefined && { httpStatus }),
        ...(outcome !== undefined && { outcome }),
        ...(requestId !== undefined && { requestId }),
        ...(files && { files: files.map((file) => ({ ...file })) }),
      },
    },
    pairedItem: { item: itemIndex },
  };
}

/** The exception that ends a run, made for the item with this index. */
export function toNodeError(
  node: INode,
  failure: ItemFailure,
  itemIndex: number,
): NodeApiError | NodeOperationError {
  const { description, httpStatus, requestId, outcome, files } = failure;
  const message = messageOf(failure, itemIndex);
  const error =
    failure.kind === 'input'
      ? new NodeOperationError(node, message, { description, itemIndex })
      : new NodeApiError(
          node,
          { message },
          { message, description, httpCode: httpStatus?.toString(), itemIndex },
        );
  // n8n puts its own text for one that contains a code such as ENOENT anywhere, even within a name.
  error.message = message;
  error.description = description;
  Object.assign(error.context, { requestId, httpStatus, outcome, files });
  return error;
}

/** Failures that are told beside the first one. */
const MAX_FURTHER_FAILURES = 10;

/**
 * The failure that a run ends with, which is that of its first failed item; the others are told in its description. An
 * item that was only given up after the failure of another one is not the first, wherever it stands.
 *
 * @param failures by the index of their item; undefined when there is none
 * @param done what the run has done all the same, in sentences
 */
export function summarizeFailures(
  failures: ReadonlyMap<number, ItemFailure>,
  done: string,
): { index: number; failure: ItemFailure } | undefined {
  const [first, ...others] = [...failures].sort(
    ([a, one], [b, other]) => Number(isGivenUp(one)) - Number(isGivenUp(other)) || a - b,
  );
  if (!first) return undefined;
  const [index, failure] = first;
  const further = others
    .slice(0, MAX_FURTHER_FAILURES)
    .map(([other, { message }]) => `Also: ${message} [item ${other}].`);
  if (others.length > further.length) further.push(`And ${others.length - further.length} more items.`);
  const description = [failure.description, ...further, done].filter((text) => text !== '').join(' ');
  return { index, failure: { ...failure, description } };
}

function isGivenUp({ kind }: ItemFailure): boolean {
  return kind === 'canceled';
}

function messageOf({ message }: ItemFailure, itemIndex: number): string {
  return `${message} [item ${itemIndex}]`;
}
