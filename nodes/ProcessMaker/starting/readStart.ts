import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { AUTOMATIC, type ProcessReference, type StartTarget } from '../api/processes/processes';
import type { Hints } from '../execution/itemResults';
import { checkData, readRequestData } from '../fields/data';
import { checkVariables, type InputFile, readInputFiles } from '../fields/inputFiles';
import { readSimplify } from '../fields/output';
import { readLocator, toProcessReference } from '../fields/references';
import { asText } from '../guards';
import type { Connection } from '../transport/connection';
import { inputError } from '../transport/processMakerError';

// Defaults and limits of the options of a start, which show them.
export const DEFAULT_WINDOW_SECONDS = 60;
export const DEFAULT_PARALLEL = 5;
export const MAX_PARALLEL = 50;
export const DEFAULT_TIMEOUT_SECONDS = 120;
/** An hour. A timer of more than 24 days would end at once. */
export const MAX_SECONDS = 3600;

/** What an item says of its start, checked as far as it can be without a call. */
export interface Start {
  index: number;
  process: ProcessReference;
  startEventId: string | undefined;
  data: IDataObject;
  /** What tells it from other starts, where that is less than its data. */
  identity?: string;
  files: InputFile[];
  options: ReturnType<typeof readOptions>;
  /** Known at once where both ids are given; otherwise it is found before anything is sent. */
  target: StartTarget | undefined;
}

export type TargetedStart = Start & { target: StartTarget };

const NO_FILES: InputFile[] = [];

/** Reads and checks the parameters of one item. @param own data and options of an operation that has others for them */
export function readStart(
  context: IExecuteFunctions,
  index: number,
  connection: Connection,
  hints: Hints,
  own?: { data: IDataObject; options: IDataObject },
): Start {
  const given: IDataObject = own?.options ?? context.getNodeParameter('options', index, {});
  const options = readOptions(given);
  connection.retries.extendTo(options.windowSeconds);
  const process = toProcessReference(context.getNodeParameter('process', index), connection);
  const { mode, value } = readLocator(context.getNodeParameter('startEvent', index, AUTOMATIC));
  const isAutomatic = mode === 'list' && (value === '' || value === AUTOMATIC);
  if (!isAutomatic && value === '') {
    throw inputError(
      "No start event is given in 'Start Event'",
      "Enter the id of a start event, or choose 'From List' and 'Automatic'.",
    );
  }
  const data = checkData(own?.data ?? readRequestData(context, index, hints), hints, index, 'start');
  const files = given.files === undefined ? NO_FILES : readInputFiles(context, index, 'options.files.file');
  if (options.writeFileId) checkVariables(files);
  const startEventId = isAutomatic ? undefined : value;
  const isTarget = 'id' in process && startEventId !== undefined;
  const target = isTarget ? { processId: process.id, startEventId } : undefined;
  return { index, data, files, process, startEventId, target, options };
}

function readOptions(options: IDataObject) {
  const onExisting = options.onExistingRequest ?? 'return';
  if (onExisting !== 'return' && onExisting !== 'error' && onExisting !== 'startAgain') {
    throw notListed('If a Request With the Key Exists');
  }
  const onForeign = options.onOtherUsersRequest ?? 'error';
  if (onForeign !== 'error' && onForeign !== 'return' && onForeign !== 'ignore') {
    throw notListed("If Another User's Request Has the Key");
  }
  const parallel = options.requestsInParallel ?? DEFAULT_PARALLEL;
  const timeoutSeconds = Number(options.timeout ?? DEFAULT_TIMEOUT_SECONDS);
  const windowSeconds = Number(asText(options.recoveryWindow ?? DEFAULT_WINDOW_SECONDS).trim() || NaN);
  if (!isParallel(parallel)) {
    throw notInRange('Requests in Parallel', `a whole number from 1 to ${MAX_PARALLEL}`, 'a number, e.g. 5');
  }
  if (!(timeoutSeconds > 0 && timeoutSeconds <= MAX_SECONDS)) {
    throw notInRange('Timeout', `a number above 0 and up to ${MAX_SECONDS}`, 'a number of seconds, e.g. 120');
  }
  if (!(windowSeconds >= 0 && windowSeconds <= MAX_SECONDS)) {
    throw notInRange('Recovery Window', `a number from 0 to ${MAX_SECONDS}`, 'a number of seconds, e.g. 60');
  }
  return {
    timeoutSeconds,
    windowSeconds,
    onExisting,
    /** What to do when only Requests of other users have the Idempotency Key. */
    onForeign,
    idempotencyKey: 'idempotencyKey' in options ? readKey(options.idempotencyKey) : undefined,
    startAgainWhenNotFound: options.startAgainWhenNotFound === true,
    simplify: options.simplify === undefined || readSimplify(options),
    includeData: options.includeData === true,
    returnErroredRequests: options.returnErroredRequests === true,
    writeFileId: options.writeFileId === true,
  };
}

function notListed(option: string) {
  return inputError(
    `The option '${option}' holds a value that is not a valid option`,
    'Choose one from its list.',
  );
}

function notInRange(option: string, range: string, advice: string) {
  return inputError(`The option '${option}' is not ${range}`, `Enter ${advice}.`);
}

function isParallel(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_PARALLEL;
}

/** How many items of a run are worked on at once, by its first item. What is not valid fails that item later. */
export function readParallel(context: IExecuteFunctions): number {
  let parallel: unknown;
  try {
    parallel = context.getNodeParameter('options', 0, {}).requestsInParallel;
  } catch {
    // The first item fails with it once it is read.
  }
  return isParallel(parallel) ? parallel : DEFAULT_PARALLEL;
}

/** A number of which many share the text is no key. */
function readKey(given: unknown): string {
  const isExact = typeof given !== 'number' || Number.isSafeInteger(given);
  const key = isExact ? asText(given) : '';
  if (key !== '') return key;
  throw inputError(
    "The option 'Idempotency Key' is empty, or a number that is not exact",
    'Give a text or a whole number that is different for each start, such as an order number, or take the option out.',
  );
}
