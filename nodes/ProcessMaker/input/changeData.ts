import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import { readFormData } from './formData';
import { readAssignments, readJsonData } from './givenData';
import { asText } from '../guards';
import { findUnsendable, type ServerChange } from './jsonData';
import { KEY_FIELD } from '../actions/request/start/keys';

/** ProcessMaker puts its own values there; data that came out of ProcessMaker often holds them. */
const OWN_FIELDS = ['_request', '_user'];

/** Is told, by item, what the user should know although the item did not fail. */
export interface DataNotices {
  fieldLeftOut(name: string, itemIndex: number): void;
  change(change: ServerChange, path: string, itemIndex: number): void;
}

/**
 * The data that an item gives for a Request that exists, in a mode of `dataMode`. Nothing is sent.
 *
 * @returns no fields when none are given; values that JSON can hold, without fields that are ProcessMaker's own
 */
export function readChangeData(
  context: IExecuteFunctions,
  itemIndex: number,
  notices: DataNotices,
): Result<IDataObject> {
  const data = readGiven(context, itemIndex);
  if (!data.ok) return data;
  const taken = ['_parent', KEY_FIELD].find((name) => Object.hasOwn(data.value, name));
  if (taken !== undefined) {
    return inputFailure(
      `The data has a field '${taken}', by which Requests are found and tied to each other`,
      'Take it out.',
    );
  }
  for (const name of OWN_FIELDS) {
    if (Object.hasOwn(data.value, name)) notices.fieldLeftOut(name, itemIndex);
  }
  const sent = Object.fromEntries(Object.entries(data.value).filter(([name]) => !OWN_FIELDS.includes(name)));
  const unsendable = findUnsendable(sent, (change, path) => notices.change(change, path, itemIndex));
  if (unsendable !== undefined) {
    return inputFailure(
      unsendable,
      'Change or leave out this value: ProcessMaker would not receive it as it is.',
    );
  }
  // As it will arrive: a date, for example, is text then.
  return { ok: true, value: JSON.parse(JSON.stringify(sent)) as IDataObject };
}

function readGiven(context: IExecuteFunctions, itemIndex: number): Result<IDataObject> {
  const mode = context.getNodeParameter('dataMode', itemIndex);
  if (mode === 'defineBelow') return readAssignments(context, itemIndex);
  if (mode === 'json') {
    return readJsonData(context, itemIndex, 'Enter a JSON object such as {"orderId": 12}.');
  }
  if (mode === 'mapFromForm') return readFormData(context, itemIndex);
  return inputFailure(
    `'Data' is "${asText(mode)}", which is none of its choices`,
    "Choose one of the list in 'Data'.",
  );
}
