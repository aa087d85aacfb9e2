import type { IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import { parseId, readLocator } from './locators';

/** The id in the parameter 'User' of an item. Nothing is sent. */
export function readUserId(context: IExecuteFunctions, itemIndex: number): Result<number> {
  const { value } = readLocator(context.getNodeParameter('user', itemIndex));
  const id = parseId(value);
  if (id !== undefined) return { ok: true, value: id };
  return inputFailure(
    value === '' ? "No user is given in 'User'" : `'User' holds "${value}", which is not the id of a user`,
    "An id is a whole number, e.g. 12. The operation 'Get Many' of 'User' finds it by a name, for those who may view users.",
  );
}
