import type { Failure } from '../../../transport/failure';
import { toItemFailure, type ItemFailure } from '../../../execution/failedItem';
import type { ApiRequest } from '../../../api/requests/simplifyRequest';
import { KEY_FIELD } from './keys';
import type { StartMemory } from '../../../execution/attemptRecord';

const RUN_ANEW = 'To start it all the same, run the workflow anew for this item.';

/** A failure of this try, with what is known of the item from earlier ones: it may have been started all the same. */
export function afterEarlierTry(memory: StartMemory, index: number, failure: Failure): ItemFailure {
  const mark = memory.earlierMark(index);
  if (typeof mark === 'number') return { ...failure, outcome: 'started', requestId: mark };
  const mayBeStarted = mark !== undefined || memory.crash !== undefined;
  return mayBeStarted ? { ...failure, outcome: 'unknown' } : toItemFailure(failure);
}

/** An earlier try has sent it, and it was not found. */
export function stillUnknown(key: string): ItemFailure {
  return {
    kind: 'connectionLost',
    message:
      'It is not known whether an earlier try started a Request for this item, so it is not started again',
    description: `${key === '' ? 'Look in ProcessMaker for its Request' : howToSearch(key)}. ${RUN_ANEW}`,
    delivery: 'unknown',
    outcome: 'unknown',
  };
}

/**
 * Nothing may be sent as long as it is not known what was sent before.
 *
 * @param isRepeat whether this execution itself may have sent it
 */
export function lookupFailure(failure: Failure, isRepeat: boolean): ItemFailure {
  return {
    ...failure,
    message: `What was started before could not be looked up, so nothing is started: ${failure.message}`,
    outcome: isRepeat ? 'unknown' : 'notStarted',
  };
}

/** The execution is retried, n8n has lost what it had started, and there is no key to find it by. */
export const MAY_BE_FROM_BEFORE_CRASH: ItemFailure = {
  kind: 'connectionLost',
  message:
    'n8n has not kept what the execution before this retry had started, and without a key it cannot be looked up, so nothing is started',
  description: `Look in ProcessMaker for the Request of this item. ${RUN_ANEW}`,
  delivery: 'unknown',
  outcome: 'unknown',
};

/** An earlier try has started it, and it is not there any more. */
export function goneFailure(requestId: number): ItemFailure {
  return {
    kind: 'notFound',
    message: `Request ${requestId} was started for this item by an earlier try, but is no longer there`,
    description: `It may have been deleted in ProcessMaker. It is not started again. ${RUN_ANEW}`,
    delivery: 'notProcessed',
    outcome: 'started',
    requestId,
  };
}

/** Other data was started in its place. */
export function disputedFailure({ id }: ApiRequest): ItemFailure {
  return {
    kind: 'invalid',
    message: `An earlier try of this execution started Request ${id} in the place of this item, but with other data`,
    description: `Whether it is the same start cannot be told, so it is not started again. If Request ${id} is not that of this item, run the workflow anew for it. Values that differ each time, such as the time, cause this.`,
    delivery: 'unknown',
    outcome: 'unknown',
    requestId: id,
  };
}

/** There is a Request with the user's own key, and the option says that it must not exist. */
export function existsFailure({ id, status }: ApiRequest, key: string): ItemFailure {
  return {
    kind: 'invalid',
    message: `Request ${id} (${status}) already exists for the Idempotency Key "${key}"`,
    description:
      "Nothing was started. The option 'If a Request With the Key Exists' decides what happens then.",
    delivery: 'notProcessed',
    outcome: 'started',
    requestId: id,
  };
}

/** How to find a start in ProcessMaker by hand. */
export function howToSearch(key: string): string {
  return `To look for it, search the Requests in ProcessMaker with the PMQL: data.${KEY_FIELD} = "${key}"`;
}
