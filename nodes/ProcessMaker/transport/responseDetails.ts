import { isObject } from '../guards';
import { CHECK_INSTANCE_URL, normalizeInstanceUrl } from './instanceUrl';
import type { ErrorDetails } from './processMakerError';
import type { HttpResponse } from './responseBody';

/**
 * What it means that a call is answered with a redirect, which is never followed.
 *
 * @param location the response's header, if it has one
 */
export function redirectDetails(
  location: unknown,
  requestUrl: string,
): Pick<ErrorDetails, 'kind' | 'message' | 'description'> {
  let target: string | undefined;
  try {
    const url = typeof location === 'string' ? new URL(location, requestUrl) : undefined;
    target = url && normalizeInstanceUrl(url.origin + url.pathname);
  } catch {
    target = undefined;
  }
  const isOther = target !== undefined && target !== normalizeInstanceUrl(requestUrl);
  return {
    kind: 'redirect',
    message: isOther
      ? `The 'Instance URL' of the credential redirects to ${target}`
      : "The 'Instance URL' of the credential answers with a redirect, as a sign-in page or a gateway does",
    description: isOther
      ? `Redirects are not followed, so that the token goes nowhere else. If you trust it, use this address as 'Instance URL': ${target}`
      : `Redirects are not followed, so that the token goes nowhere else. ${CHECK_INSTANCE_URL}`,
  };
}

/** Whether a body is JSON that holds a message and nothing else. */
export function hasOnlyMessage({ body }: HttpResponse): boolean {
  return isObject(body) && typeof body.message === 'string' && Object.keys(body).length === 1;
}

/** The seconds that a response asks to wait. The form with a date is not used by ProcessMaker, and not read. */
export function retryAfter({ headers }: HttpResponse): number | undefined {
  const value = headers['retry-after'];
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** The same as a sentence; empty when it does not ask. */
export function retryAfterText(response: HttpResponse): string {
  const seconds = retryAfter(response);
  return seconds === undefined ? '' : `It asks to wait ${seconds} seconds. `;
}

/** The texts of a refusal: `message` and, by field, `errors: { field: [text, …] }`. */
export function reasonsIn(body: unknown): string {
  if (!isObject(body)) return NO_REASON;
  const fields = isObject(body.errors) ? Object.entries(body.errors) : [];
  const message = typeof body.message === 'string' ? body.message : '';
  if (fields.length === 0) return message || NO_REASON;
  return fields.map(([field, texts]) => `${field}: ${[texts].flat().map(String).join(' ')}`).join('; ');
}

const NO_REASON = 'It gave no reason.';

/** The text of a 500 for a file of a kind that ProcessMaker does not store: `errors: { message }`. */
export function fileRefusal(body: unknown): string | undefined {
  const errors = isObject(body) && isObject(body.errors) ? body.errors : {};
  return typeof errors.message === 'string' ? errors.message : undefined;
}
