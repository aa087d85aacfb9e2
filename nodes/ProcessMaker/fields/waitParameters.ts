import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { KEY_FIELD, OWN_FIELDS } from '../api/requests/hiddenKey';
import { includesOf } from '../api/requests/requests';
import { asText } from '../guards';
import { inputError } from '../transport/processMakerError';
import { readSimplify } from './output';
import { checkSeconds } from './parameters';
import { readLocator } from './references';

export const DEFAULT_WAIT_SECONDS = 300;
/** The execution runs, and holds a worker, for as long. */
export const MAX_WAIT_SECONDS = 3600;

/** The ways to wait, as the panel names them. */
export const LABELS = {
  nothing: 'Nothing',
  finish: 'Request to Finish',
  requestEnded: 'Request to Finish, Sleeping',
  task: 'Task to Appear',
  callback: 'Callback',
};

export type WaitFor = keyof typeof LABELS;

export type WaitSettings = ReturnType<typeof readWaitSettings>;
/** The ways in which the execution sleeps. */
export const SLEEPS = ['callback', 'requestEnded'] as const;
export type SleepKind = (typeof SLEEPS)[number];
export type SleepSettings = ReturnType<typeof readSleepSettings> & {
  /** Where the output is what a person has decided. */
  decision?: DecisionSettings;
};

/** In which Task of its Request a person decides, and how. */
export interface DecisionSettings {
  /** The id of the Task's element. */
  element: string;
  field: string;
  yes: string[];
  no: string[];
  /** Empty: none. */
  commentField: string;
  /** Whether the user who has started the Request, or whose credential it is, may decide. */
  allowsOwn: boolean;
  /** Of the call that is reviewed, by `callIdentity`. */
  identity: string | undefined;
  /** Digests of the fields that a yes is about, by their names: they must not have changed at the end. */
  shown: Record<string, string>;
}

/** The parameter 'Wait For', the same for all items: n8n evaluates no expression. One written by hand may hold anything. */
export function readWaitFor(context: IExecuteFunctions, itemIndex: number, mayBeNothing: boolean): WaitFor {
  const known = (Object.keys(LABELS) as WaitFor[]).filter((way) => mayBeNothing || way !== 'nothing');
  const value = asText(context.getNodeParameter('waitFor', itemIndex));
  const found = known.find((way) => way === value);
  if (found) return found;
  const values = known.map((way) => `${way} ('${LABELS[way]}')`).join(', ');
  throw inputError(
    `'Wait For' holds "${value}", which is not a valid option`,
    `Choose one from its list: ${values}. An expression is not evaluated here.`,
  );
}

/** The parameters and options of an item that waits while the execution runs. */
export function readWaitSettings(context: IExecuteFunctions, itemIndex: number, waitFor: WaitFor) {
  const options: IDataObject = context.getNodeParameter('options', itemIndex, {});
  const seconds = readTimeLimit(
    options,
    " To wait for more than an hour, choose 'Request to Finish, Sleeping' or 'Callback' in 'Wait For'.",
  );
  const onTimeout = options.onTimeout ?? 'error';
  if (onTimeout !== 'error' && onTimeout !== 'return') throw invalidOption('On Timeout', onTimeout);
  const isTask = waitFor === 'task';
  return {
    /** The name or element id of the Task that is waited for, or empty for any; undefined: the end of the Request. */
    taskElement: isTask
      ? readLocator(context.getNodeParameter('taskElement', itemIndex, '')).value
      : undefined,
    seconds,
    returnsOnTimeout: onTimeout === 'return',
    ...resultSettings(options),
  };
}

/** The option 'Wait Time Limit', in seconds. @param advice what else to do when it is not valid */
export function readTimeLimit({ timeLimit = DEFAULT_WAIT_SECONDS }: IDataObject, advice?: string): number {
  return checkSeconds(timeLimit, 'Wait Time Limit', MAX_WAIT_SECONDS, advice);
}

/** Begins with an underscore, so that forms and `include=data` do not show it. */
export const DEFAULT_VARIABLE = '_n8n_resume_url';

const SECONDS_IN: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };
/** Ten years. */
const MAX_SECONDS = 3650 * 86_400;

/** The parameters and options of an item that sleeps until a call comes. */
export function readSleepSettings(context: IExecuteFunctions, itemIndex: number, kind: SleepKind) {
  const options: IDataObject = context.getNodeParameter('options', itemIndex, {});
  return {
    kind,
    /** The field of the Request's data for the URL. */
    variable: readVariable(context.getNodeParameter('callbackVariable', itemIndex, DEFAULT_VARIABLE)),
    /** undefined: for as long as it takes. */
    limitSeconds: readLimit(context, itemIndex),
    ...resultSettings(options),
    // Once the execution sleeps, an item cannot fail any more, so that it does not fail before either.
    ...(kind === 'requestEnded' && { returnsErrored: true }),
    /** Whether what is sent with the call is returned. */
    withBody: kind === 'callback' && options.decideByRequestData !== true,
  };
}

/** Whether the execution sleeps while it waits. */
export function isSleep(waitFor: WaitFor): waitFor is SleepKind {
  return SLEEPS.some((kind) => kind === waitFor);
}

/** What of the Request that was waited for is returned. */
function resultSettings(options: IDataObject) {
  return {
    /** Whether one in ERROR or CANCELED counts like any other. */
    returnsErrored: options.returnErroredRequests === true,
    simplify: readSimplify(options),
    includes: includesOf(options.includeData !== false),
  };
}

/** The name of the field of a Request's data that holds the URL which wakes an execution. */
export function readVariable(value: unknown): string {
  const variable = asText(value).trim();
  const what = `'Variable for the URL' holds "${variable}", which`;
  if (!/^[A-Za-z_]\w*$/.test(variable)) {
    throw inputError(
      `${what} cannot be the name of a variable here`,
      `Use letters, digits and underscores, e.g. ${DEFAULT_VARIABLE}`,
    );
  }
  if (variable !== KEY_FIELD && !OWN_FIELDS.includes(variable)) return variable;
  throw inputError(
    `${what} has a meaning of its own in ProcessMaker's data`,
    `Choose another name, e.g. ${DEFAULT_VARIABLE}`,
  );
}

function readLimit(context: IExecuteFunctions, itemIndex: number): number | undefined {
  const isLimited = context.getNodeParameter('limitWaitTime', itemIndex, false);
  // An expression may give it as text.
  if (isLimited !== true && isLimited !== 'true') return undefined;
  return readDuration(context, itemIndex, 'Amount', ", or switch 'Limit Wait Time' off");
}

/** A number of seconds, in the unit that belongs to it. @param advice what else to do when it is not valid */
export function readDuration(context: IExecuteFunctions, itemIndex: number, label: string, advice = '') {
  const name = context.getNodeParameter('resumeUnit', itemIndex, 'days');
  const unit = SECONDS_IN[asText(name)];
  if (unit === undefined) throw invalidOption('Unit', name);
  const seconds = Number(context.getNodeParameter('resumeAmount', itemIndex, 1)) * unit;
  if (seconds > 0 && seconds <= MAX_SECONDS) return seconds;
  throw inputError(
    `'${label}' is not a number above 0, or more than ten years`,
    `Enter how long to wait, e.g. 3 with 'Days'${advice}.`,
  );
}

function invalidOption(label: string, value: unknown) {
  return inputError(
    `'${label}' holds "${asText(value)}", which is not a valid option`,
    'Choose one from its list.',
  );
}
