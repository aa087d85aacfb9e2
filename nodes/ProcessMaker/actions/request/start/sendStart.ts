import { startRequest } from '../../../api/requests/changes';
import { findByKeys, KEY_FIELD } from '../../../api/requests/hiddenKey';
import type { ApiRequest } from '../../../api/requests/requests';
import { done, makeChange, NOT_SEEN, SharedLook, type Seen } from '../../../execution/change';
import type { Slot } from '../../../execution/concurrency';
import type { ItemRun } from '../../../execution/itemOperation';
import { explained, type ProcessMakerError } from '../../../transport/processMakerError';
import { digestOf, inProcess, itemKey } from './keys';
import type { TargetedStart } from './readStart';
import { howToSearch, notFound } from './startErrors';

/** ProcessMaker is done with a call to which it has responded itself; its row is there soon, or never. */
const WINDOW_AFTER_OWN_RESPONSE_MS = 1000;
const MAX_SENDS_AFTER_OWN_RESPONSE = 2;
const MAX_SENDS = 5;

/** What goes with a start besides its data. */
interface Extras {
  /** The user's own key, where the item has one. */
  userKey: string | undefined;
  /** A further field for the data. */
  field: Field | undefined;
  slot: Slot;
}

interface Field {
  name: string;
  value: string;
}

/** How often a start was sent without success: with a 500 of ProcessMaker's own, and without a response of its own. */
interface Sends {
  responded: number;
  silent: number;
}

/** The look-ups for starts whose response was lost: one for all those of a run. */
export interface StartLooks {
  look?: SharedLook<ApiRequest>;
  /** Whether they have to bring the data along. */
  includeData: boolean;
}

/**
 * Starts the Request of an item, exactly once.
 *
 * @throws ProcessMakerError
 */
export async function sendStart(
  run: ItemRun,
  looks: StartLooks,
  start: TargetedStart,
  { userKey, field, slot }: Extras,
): Promise<ApiRequest> {
  const { connection, record } = run;
  const { index, data, files, options, target } = start;
  looks.includeData ||= options.includeData;
  const text = JSON.stringify(data);
  const hiddenKey = options.hiddenKey
    ? itemKey(record.identity.run, record.round, index, digestOf(target, text, files))
    : undefined;
  const key = userKey ?? hiddenKey;
  // The mark comes first: if n8n ends here, the item counts as sent.
  record.mark(index, key ?? '');
  const keyField = key === undefined ? undefined : { name: KEY_FIELD, value: key };
  const ready = { target, body: withFields(text, field, keyField), ...options };
  const sends: Sends = { responded: 0, silent: 0 };
  try {
    const request = await makeChange(connection, {
      send: () => startRequest(connection, ready),
      look:
        key === undefined ? undefined : (error) => lookFor(run, looks, start, { key, error, sends, slot }),
    });
    record.mark(index, request.id);
    return request;
  } catch (error) {
    throw explained(error, ({ delivery, description }) => {
      if (delivery === 'notProcessed') record.markNotStarted(index);
      else if (key !== undefined) return { description: `${description} ${howToSearch(key)}` };
      return undefined;
    });
  }
}

/** Looks for a start whose response was lost. Where it is not found, it may be sent again when the option says so. */
async function lookFor(
  { connection, results, doubt }: ItemRun,
  looks: StartLooks,
  { index, options, target }: TargetedStart,
  { key, error, sends, slot }: { key: string; error: ProcessMakerError; sends: Sends; slot: Slot },
): Promise<Seen<ApiRequest>> {
  doubt(index);
  const look = (looks.look ??= new SharedLook(connection, async (sought) => {
    const prefixes = sought.map((one) => one.slice(one.indexOf(' ') + 1));
    const found = await findByKeys(connection, { prefixes, includeData: looks.includeData });
    // The first of several: another process may have been given the data, and the key with it.
    return new Map(
      found.toReversed().map(({ key: one, request }) => [inProcess(request.process_id, one), request]),
    );
  }));
  // ProcessMaker itself has responded, with a 500 of its own: it is not at work on the call any more.
  const hasResponded = error.kind === 'serverError';
  const windowMs = hasResponded ? WINDOW_AFTER_OWN_RESPONSE_MS : options.windowSeconds * 1000;
  const found = await slot.whileWaiting(() => look.find(inProcess(target.processId, key), windowMs));
  if (found === 'unread') return NOT_SEEN;
  if (found !== 'missing') return done(found);
  const state = hasResponded ? 'notDone' : 'notSeen';
  // Another item may have failed while this one waited.
  if (options.startAgainWhenNotFound && !results.mustStop && !connection.canceled?.aborted) {
    const isAllowed = hasResponded
      ? ++sends.responded < MAX_SENDS_AFTER_OWN_RESPONSE
      : ++sends.silent < MAX_SENDS;
    if (isAllowed) return { state, sendAgain: true };
  }
  return { state, error: notFound(error, hasResponded) };
}

/** Adds fields to the JSON text of an object that has none of their names. */
function withFields(body: string, ...fields: Array<Field | undefined>): string {
  let text = body;
  for (const field of fields) {
    if (!field) continue;
    const added = `"${field.name}":${JSON.stringify(field.value)}`;
    text = text === '{}' ? `{${added}}` : `${text.slice(0, -1)},${added}}`;
  }
  return text;
}
