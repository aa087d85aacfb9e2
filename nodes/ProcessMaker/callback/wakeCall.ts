import { asText, isObject } from '../guards';
import type { Connection } from '../transport/connection';
import { chainOf, detailOf } from '../transport/networkErrors';
import { shownText } from '../transport/processMakerError';
import { type HttpResponse, retryAfter } from '../transport/response';
import { CALL_CODES, isRefusedCall } from './callCodes';

/** n8n asks ProcessMaker before it responds. */
const TIMEOUT_MS = 60_000;
const ADDRESS =
  "If that stays so, let an administrator of n8n check 'WEBHOOK_URL': n8n has to reach itself at this address.";
const SSRF =
  "its SSRF protection. Let an administrator of n8n add the host to 'N8N_SSRF_ALLOWED_HOSTNAMES', or its address to 'N8N_SSRF_ALLOWED_IP_RANGES'.";

/** What n8n itself says where no call will wake the execution any more. A gateway may use the same status codes. */
const OVER = /^(?:401 Invalid token|404 The execution .* does not exist|409 The execution .* has finished)/;

/** What a call that is to wake an execution has led to; `over`: no call will wake it any more. */
export interface WakeResult {
  outcome: 'woken' | 'notYet' | 'over';
  /** What happened, and what to do. */
  message: string;
  /** Another call may go better, after so many seconds at least. */
  again?: { afterSeconds?: number };
  isSilent?: true;
}

/** Calls n8n itself, once: without a body, without a credential, and never where a redirect leads. */
export async function callExecution({ context, canceled }: Connection, url: URL): Promise<WakeResult> {
  try {
    const response: unknown = await context.helpers.httpRequest({
      method: 'POST',
      url: url.href,
      headers: { Accept: 'application/json' },
      timeout: TIMEOUT_MS,
      abortSignal: canceled,
      disableFollowRedirect: true,
      returnFullResponse: true,
      ignoreHttpStatusErrors: true,
    });
    return resultOf(response as HttpResponse, url.origin);
  } catch (error) {
    const isForbidden = chainOf(error).some(({ name }) => name.startsWith('Ssrf'));
    if (isForbidden) return { outcome: 'notYet', message: `n8n may not call ${url.origin}, by ${SSRF}` };
    const code = detailOf(error, 'code') || 'no reason given';
    const message = `n8n got no response from itself at ${url.origin} (${code}). ${ADDRESS}`;
    return { outcome: 'notYet', message, again: {}, isSilent: true };
  }
}

function resultOf(response: HttpResponse, origin: string): WakeResult {
  const { statusCode: status } = response;
  const body = isObject(response.body) ? response.body : undefined;
  if (status === 200 && body?.woken === true) return { outcome: 'woken', message: 'The workflow goes on.' };
  const code = asText(body?.code);
  const text = shownText(asText(body?.message ?? body?.error));
  const foreign = `The response from ${origin} has HTTP status ${status}, and is not that of n8n. ${ADDRESS}`;
  const known = isRefusedCall(code) ? CALL_CODES[code] : undefined;
  const message = known?.message ?? (text === '' ? foreign : `The response is: ${text}`);
  if (known?.isOver || OVER.test(`${status} ${text}`)) return { outcome: 'over', message };
  // It sleeps in another node now, or n8n does not know it yet: not for ever, but for longer than is worth repeats.
  const isForLater = known && known.retryAfterSeconds === undefined;
  if (isForLater || text.includes('waiting webhook')) return { outcome: 'notYet', message };
  return { outcome: 'notYet', message, again: { afterSeconds: retryAfter(response) } };
}
