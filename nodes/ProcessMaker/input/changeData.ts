import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { asText } from '../guards';
import { inputError } from '../transport/processMakerError';
import { readAssignments } from './assignments';
import { checkData, type DataHints } from './checkData';
import { readFormData } from './formData';
import { readJsonData } from './jsonData';

/**
 * The data that an item gives for a Request that exists, in a mode of `dataMode`. Nothing is sent.
 *
 * @returns no fields when none are given; values that JSON can hold, without fields that are ProcessMaker's own
 */
export function readChangeData(context: IExecuteFunctions, itemIndex: number, hints: DataHints): IDataObject {
  const sent = checkData(readGiven(context, itemIndex), hints, itemIndex, { isNew: false });
  // As it will arrive: a date, for example, is text then.
  return JSON.parse(JSON.stringify(sent)) as IDataObject;
}

function readGiven(context: IExecuteFunctions, itemIndex: number): IDataObject {
  const mode = context.getNodeParameter('dataMode', itemIndex);
  if (mode === 'defineBelow') return readAssignments(context, itemIndex);
  if (mode === 'json') {
    return readJsonData(context, itemIndex, 'Enter a JSON object such as {"orderId": 12}.');
  }
  if (mode === 'mapFromForm') return readFormData(context, itemIndex);
  throw inputError(
    `'Data' is "${asText(mode)}", which is not a valid option`,
    "Choose one of the list in 'Data'.",
  );
}
