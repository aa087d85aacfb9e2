import type { IDataObject, INodeProperties, IPollFunctions } from 'n8n-workflow';

import { withShownData } from '../api/requests/hiddenKey';
import { simplifyRequest } from '../api/requests/requests';
import { simplifyTask } from '../api/tasks/tasks';
import { simplifyOption } from '../descriptions/common';
import { asText, objectsIn } from '../guards';
import { checkCollection } from '../input/filters';
import type { NewEvent } from './readNewEvents';

/** What of an event is given out, and where the trigger begins; read by `readOutput`. */
export const outputOptions: INodeProperties = {
  displayName: 'Options',
  name: 'options',
  type: 'collection',
  placeholder: 'Add option',
  default: {},
  options: [
    {
      displayName: 'Include Data',
      name: 'includeData',
      type: 'boolean',
      default: false,
      description: "Whether to return the Request's data, in the field data",
    },
    simplifyOption,
    {
      displayName: 'Start From Now When Activated',
      name: 'startFromNow',
      type: 'boolean',
      default: false,
      description:
        'Whether to leave out what happened while the workflow was switched off, instead of catching up with it',
    },
  ],
};

export interface Output {
  includeData: boolean;
  simplify: boolean;
  startFromNow: boolean;
}

/** @throws ProcessMakerError when an option holds what it cannot hold */
export function readOutput(context: IPollFunctions): Output {
  const given = context.getNodeParameter('options', {}) as IDataObject;
  const { includeData, simplify, startFromNow } = checkCollection(given, outputOptions, 'option');
  return {
    includeData: includeData === true,
    simplify: simplify !== false,
    startFromNow: startFromNow === true,
  };
}

/** The JSON of an item for an event. */
export function eventJson(
  { type, row: found }: NewEvent,
  { simplify }: Output,
  instanceUrl: string,
): IDataObject {
  const row = withShownData(found);
  if (!simplify) return { event: type.value, ...row };
  const { id, caseNumber, ...fields } =
    type.list === 'requests' ? simplifyRequest(row, instanceUrl) : simplifyTask(row, instanceUrl);
  const isErrored = type.value === 'requestErrored';
  // Ten fields: what an event type says anyway, or cannot have, is left out.
  for (const field of LEFT_OUT[type.value] ?? []) delete fields[field];
  return {
    id,
    caseNumber,
    event: type.value,
    ...fields,
    ...(isErrored && { reason: asText(objectsIn(row.errors).at(-1)?.message) || null }),
  };
}

/** By the event type. The name of a Request is that of its process. */
const LEFT_OUT: Record<string, string[]> = {
  requestCanceled: ['name'],
  requestCompleted: ['name'],
  requestErrored: ['name', 'completedAt'],
  requestStarted: ['name'],
  taskCompleted: ['dueAt'],
  taskCreated: ['completedAt'],
  taskOverdue: ['completedAt'],
};
