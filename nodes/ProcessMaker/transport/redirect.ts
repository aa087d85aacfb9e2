import type { Failure } from './failure';
import { CHECK_INSTANCE_URL, normalizeInstanceUrl } from './instanceUrl';

/**
 * What it means that a call is answered with a redirect, which is never followed.
 *
 * @param location the answer's header, if it has one
 */
export function redirectFailure(location: unknown, requestUrl: string): Omit<Failure, 'httpStatus'> {
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
      ? `The 'Instance URL' of the credential points on to ${target}`
      : "The 'Instance URL' of the credential answers with a redirect, as a sign-in page or a gateway does",
    description: isOther
      ? `Redirects are not followed, so that the token goes nowhere else. If you trust it, use this address as 'Instance URL': ${target}`
      : `Redirects are not followed, so that the token goes nowhere else. ${CHECK_INSTANCE_URL}`,
    delivery: 'notProcessed',
  };
}
