import type { IDataObject } from 'n8n-workflow';

import { KEY_FIELD, SET_BY_SERVER } from '../api/requests/keyField';
import { inputError } from '../transport/processMakerError';
import { findUnsendable, type ServerChange } from './jsonData';

/** Is told, by item, what the user should know although the item did not fail. */
export interface DataHints {
  fieldLeftOut(name: string, itemIndex: number): void;
  change(change: ServerChange, path: string, itemIndex: number): void;
}

/**
 * Checks data for a Request before anything is sent.
 *
 * @param isNew whether a Request is to be started with the data
 * @returns the data, without the fields that ProcessMaker sets itself
 */
export function checkData(
  data: IDataObject,
  hints: DataHints,
  itemIndex: number,
  { isNew }: { isNew: boolean },
): IDataObject {
  refuseFieldsOfOthers(data, isNew);
  if (typeof data.toJSON === 'function') {
    throw inputError(
      'The data is a date or another value of its own kind, and not a JSON object',
      'Put it into a field, such as {"date": …}.',
    );
  }
  const setByServer = SET_BY_SERVER.filter((name) => Object.hasOwn(data, name));
  for (const name of setByServer) hints.fieldLeftOut(name, itemIndex);
  // A key that came with the item belongs to another start.
  const leftOut = Object.hasOwn(data, KEY_FIELD) ? [...setByServer, KEY_FIELD] : setByServer;
  const sent = leftOut.length === 0 ? data : without(data, leftOut);
  if (isNew && setByServer.length > 0 && Object.keys(sent).length === 0) {
    throw inputError(
      "The data holds nothing but '_request' and '_user', which ProcessMaker sets itself",
      "Give the fields of the new Request's data, or {} with 'JSON' for a Request without data.",
    );
  }
  const unsendable = findUnsendable(sent, (change, path) => hints.change(change, path, itemIndex));
  if (unsendable === undefined) return sent;
  throw inputError(unsendable, 'Change or leave out this value: ProcessMaker would not receive it as it is.');
}

/** Fields by which Requests are found and tied to each other. */
function refuseFieldsOfOthers(data: IDataObject, isNew: boolean): void {
  const refused = isNew ? ['_parent'] : ['_parent', KEY_FIELD];
  const name = refused.find((field) => Object.hasOwn(data, field));
  if (name === undefined) return;
  if (isNew) {
    throw inputError(
      `The data has a field '${name}', with which ProcessMaker would make the new Request part of another one`,
      "Take it out, e.g. with 'Include' set to 'All Fields Except'.",
    );
  }
  throw inputError(
    `The data has a field '${name}', by which Requests are found and tied to each other`,
    'Take it out.',
  );
}

function without(data: IDataObject, names: string[]): IDataObject {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
}
