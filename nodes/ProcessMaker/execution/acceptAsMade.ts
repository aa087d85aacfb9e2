import { explained } from '../transport/processMakerError';
import type { Attempt } from './change';

const NO_RECORD =
  'n8n has kept no record of what this node did before the retry. Either the node has made this change, and n8n stopped before it could keep that; or the node had not run yet, and the change is the work of somebody else, or is not possible at all. Look in ProcessMaker which of the two it is.';

/**
 * Accepts a change that looks made before this attempt has sent it as one that an earlier attempt has made.
 *
 * @param refusal what to say of it when there was no earlier attempt
 * @throws the refusal, unless the record says that an earlier attempt has sent the change; with the outcome `unknown`
 * where there is no record, since a crash and a node before this one that has failed look the same then
 */
export function acceptAsMade({ mayBeDone }: Attempt, refusal: Error): void {
  if (!mayBeDone) throw refusal;
  if (mayBeDone === 'noRecord')
    throw explained(refusal, () => ({ outcome: 'unknown', description: NO_RECORD }));
}
