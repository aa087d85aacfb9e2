import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import { unwrap } from '../methods/unwrap';
import { connect } from '../transport/connection';
import type { Failure, FailureKind, Result } from '../transport/failure';
import { ServerClock } from './clock';
import { addDetails, type Details } from './details';
import { filtersOf, readWatch, type Watch } from './filters';
import { latestEvent } from './latest';
import type { EventKind } from './eventTypes';
import { eventJson, readOutput } from './output';
import { readServerTime, type Reading } from './rows';
import { beginAt, readState, type KindState } from './state';
import { walk, type NewEvent, type Walk } from './readNewEvents';

/** For calls that are refused for a reason that passes. The next poll comes soon anyway. */
const PATIENCE_SECONDS = 5;

/** What has been polled since it was switched on. n8n makes one context for that, and keeps it. */
const begun = new WeakSet<IPollFunctions>();

/**
 * One poll: what is new since the last one, the oldest first. The state changes at the very end, all at once, so that
 * a poll that fails leaves it alone.
 *
 * @returns null when nothing is new
 * @throws NodeApiError when ProcessMaker cannot be read; NodeOperationError when the credential is of no use
 */
export async function poll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
  const watch = unwrap(context, readWatch(context));
  const output = unwrap(context, readOutput(context));
  const connection = await connect(context, PATIENCE_SECONDS);
  const { instanceUrl } = connection;
  const details = { includeData: output.includeData, ignoresN8n: watch.ignoresN8n };
  const filters = unwrap(context, explained(await filtersOf(connection, watch)));
  const toItems = (events: NewEvent[]) => [
    events.map((event) => ({ json: eventJson(event, output, instanceUrl) })),
  ];
  if (context.getMode() === 'manual') {
    const reading = { connection, filters, clock: new ServerClock() };
    const latest = unwrap(context, explained(await latestEvent(reading, watch, details)));
    return toItems([latest]);
  }

  const memory = context.getWorkflowStaticData('node');
  const { kinds: before } = memory;
  const isFirst = output.startFromNow && context.getActivationMode() === 'activate' && !begun.has(context);
  const state = readState(memory, instanceUrl);
  const clock = new ServerClock(state?.clock);
  const reading = { connection, filters, clock };
  const kinds = state?.kinds ?? {};
  const found = unwrap(context, explained(await findEvents(reading, watch, details, kinds, isFirst)));
  // A poll that has overtaken this one has emitted what both have read. The rest is found by the next.
  if (memory.kinds !== before) return null;
  Object.assign(memory, { instance: instanceUrl, clock: clock.state, kinds: found.kinds });
  begun.add(context);
  return found.events.length > 0 ? toItems(found.events) : null;
}

interface Found {
  events: NewEvent[];
  /** How far each kind has been read. */
  kinds: Record<string, KindState>;
}

async function findEvents(
  reading: Reading,
  { kinds }: Watch,
  details: Details,
  earlier: Record<string, KindState>,
  fromNow: boolean,
): Promise<Result<Found>> {
  const states = fromNow ? {} : earlier;
  const walks = new Map<EventKind, Walk>();
  let horizon = Infinity;
  for (const kind of kinds) {
    const state = states[kind.value];
    const walked = await (state
      ? walk(reading, kind, state, { horizon })
      : begin(reading, kind, earlier[kind.value]));
    if (!walked.ok) return walked;
    walks.set(kind, walked.value);
    horizon = Math.min(horizon, walked.value.leftAt ?? Infinity);
  }
  // Where one kind has to stop, the others wait: the oldest come first, whatever their kind.
  for (const [kind, { events }] of walks) {
    const state = states[kind.value];
    if (!state || events.every(({ time }) => time <= horizon)) continue;
    const walked = await walk(reading, kind, state, { horizon, limit: Infinity });
    if (!walked.ok) return walked;
    walks.set(kind, walked.value);
  }
  const events = [...walks.values()].flatMap((walked) => walked.events);
  const read = Object.fromEntries([...walks].map(([kind, { state }]) => [kind.value, state]));
  const detailed = await addDetails(reading.connection, events, details);
  if (!detailed.ok) return detailed;
  const ordered = detailed.value.sort((one, other) => one.time - other.time);
  return { ok: true, value: { events: ordered, kinds: read } };
}

/** The first poll of a kind: all that can be seen by now is known, and no event. */
async function begin(reading: Reading, kind: EventKind, earlier?: KindState): ReturnType<typeof walk> {
  const asked = await readServerTime(reading);
  if (!asked.ok) return asked;
  const { passed, sure } = reading.clock;
  // What becomes due between the two is still to come, should the `Date` be ahead.
  // What was given too early for that reason is not given once more.
  const state = { ...beginAt(passed), seen: earlier?.seen ?? {} };
  const walked = await walk(reading, kind, state, { limit: Infinity, until: sure });
  return walked.ok ? { ok: true, value: { ...walked.value, events: [] } } : walked;
}

/** Failures after which nothing has to be done. */
const PASSING = new Set<FailureKind>([
  'tooManyRequests',
  'maintenance',
  'gateway',
  'timeout',
  'connectionLost',
  'unreachable',
]);

/** What a failure means for a poll, which is no run that anybody could repeat. */
function explained<T>(result: Result<T>): Result<T> {
  if (result.ok || !PASSING.has(result.failure.kind)) return result;
  const failure: Failure = {
    ...result.failure,
    description:
      'No event is lost: the next poll goes on where the last one ended. If this goes on, see whether ProcessMaker can be reached from n8n.',
  };
  return { ok: false, failure };
}
