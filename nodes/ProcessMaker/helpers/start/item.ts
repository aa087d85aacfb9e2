import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../../transport/failure';
import type { Connection } from '../../transport/connection';
import { asText } from '../guards';
import { findUnsendable } from '../jsonData';
import { readRequestData } from '../requestData';
import type { StartNotices } from './notices';
import { KEY_FIELD } from './keys';
import { readStartReference } from './reference';
import type { StartReference } from './target';

/** ProcessMaker puts its own values there; data that came out of ProcessMaker often holds them. */
const OWN_FIELDS = ['_request', '_user'];

export const DEFAULT_WINDOW_SECONDS = 60;
/** An hour. A timer of more than 24 days would end at once. */
const MAX_SECONDS = 3600;

export interface StartOptions {
  timeoutSeconds: number;
  simplify: boolean;
  includeData: boolean;
  returnErroredRequests: boolean;
  /** The user's own key, in place of the hidden one. */
  idempotencyKey: string | undefined;
  onExisting: 'return' | 'raise' | 'startAgain';
  hiddenKey: boolean;
  windowSeconds: number;
  startAgainWhenNotFound: boolean;
}

/** An item that can be started, checked as far as it can be without a call. */
export interface StartItem {
  data: IDataObject;
  options: StartOptions;
}

/** The same before its process and start event were found. */
export interface UnresolvedItem extends StartItem {
  reference: StartReference;
}

/** Reads and checks the parameters of one item. Nothing is sent. */
export function readStartItem(
  context: IExecuteFunctions,
  connection: Connection,
  notices: StartNotices,
  itemIndex: number,
): Result<UnresolvedItem> {
  try {
    return readAll(context, connection, notices, itemIndex);
  } catch (error) {
    // n8n throws where an expression cannot be worked out. It must not take the other items along.
    const reason = error instanceof Error ? error.message : String(error);
    return inputFailure(
      `A parameter of this item cannot be worked out: ${reason}`,
      'Check the expressions in the node.',
    );
  }
}

function readAll(
  context: IExecuteFunctions,
  connection: Connection,
  notices: StartNotices,
  itemIndex: number,
): Result<UnresolvedItem> {
  const options = readOptions(context, itemIndex);
  if (!options.ok) return options;
  const reference = readStartReference(context, connection.instanceUrl, itemIndex);
  if (!reference.ok) return reference;
  const data = readRequestData(context, itemIndex);
  if (!data.ok) return data;
  const checked = checkData(data.value, notices, itemIndex);
  if (!checked.ok) return checked;
  return { ok: true, value: { reference: reference.value, data: checked.value, options: options.value } };
}

/** Items mostly have the same options. In a run of very many they then share one object. */
export function shareOptions(options: StartOptions, previous: StartOptions | undefined): StartOptions {
  const names = Object.keys(options) as Array<keyof StartOptions>;
  return previous && names.every((name) => options[name] === previous[name]) ? previous : options;
}

function readOptions(context: IExecuteFunctions, itemIndex: number): Result<StartOptions> {
  const options = context.getNodeParameter('options', itemIndex, {});
  const timeoutSeconds = Number(options.timeout ?? 120);
  if (!(timeoutSeconds > 0 && timeoutSeconds <= MAX_SECONDS)) {
    return inputFailure(
      `The option 'Timeout' is not a number above 0 and up to ${MAX_SECONDS}`,
      'Enter a number of seconds, e.g. 120.',
    );
  }
  const windowSeconds = Number(options.recoveryWindow ?? DEFAULT_WINDOW_SECONDS);
  if (!(windowSeconds >= 0 && windowSeconds <= MAX_SECONDS)) {
    return inputFailure(
      `The option 'Recovery Window' is not a number from 0 to ${MAX_SECONDS}`,
      'Enter a number of seconds, e.g. 60.',
    );
  }
  const idempotencyKey = 'idempotencyKey' in options ? readKey(options.idempotencyKey) : undefined;
  if (idempotencyKey === '') {
    return inputFailure(
      "The option 'Idempotency Key' is empty, or a number that is not exact",
      'Give a text or a whole number that is different for each start, such as an order number, or take the option out.',
    );
  }
  const onExisting = options.onExistingRequest ?? 'return';
  if (onExisting !== 'return' && onExisting !== 'raise' && onExisting !== 'startAgain') {
    return inputFailure(
      "The option 'If a Request With the Key Exists' has none of its values",
      'Choose one from its list.',
    );
  }
  return {
    ok: true,
    value: {
      timeoutSeconds,
      windowSeconds,
      idempotencyKey,
      onExisting,
      hiddenKey: options.hiddenKey !== false,
      startAgainWhenNotFound: options.startAgainWhenNotFound === true,
      simplify: options.simplify !== false,
      includeData: options.includeData === true,
      returnErroredRequests: options.returnErroredRequests === true,
    },
  };
}

/** A key as text; empty when it is none, or a number of which many share the text. */
function readKey(key: unknown): string {
  if (typeof key === 'number' && !Number.isSafeInteger(key)) return '';
  return asText(key);
}

function checkData(data: IDataObject, notices: StartNotices, itemIndex: number): Result<IDataObject> {
  if (Object.hasOwn(data, '_parent')) {
    return inputFailure(
      "The data has a field '_parent', with which ProcessMaker would make the new Request part of another one",
      "Take it out, e.g. with 'Include' set to 'All Fields Except'.",
    );
  }
  if (typeof data.toJSON === 'function') {
    return inputFailure(
      'The data is a date or another value of its own kind, and not a JSON object',
      'Put it into a field, such as {"date": …}.',
    );
  }
  const ownFields = OWN_FIELDS.filter((name) => Object.hasOwn(data, name));
  for (const name of ownFields) notices.fieldLeftOut(name, itemIndex);
  // A key that came with the item belongs to another start.
  const leftOut = Object.hasOwn(data, KEY_FIELD) ? [...ownFields, KEY_FIELD] : ownFields;
  const sent = leftOut.length === 0 ? data : without(data, leftOut);
  if (ownFields.length > 0 && Object.keys(sent).length === 0) {
    return inputFailure(
      "The data holds nothing but '_request' and '_user', which ProcessMaker sets itself",
      "Give the fields of the new Request's data, or {} with 'JSON' for a Request without data.",
    );
  }

  const unsendable = findUnsendable(sent, (change, path) => notices.change(change, path, itemIndex));
  if (unsendable !== undefined) {
    return inputFailure(
      unsendable,
      'Change or leave out this value: ProcessMaker would not receive it as it is.',
    );
  }
  return { ok: true, value: sent };
}

function without(data: IDataObject, names: string[]): IDataObject {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
}
