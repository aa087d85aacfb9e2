import { readStartEventIds } from '../api/processes/processes';
import { startRequest } from '../api/requests/changes';
import { findByKeys, type FoundRequest, KEY_FIELD } from '../api/requests/hiddenKey';
import { type ApiRequest, includesOf, readRequest } from '../api/requests/requests';
import type { TokenUser } from '../api/requests/starter';
import { done, lookTimes, makeChange, NOT_SEEN, type Seen, SharedLook } from '../execution/change';
import type { Slot } from '../execution/concurrency';
import type { ItemRun } from '../execution/itemOperation';
import { addTo } from '../guards';
import type { Connection } from '../transport/connection';
import {
  explained,
  ifRead,
  isKind,
  type ProcessMakerError,
  toProcessMakerError,
} from '../transport/processMakerError';
import { digestOf, inProcess, itemKey } from './keys';
import type { TargetedStart } from './readStart';
import { ownerOnly, sortByKey } from './sameKey';
import { EARLIER_UNKNOWN, howToSearch, notFound, noStartEvent } from './startErrors';

const MAX_SENDS_AFTER_OWN_RESPONSE = 2;
const MAX_SENDS = 5;

/** What goes with a start besides its data. */
interface Extras {
  /** The user's own key, where the item has one. */
  userKey: string | undefined;
  /** A further field for the data. */
  field: { name: string; value: string } | undefined;
  slot: Slot;
}

/** How often a start was sent without success, and may be at most: less, once ProcessMaker has responded with a 500. */
interface Sends {
  count: number;
  most: number;
  /** A read has proved that it cannot have been made. */
  isImpossible?: boolean;
}

/** A Request that was started, with what holds the same key, where it had to be looked for. */
export interface SentStart {
  request: ApiRequest;
  sameKey: ApiRequest[];
}

/** The look-ups for starts whose response was lost: one for all those of a run. */
export interface StartLooks {
  /** It waits for a response as long as the start that waits longest, by the option Timeout. */
  connection: Connection & { timeoutSeconds: number };
  look?: SharedLook<SentStart>;
  tokenUser: TokenUser;
  /** Other users' Requests, by the process and key of a start whose response was lost. */
  heldByOthers: Map<string, ApiRequest[]>;
  /** The ids of start events by the id of their process, read once. */
  startEvents?: Promise<Map<number, string[]>>;
  /** Whether they have to bring the data along. */
  includeData: boolean;
}

/** Starts the Request of an item, exactly once. */
export async function sendStart(
  run: ItemRun,
  looks: StartLooks,
  start: TargetedStart,
  { userKey, field, slot }: Extras,
): Promise<SentStart> {
  const { connection, record } = run;
  const { index, data, files, identity, options, target } = start;
  looks.includeData ||= options.includeData;
  const text = JSON.stringify(data);
  const key =
    userKey ?? itemKey(record.identity.run, record.round, index, digestOf(target, identity ?? text, files));
  // The mark comes first: if n8n ends here, the item counts as sent.
  const earlier = record.mark(index, key);
  const ready = { target, body: withFields(text, field, { name: KEY_FIELD, value: key }), ...options };
  const sends: Sends = { count: 0, most: MAX_SENDS };
  try {
    const sent = await makeChange<SentStart>(connection, {
      send: async () => {
        const request = await startRequest(connection, ready);
        looks.tokenUser.learnFrom(request);
        return { request, sameKey: [] };
      },
      look: (error) => lookFor(run, looks, start, { key, error, sends, slot }),
      looksOnce: true,
    });
    record.mark(index, sent.request.id);
    return sent;
  } catch (error) {
    // Whatever was thrown, the start may be there.
    throw explained(toProcessMakerError(error), ({ delivery, description }) => {
      if (delivery === 'notProcessed') {
        record.markNotStarted(index);
        if (typeof earlier !== 'string' || (sends.isImpossible && earlier === key)) return undefined;
        // That this attempt was refused says nothing of the one before it.
        record.mark(index, earlier);
        return { key: earlier, description: `${description} ${EARLIER_UNKNOWN}. ${howToSearch(earlier)}` };
      }
      return { key, description: `${description} ${howToSearch(key)}` };
    });
  }
}

