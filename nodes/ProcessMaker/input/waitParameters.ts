import type { IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import { asText } from '../guards';

export const DEFAULT_WAIT_SECONDS = 300;
/** The execution runs, and holds a worker, for as long. */
export const MAX_WAIT_SECONDS = 3600;

const LABELS = {
  nothing: 'Nothing',
  finish: 'Request to Finish',
  task: 'Task to Appear',
  callback: 'Callback',
};

export type WaitFor = keyof typeof LABELS;

/** How one item waits while the execution runs. */
export interface WaitSettings {
  /** The name or element id of the Task that is waited for, or empty for any; undefined: the end of the Request. */
  taskElement: string | undefined;
  seconds: number;
  returnsAtLimit: boolean;
  /** Whether one in ERROR or CANCELED counts like any other. */
  returnsErrored: boolean;
  simplify: boolean;
  /** Names that ProcessMaker's `include` knows, for a Request that is returned. */
  includes: string[];
}

/**
 * The parameter 'Wait For', which n8n keeps the same for all items: it works out no expression in it. One that was
 * written into a workflow by hand may hold anything. Nothing is sent.
 *
 * @param mayBeNothing whether the operation can do without waiting
 */
export function readWaitFor(
  context: IExecuteFunctions,
  itemIndex: number,
  mayBeNothing: boolean,
): Result<WaitFor> {
  const known = (Object.keys(LABELS) as WaitFor[]).filter((way) => mayBeNothing || way !== 'nothing');
  const value = asText(context.getNodeParameter('waitFor', itemIndex));
  const found = known.find((way) => way === value);
  if (found) return { ok: true, value: found };
  const values = known.map((way) => `${way} ('${LABELS[way]}')`).join(', ');
  return inputFailure(
    `'Wait For' holds "${value}", which is none of its values`,
    `Choose one from its list: ${values}. An expression is not worked out here.`,
  );
}

/** Reads and checks the parameters and options on waiting of one item. Nothing is sent. */
export function readWaitSettings(
  context: IExecuteFunctions,
  itemIndex: number,
  waitFor: WaitFor,
): Result<WaitSettings> {
  const options = context.getNodeParameter('options', itemIndex, {});
  const seconds = Number(options.timeLimit ?? DEFAULT_WAIT_SECONDS);
  if (!(seconds >= 1 && seconds <= MAX_WAIT_SECONDS)) {
    return inputFailure(
      `The option 'Wait Time Limit' is not a number from 1 to ${MAX_WAIT_SECONDS}`,
      "Enter a number of seconds, e.g. 300. To wait for more than an hour, choose 'Callback' in 'Wait For'.",
    );
  }
  const whenTimeIsOver = options.whenTimeIsOver ?? 'raise';
  if (whenTimeIsOver !== 'raise' && whenTimeIsOver !== 'return') {
    return inputFailure("The option 'When Time Is Over' has none of its values", 'Choose one from its list.');
  }
  return {
    ok: true,
    value: {
      taskElement:
        waitFor === 'task'
          ? asText(context.getNodeParameter('taskElement', itemIndex, '')).trim()
          : undefined,
      seconds,
      returnsAtLimit: whenTimeIsOver === 'return',
      returnsErrored: options.returnErroredRequests === true,
      simplify: options.simplify !== false,
      includes: ['process', 'activeTasks', ...(options.includeData !== false ? ['data'] : [])],
    },
  };
}
