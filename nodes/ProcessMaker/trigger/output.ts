import type { IDataObject, INodeProperties, IPollFunctions } from 'n8n-workflow';

import { simplifyOption } from '../descriptions/simplify';
import { checkCollection } from '../input/filters';
import { asText, objectsIn } from '../guards';
import { withShownData } from '../api/shownData';
import { simplifyRequest } from '../api/requests/simplifyRequest';
import { simplifyTask } from '../api/tasks/simplifyTask';
import type { Result } from '../transport/failure';
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

/** What the options say. */
export function readOutput(context: IPollFunctions): Result<Output> {
  const options = checkCollection(
    context.getNodeParameter('options', {}) as IDataObject,
    outputOptions,
    'option',
  );
  if (!options.ok) return options;
  const { includeData, simplify, startFromNow } = options.value;
  return {
    ok: true,
    value: {
      includeData: includeData === true,
      simplify: simplify !== false,
      startFromNow: startFromNow === true,
    },
  };
}

/** The JSON of an item for an event. */
export function eventJson(event: NewEvent, { simplify }: Output, instanceUrl: string): IDataObject {
  const { kind } = event;
  const row = withShownData(event.row);
  if (!simplify) return { event: kind.value, ...row };
  const { id, caseNumber, ...fields } =
    kind.list === 'requests' ? simplifyRequest(row, instanceUrl) : simplifyTask(row, instanceUrl);
  const isErrored = kind.value === 'requestErrored';
  // Ten fields: what a kind of event says anyway, or cannot have, is left out.
  for (const field of LEFT_OUT[kind.value] ?? []) delete fields[field];
  return {
    id,
    caseNumber,
    event: kind.value,
    ...fields,
    ...(isErrored && { reason: asText(objectsIn(row.errors).at(-1)?.message) || null }),
  };
}

/** By the kind of event. The name of a Request is that of its process. */
const LEFT_OUT: Record<string, string[]> = {
  requestCanceled: ['name'],
  requestCompleted: ['name'],
  requestErrored: ['name', 'completedAt'],
  requestStarted: ['name'],
  taskCompleted: ['dueAt'],
  taskCreated: ['completedAt'],
  taskOverdue: ['completedAt'],
};
