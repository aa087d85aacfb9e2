import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';

import type { Result } from '../transport/failure';

/**
 * @throws NodeApiError, so that the editor shows why a list cannot be read instead of an empty one, and n8n can tell
 * by the HTTP status how long to leave a poll alone; NodeOperationError when what the user gave is of no use
 */
export function unwrap<T>(context: { getNode(): INode }, result: Result<T>): T {
  if (result.ok) return result.value;
  const { kind, message, description, httpStatus } = result.failure;
  if (kind === 'input') throw new NodeOperationError(context.getNode(), message, { description });
  throw new NodeApiError(
    context.getNode(),
    { message },
    { message, description, ...(httpStatus !== undefined && { httpCode: String(httpStatus) }) },
  );
}
