import { explained } from '../transport/processMakerError';
import type { Attempt } from './change';

const NO_RECORD =
  'n8n has kept no record of what this node did before the retry. Either the node has made this change, and n8n stopped before it could keep that; or the node had not run yet, and the change is the work of somebody else, or is not possible at all. Look in ProcessMaker which of the two it is.';

/** Takes a change that looks made for that of an earlier attempt. @throws `refusal` unless the record knows of one */
export function acceptAsMade({ mayBeDone }: Attempt, refusal: Error): void {
  if (!mayBeDone) throw refusal;
  if (mayBeDone === 'noRecord')
    throw explained(refusal, () => ({ outcome: 'unknown', description: NO_RECORD }));
}