interface LostStart {
  key: string;
  error: ProcessMakerError;
  sends: Sends;
  slot: Slot;
}

/** ProcessMaker takes a field `include` in the data for the call's, and leaves out what that asked for. */
export async function readStarted(connection: Connection, { options }: TargetedStart, id: number) {
  return await readRequest(connection, id, includesOf(options.includeData)).catch((thrown: unknown) => {
    throw explained(thrown, ({ message }) => ({
      message: `Request ${id} was started, but could not be read afterwards: ${message}`,
      description: "Do not start it again. Read it with the operation 'Get' of Request.",
    }));
  });
}

/** Looks for a start whose response was lost. Where it is not found, it may be sent again when the option says so. */
async function lookFor(
  run: ItemRun,
  looks: StartLooks,
  { index, options, target }: TargetedStart,
  { key, error, sends, slot }: LostStart,
): Promise<Seen<SentStart>> {
  const { connection, results, doubt } = run;
  doubt(index);
  const hasResponded = error.kind === 'serverError';
  sends.count++;
  if (hasResponded) sends.most = MAX_SENDS_AFTER_OWN_RESPONSE;
  // Another item may have failed while this one waited.
  const mayStartAgain = () =>
    options.startAgainWhenNotFound &&
    !results.mustStop &&
    !connection.canceled?.aborted &&
    sends.count < sends.most;
  const sought = inProcess(target.processId, key);
  const find = async (times: number[]) => {
    const look = (looks.look ??= lookByKeys(looks));
    return await slot.whileWaiting(() => look.find(sought, times));
  };
  let found = await find(lookTimes(options.windowSeconds, error));
  if (found === 'missing' && isKind(error, 'serverError', 'gateway')) {
    const ids = (await startEventsOf(looks)).get(target.processId);
    if (ids && !ids.includes(target.startEventId)) {
      sends.isImpossible = true;
      return { state: 'notDone', error: noStartEvent(error, target, ids) };
    }
  }
  // Nor is it sent again before the whole window has passed.
  if (typeof found === 'string' && hasResponded && mayStartAgain())
    found = await find(lookTimes(options.windowSeconds));
  if (found === 'unread') return NOT_SEEN;
  if (found !== 'missing') return done(found);
  if (mayStartAgain()) return { state: 'notSeen', sendAgain: true };
  return { state: 'notSeen', error: notFound(error, looks.heldByOthers.get(sought)) };
}

function lookByKeys(looks: StartLooks): SharedLook<SentStart> {
  const { connection } = looks;
  return new SharedLook(connection, async (sought) => {
    const prefixes = sought.map((one) => one.slice(one.indexOf(' ') + 1));
    const found = await findByKeys(connection, { prefixes, includeData: looks.includeData });
    const byKey = new Map<string, FoundRequest[]>();
    // Another process may have been given the data, and the key with it.
    for (const one of found) addTo(byKey, inProcess(one.request.process_id, one.key), one);
    const owners = byKey.size > 0 ? ownerOnly(await looks.tokenUser.find()) : undefined;
    return new Map(
      [...byKey].flatMap(([key, holders]) => {
        const { starts, copies, foreign } = sortByKey(holders, owners);
        if (foreign.length > 0) looks.heldByOthers.set(key, foreign);
        return starts.map(({ request }) => [key, { request, sameKey: [...copies, ...foreign] }] as const);
      }),
    );
  });
}

/** Where they cannot be read, it is as if no process were listed: that proves nothing. */
async function startEventsOf(looks: StartLooks): Promise<Map<number, string[]>> {
  looks.startEvents ??= ifRead(readStartEventIds(looks.connection)).then((ids) => ids ?? new Map());
  return await looks.startEvents;
}

/** Adds fields to the JSON text of an object that has none of their names. */
function withFields(body: string, ...fields: Array<Extras['field']>): string {
  let text = body;
  for (const field of fields) {
    if (!field) continue;
    const added = `"${field.name}":${JSON.stringify(field.value)}`;
    text = text === '{}' ? `{${added}}` : `${text.slice(0, -1)},${added}}`;
  }
  return text;
}
