import { hasFailedForGood } from '../api/requests/failure';
import { rethrown } from '../transport/processMakerError';
import { mayBeOfOne } from './details';
import type { NewEvent } from './eventReader';
import { type Reading, searchNothing, TIMEOUT_SECONDS } from './rows';

/** What became of events that were found. */
interface Judged {
  events: NewEvent[];
  /** No events yet: their Requests go on by themselves. */
  retried: NewEvent[];
  /** Not looked at, since there is no time left, or calls fail. */
  left: NewEvent[];
}

/** Tells Requests that have failed for good from those whose script is tried again. @param events the oldest first */
export async function withoutRetried(reading: Reading, events: NewEvent[]): Promise<Judged> {
  const judged: Judged = { events: [], retried: [], left: [] };
  let looks = 0;
  for (const [index, event] of events.entries()) {
    if (event.type.value !== 'requestErrored') {
      judged.events.push(event);
      continue;
    }
    // At least one, so that each poll comes further.
    const goesOn =
      looks++ > 0 && !reading.budget.allows(2) ? undefined : await isRetried(reading, event).catch(stop);
    if (goesOn === undefined) return { ...judged, left: events.slice(index) };
    (goesOn ? judged.retried : judged.events).push(event);
  }
  return judged;

  function stop(error: unknown): undefined {
    reading.budget.stop(error);
  }
}

async function isRetried(reading: Reading, { row }: NewEvent): Promise<boolean> {
  const connection = { ...reading.connection, timeoutSeconds: reading.budget.secondsLeft(TIMEOUT_SECONDS) };
  const answer = await hasFailedForGood(connection, row).catch(async (error: unknown) => {
    if (!mayBeOfOne(error)) throw rethrown(error);
    // One that cannot be read while other calls go well would hold up all others for ever.
    await searchNothing(reading);
  });
  return answer === 'no';
}
