import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import { asText } from '../guards';
import { KEY_FIELD } from '../actions/request/start/keys';

/** Begins with an underscore, so that forms and `include=data` do not show it. */
export const DEFAULT_VARIABLE = '_n8n_resume_url';

const SECONDS_IN: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };
/** Ten years. */
const MAX_SECONDS = 3650 * 86_400;
/** ProcessMaker has its own values there, and the node its own. */
const TAKEN = ['_request', '_user', '_parent', KEY_FIELD];

/** How a Request is waited for until the process calls. */
export interface CallbackSettings {
  /** The field of the Request's data for the URL. */
  variable: string;
  /** undefined: for as long as it takes. */
  limitSeconds: number | undefined;
  /** Whether one in ERROR or CANCELED counts like any other. */
  returnsErrored: boolean;
  simplify: boolean;
  /** Names that ProcessMaker's `include` knows. */
  includes: string[];
}

/** Reads and checks the parameters of a wait for a call. Nothing is sent. */
export function readCallbackSettings(
  context: IExecuteFunctions,
  itemIndex: number,
): Result<CallbackSettings> {
  const variable = readVariable(context.getNodeParameter('callbackVariable', itemIndex, DEFAULT_VARIABLE));
  if (!variable.ok) return variable;
  const limit = readLimit(context, itemIndex);
  if (!limit.ok) return limit;
  const options: IDataObject = context.getNodeParameter('options', itemIndex, {});
  return {
    ok: true,
    value: {
      variable: variable.value,
      limitSeconds: limit.value,
      returnsErrored: options.returnErroredRequests === true,
      simplify: options.simplify !== false,
      includes: ['process', 'activeTasks', ...(options.includeData !== false ? ['data'] : [])],
    },
  };
}

function readVariable(value: unknown): Result<string> {
  const variable = asText(value).trim();
  if (!/^[A-Za-z_]\w*$/.test(variable)) {
    return inputFailure(
      `'Variable for the URL' holds "${variable}", which cannot be the name of a variable here`,
      `Use letters, digits and underscores, e.g. ${DEFAULT_VARIABLE}`,
    );
  }
  if (TAKEN.includes(variable)) {
    return inputFailure(
      `'Variable for the URL' holds "${variable}", which has a meaning of its own in ProcessMaker's data`,
      `Choose another name, e.g. ${DEFAULT_VARIABLE}`,
    );
  }
  return { ok: true, value: variable };
}

function readLimit(context: IExecuteFunctions, itemIndex: number): Result<number | undefined> {
  const isLimited = context.getNodeParameter('limitWaitTime', itemIndex, false);
  // An expression may give it as text.
  if (isLimited !== true && isLimited !== 'true') return { ok: true, value: undefined };
  const unit = SECONDS_IN[asText(context.getNodeParameter('resumeUnit', itemIndex, 'days'))];
  if (unit === undefined) {
    return inputFailure("'Unit' has none of its values", 'Choose one from its list.');
  }
  const seconds = Number(context.getNodeParameter('resumeAmount', itemIndex, 1)) * unit;
  if (seconds > 0 && seconds <= MAX_SECONDS) return { ok: true, value: seconds };
  return inputFailure(
    "'Amount' is not a number above 0, or more than ten years",
    "Enter how long to wait, e.g. 3 with 'Days', or switch 'Limit Wait Time' off.",
  );
}
