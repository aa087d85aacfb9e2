import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import { withConnection } from '../execution/nodeError';
import type { Connection } from '../transport/connection';
import { explained } from '../transport/processMakerError';
import { ServerClock } from './clock';
import { addDetails, type Details } from './details';
import type { EventType } from './eventTypes';
import { filtersOf, readWatch, type Watch } from './filters';
import { latestEvent } from './latest';
import { eventJson, readOutput } from './output';
import { readNewEvents, type NewEvent, type NewEvents } from './readNewEvents';
import { readServerTime, type Reading } from './rows';
import { readState, type TypeState } from './state';

/** How long calls are repeated that are refused for a cause that may pass. The next poll comes soon anyway. */
const RETRY_SECONDS = 5;

/** What has been polled since it was switched on. n8n makes one context for that, and keeps it. */
const begun = new WeakSet<IPollFunctions>();

/**
 * One poll: what is new since the last one, the oldest first.
 *
 * @returns null when nothing is new
 * @throws NodeApiError when ProcessMaker cannot be read; NodeOperationError when what was given is of no use
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
  const watch = readWatch(context);
  const output = readOutput(context);
  const { instanceUrl } = connection;
  const details = { includeData: output.includeData, ignoresN8n: watch.ignoresN8n };
  const toItems = (events: NewEvent[]) => [
    events.map((event) => ({ json: eventJson(event, output, instanceUrl) })),
  ];
  try {
    const filters = await filtersOf(connection, watch);
    if (context.getMode() === 'manual') {
      const reading = { connection, filters, clock: new ServerClock() };
      return toItems([await latestEvent(reading, watch, details)]);
    }
    const memory = context.getWorkflowStaticData('node');
    const { kinds: before } = memory;
    const fromNow = output.startFromNow && context.getActivationMode() === 'activate' && !begun.has(context);
    const state = readState(memory, instanceUrl);
    const clock = new ServerClock(state?.clock);
    const reading = { connection, filters, clock };
    const { events, states } = await findEvents(reading, watch, details, state?.kinds ?? {}, fromNow);
    // A poll that has overtaken this one has emitted what both have read. The rest is found by the next.
    if (memory.kinds !== before) return null;
    Object.assign(memory, { instance: instanceUrl, clock: clock.state, kinds: states });
    begun.add(context);
    return events.length > 0 ? toItems(events) : null;
  } catch (error) {
    throw aboutPoll(error);
  }
}

interface Found {
  events: NewEvent[];
  /** How far each event type has been read. */
  states: Record<string, TypeState>;
}

async function findEvents(
  reading: Reading,
  { eventTypes }: Watch,
  details: Details,
  earlier: Record<string, TypeState>,
  fromNow: boolean,
): Promise<Found> {
  const states = fromNow ? {} : earlier;
  const found = new Map<EventType, NewEvents>();
  let cutoff = Infinity;
  for (const type of eventTypes) {
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
  const detailed = await addDetails(reading.connection, events, details);
  return {
    events: detailed.sort((one, other) => one.time - other.time),
    states: Object.fromEntries([...found].map(([type, { state }]) => [type.value, state])),
  };
}

/** The first poll of a type: all that can be seen by now is known, and no event. */
async function begin(reading: Reading, type: EventType, earlier?: TypeState): Promise<NewEvents> {
  await readServerTime(reading);
  const { passed, sure } = reading.clock;
  // What becomes due between the two is still to come, should the `Date` be ahead.
  // What was given too early for that reason is not given once more.
  const state = { since: passed, from: passed, after: 0, seen: earlier?.seen ?? {} };
  const read = await readNewEvents(reading, type, state, { limit: Infinity, until: sure });
  return { ...read, events: [] };
}

/** What an error means for a poll, which is no run that anybody could repeat. */
function aboutPoll(thrown: unknown): Error {
  return explained(thrown, ({ isTransient, kind }) => {
    if (!isTransient || kind === 'serverError') return undefined;
    return {
      description:
        'No event is lost: the next poll goes on where the last one ended. If this goes on, see whether ProcessMaker can be reached from n8n.',
    };
  });
}
