import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import { withConnection } from '../execution/nodeError';
import { isObject, messageOf } from '../guards';
import type { Connection } from '../transport/connection';
import { explained, inputError, rethrown } from '../transport/processMakerError';
import { PollBudget } from './budget';
import { ServerClock } from './clock';
import { addDetails, eventJson } from './details';
import { eventsIn, type NewEvent } from './eventReader';
import { readWatch, type Watch } from './filters';
import { readNewEvents } from './readNewEvents';
import { readRows, readServerTime, type Reading, TIMEOUT_SECONDS } from './rows';
import { readState } from './state';

/** How long calls are repeated that are refused for a cause that may pass. The next poll comes soon anyway. */
const RETRY_SECONDS = 5;

/** What has been polled since it was switched on, or n8n started. n8n makes one context for that, and keeps it. */
const begun = new WeakSet<IPollFunctions>();

/** The poll that runs, by the context that n8n keeps. */
const running = new WeakMap<IPollFunctions, PollBudget>();

/**
 * What the first poll has found in the memory and left there, by workflow and node. n8n's durable scheduler keeps it only
 * when that poll has returned something.
 */
const leftByFirst = new Map<string, { found: string; left: IDataObject }>();

/** How n8n switches a workflow on that was on before it stopped. */
const AFTER_RESTART = ['init', 'leadershipChange'];

/** Where n8n holds something that is no memory, it cannot be replaced. */
const memories = new WeakMap<IPollFunctions, IDataObject>();

/** One poll: what is new since the last one, the oldest first. @returns null when nothing is new */
export async function poll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
  const isManual = context.getMode() === 'manual';
  // It would read the same again.
  if (running.get(context)?.isLeft) return null;
  const budget = new PollBudget(context, !isManual && !begun.has(context));
  const { isFirst } = budget;
  begun.add(context);
  running.set(context, budget);
  // The state changes at the very end, all at once, so that a poll that fails leaves it alone.
  const work = async (connection: Connection) => {
    const { instanceUrl } = connection;
    connection.throttle = budget;
    connection.timeoutSeconds = budget.secondsLeft(TIMEOUT_SECONDS);
    try {
      const watch = await readWatch(context, connection);
      const { filters } = watch;
      const toItems = (events: NewEvent[]) => [
        events.map((event) => ({ json: eventJson(event, watch, instanceUrl) })),
      ];
      const memory = memoryOf(context);
      const { kinds: before } = memory;
      const found = isFirst ? JSON.stringify(memory) : '';
      const { state, warning } = readState(leftBefore(context, memory) ?? memory, instanceUrl);
      const clock = new ServerClock(state?.clock);
      const reading = { connection, filters, clock, budget, types: watch.eventTypes.length };
      if (isManual) return toItems([await latestEvent(reading, watch)]);
      if (warning !== undefined) context.logger.warn(warning);
      const fromNow = watch.startFromNow && context.getActivationMode() === 'activate' && isFirst;
      const earlier = state?.kinds ?? {};
      const { events, states } = await readNewEvents(reading, watch, fromNow ? {} : earlier, earlier);
      if (budget.stopped) {
        context.logger.warn(`The poll has ended early, and the next one goes on: ${budget.stopped.message}`);
      }
      // A poll that has overtaken this one has emitted what both have read. The rest is found by the next.
      if (memory.kinds !== before) return null;
      const left = { instance: instanceUrl, clock: clock.state, kinds: states };
      if (isFirst && events.length === 0) leftByFirst.set(placeOf(context), { found, left });
      Object.assign(memory, left);
      return events.length > 0 ? toItems(events) : null;
    } catch (error) {
      throw isManual ? error : aboutPoll(error);
    }
  };
  try {
    return await withConnection(context, work, RETRY_SECONDS);
  } catch (error) {
    // n8n would not poll again until somebody publishes the workflow. The next poll says the same where n8n shows it.
    if (!isFirst || !AFTER_RESTART.includes(context.getActivationMode())) throw rethrown(error);
    context.logger.warn(`The first poll after the start of n8n is left to the next one: ${messageOf(error)}`);
    return null;
  } finally {
    if (running.get(context) === budget) running.delete(context);
  }
}

function placeOf(context: IPollFunctions): string {
  return `${context.getWorkflow().id} ${context.getNode().id}`;
}

/** What the first poll has left, where n8n still has the memory as it was before. */
function leftBefore(context: IPollFunctions, memory: IDataObject): IDataObject | undefined {
  const place = placeOf(context);
  const first = leftByFirst.get(place);
  if (!first) return undefined;
  if (first.found === JSON.stringify(memory)) return first.left;
  if (context.getMode() !== 'manual') leftByFirst.delete(place);
  return undefined;
}

/** A sample for a manual test: the latest event of the chosen types, among the newest 100 rows of each. */
async function latestEvent(reading: Reading, watch: Watch): Promise<NewEvent> {
  const events: NewEvent[] = [];
  let isEverything = true;
  for (const type of watch.eventTypes) {
    // What becomes due later is no event yet; all else that can be seen has happened.
    const to = type.column === 'due' ? await readServerTime(reading) : Infinity;
    const { rows, total } = await readRows(reading, type, { from: 0, after: 0, to }, 'desc');
    isEverything &&= total <= rows.length;
    events.push(...eventsIn(rows, type));
  }
  events.sort((one, other) => other.time - one.time || other.row.id - one.row.id);
  // Only the details show which of them are ignored.
  const candidates = watch.ignoresN8n ? events : events.slice(0, 1);
  const { events: found } = await addDetails(reading, candidates, watch);
  if (found[0]) return found[0];
  if (reading.budget.stopped) throw reading.budget.stopped;
  const names = watch.eventTypes.map(({ name }) => `'${name}'`).join(', ');
  throw inputError(
    isEverything
      ? `There is no event of the kind ${names} in ProcessMaker yet that could be shown`
      : `None of the latest events of the kind ${names} in ProcessMaker can be shown`,
    "Make one happen in ProcessMaker, or change 'Process Names or IDs' and 'Filters'. Events that the user of the access token may not see are not found.",
  );
}

/** What the trigger keeps between polls; when that is lost for good, what it keeps until n8n stops. */
function memoryOf(context: IPollFunctions): IDataObject {
  const memory: unknown = context.getWorkflowStaticData('node');
  if (isObject(memory)) return memory;
  // At first it is not in the form of a memory, so that a warning says what is lost.
  const ownMemory = memories.get(context) ?? { instance: null };
  memories.set(context, ownMemory);
  return ownMemory;
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
