import { NodeApiError, type ILoadOptionsFunctions } from 'n8n-workflow';

import type { Result } from '../transport/failure';

/** @throws NodeApiError, so that the editor shows why a list cannot be read instead of an empty one */
export function unwrap<T>(context: ILoadOptionsFunctions, result: Result<T>): T {
  if (result.ok) return result.value;
  const { message, description } = result.failure;
  throw new NodeApiError(context.getNode(), { message }, { message, description });
}
