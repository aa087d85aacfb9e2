/** What is said to a call that does not wake the execution. */
interface CallCode {
  status: number;
  /** Where a call may be of use soon. */
  retryAfterSeconds?: number;
  /** Whether no further call will ever wake it. */
  isOver?: true;
  /** What the operation 'Wake Waiting Workflow' says of it. */
  message: string;
}

export type RefusedCall = 'notEnded' | 'notReadable' | 'notThisWait' | 'isBeingWoken';

/** By the code in the body of the response. The node that waits gives it, and the one that wakes others reads it. */
export const CALL_CODES: Record<RefusedCall, CallCode> = {
  notEnded: { status: 409, message: 'The workflow sleeps on: its own Request has not ended.' },
  notReadable: {
    status: 503,
    retryAfterSeconds: 5,
    message: "The workflow sleeps on: it could not read its Request. n8n's log says why.",
  },
  isBeingWoken: { status: 503, retryAfterSeconds: 5, message: 'Another call wakes the workflow.' },
  // Not 409, after which the process would call again: for this call nobody will ever wait.
  notThisWait: { status: 410, isOver: true, message: 'The workflow does not wait for this any more.' },
};

/** Whether a response has one of these codes: other servers, and n8n itself, have codes of their own. */
export function isRefusedCall(code: string): code is RefusedCall {
  return Object.hasOwn(CALL_CODES, code);
}
