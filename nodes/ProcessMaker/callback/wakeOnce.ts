import type { Decision } from './callbackWait';

/** By the tag of a wait: when a call has woken it, in milliseconds since 1970. In the memory of n8n's process. */
const wokenAt = new Map<string, number>();

/** n8n needs a moment until it takes no further call. When it has not gone on by then, a call may wake it again. */
const WOKEN_MS = 60_000;

export function isBeingWoken(tag: string): boolean {
  const at = wokenAt.get(tag);
  return at !== undefined && Date.now() - at < WOKEN_MS;
}

/** Lets one of the calls for a wait wake it: an older n8n (2.0 and before) would run what follows once for each. */
export function wakeOnce(tag: string, decision: Decision): Decision {
  if ('refused' in decision) return decision;
  if (isBeingWoken(tag)) return { refused: 'isBeingWoken' };
  for (const [earlier, at] of wokenAt) {
    if (Date.now() - at < WOKEN_MS) break;
    wokenAt.delete(earlier);
  }
  wokenAt.delete(tag);
  wokenAt.set(tag, Date.now());
  return decision;
}
