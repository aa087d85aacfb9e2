import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import { withConnection } from '../execution/nodeError';
import type { Connection } from '../transport/connection';
import { explained, inputError } from '../transport/processMakerError';
import { ServerClock } from './clock';
import { addDetails, eventJson } from './details';
import type { EventType } from './eventTypes';
import { readWatch, type Watch } from './filters';
import { eventsIn, type NewEvent, type NewEvents, readNewEvents } from './readNewEvents';
import { readRows, readServerTime, type Reading } from './rows';
import { readState, type TypeState } from './state';

/** How long calls are repeated that are refused for a cause that may pass. The next poll comes soon anyway. */
const RETRY_SECONDS = 5;

/** What has been polled since it was switched on. n8n makes one context for that, and keeps it. */
const begun = new WeakSet<IPollFunctions>();

/**
 * One poll: what is new since the last one, the oldest first.
 *
 * @returns null when nothing is new
 * @throws NodeApiError when ProcessMaker cannot be read; NodeOperationError when a parameter is not valid
 */
export async function poll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
  const work = async (connection: Connection) => await pollWith(context, connection);
  return await withConnection(context, work, RETRY_SECONDS);
}

/** The state changes at the very end, all at once, so that a poll that fails leaves it alone. */
async function pollWith(
  context: IPollFunctions,
  connection: Connection,
): Promise<INodeExecutionData[][] | null> {
  const { instanceUrl } = connection;
  try {
    const watch = await readWatch(context, connection);
    const { filters } = watch;
    const toItems = (events: NewEvent[]) => [
      events.map((event) => ({ json: eventJson(event, watch, instanceUrl) })),
    ];
    const memory = context.getWorkflowStaticData('node');
    const { kinds: before } = memory;
    const state = readState(memory, instanceUrl);
    const clock = new ServerClock(state?.clock);
    const reading = { connection, filters, clock };
    if (context.getMode() === 'manual') return toItems([await latestEvent(reading, watch)]);
    const fromNow = watch.startFromNow && context.getActivationMode() === 'activate' && !begun.has(context);
    const { events, states } = await findEvents(reading, watch, state?.kinds ?? {}, fromNow);
    // A poll that has overtaken this one has emitted what both have read. The rest is found by the next.
    if (memory.kinds !== before) return null;
    Object.assign(memory, { instance: instanceUrl, clock: clock.state, kinds: states });
    begun.add(context);
    return events.length > 0 ? toItems(events) : null;
  } catch (error) {
    throw aboutPoll(error);
  }
}

/** A sample for a manual test: the latest event of the chosen types, among the newest 100 rows of each. */
async function latestEvent(reading: Reading, watch: Watch): Promise<NewEvent> {
  const events: NewEvent[] = [];
  let isEverything = true;
  for (const type of watch.eventTypes) {
    // What becomes due later is no event yet; all else that can be seen has happened.
    const to = type.column === 'due' ? await readServerTime(reading) : undefined;
    const { rows, total } = await readRows(reading, type, { from: 0, after: 0, to }, 'desc');
    isEverything &&= total <= rows.length;
    events.push(...eventsIn(rows, type));
  }
  events.sort((one, other) => other.time - one.time || other.row.id - one.row.id);
  // Only the details show which of them are ignored.
  const candidates = watch.ignoresN8n ? events : events.slice(0, 1);
  const [latest] = await addDetails(reading.connection, candidates, watch);
  if (latest) return latest;
  const names = watch.eventTypes.map(({ name }) => `'${name}'`).join(', ');
  throw inputError(
    isEverything
      ? `There is no event of the kind ${names} in ProcessMaker yet that could serve as a sample`
      : `Among the latest events of the kind ${names} in ProcessMaker is none that could serve as a sample`,
    "Make one happen in ProcessMaker, or loosen 'Process Names or IDs' and 'Filters'. What the user of the access token may not see is not found.",
  );
}

/** @returns the new events, the oldest first, and how far each event type has been read */
async function findEvents(
  reading: Reading,
  watch: Watch,
  earlier: Record<string, TypeState>,
  fromNow: boolean,
) {
  const states = fromNow ? {} : earlier;
  const found = new Map<EventType, NewEvents>();
  let cutoff = Infinity;
  for (const type of watch.eventTypes) {
    const state = states[type.value];
    const read = await (state
      ? readNewEvents(reading, type, state, { cutoff })
      : begin(reading, type, earlier[type.value]));
    found.set(type, read);
    cutoff = Math.min(cutoff, read.resumeFrom ?? Infinity);
  }
  // Where one type has to stop, the others wait: the oldest come first, whatever their type.
  for (const [type, { events }] of found) {
    const state = states[type.value];
    if (!state || events.every(({ time }) => time <= cutoff)) continue;
    found.set(type, await readNewEvents(reading, type, state, { cutoff, limit: Infinity }));
  }
  const events = [...found.values()].flatMap((read) => read.events);
  const detailed = await addDetails(reading.connection, events, watch);
  return {
    events: detailed.sort((one, other) => one.time - other.time),
    states: Object.fromEntries([...found].map(([type, { state }]) => [type.value, state])),
  };
}

/** The first poll of a type: all that can be seen by now is known, and no event. */
async function begin(reading: Reading, type: EventType, earlier?: TypeState): Promise<NewEvents> {
  await readServerTime(reading);
  const { passed, state: clock } = reading.clock;
  // If the `Date` is ahead, what becomes due between the two is still to come.
  // An event that was returned too early for that reason is not returned again.
  const state = { since: passed, from: passed, after: 0, seen: earlier?.seen ?? {} };
  const read = await readNewEvents(reading, type, state, { limit: Infinity, until: clock.date });
  return { ...read, events: [] };
}

/** What an error means for a poll, which nobody can repeat by hand. */
function aboutPoll(thrown: unknown): Error {
  return explained(thrown, ({ isTransient, kind }) => {
    if (!isTransient || kind === 'serverError') return undefined;
    return {
      description:
        'No event is lost: the next poll goes on where the last one ended. If this goes on, see whether ProcessMaker can be reached from n8n.',
    };
  });
}
