import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { readTokenUserId } from '../api/users/users';
import { asText, parseId } from '../guards';
import { checkCollection, readOwnPmql, readProcessIds } from '../input/filters';
import type { Connection } from '../transport/connection';
import { inputError } from '../transport/processMakerError';
import { EVENT_TYPES, type EventType } from './eventTypes';
import { outputOptions, watchFilters } from './filterFields';
import { OWN_PMQL, type Reading } from './rows';

/** What is to be watched, and what of an event is returned. */
export interface Watch {
  eventTypes: EventType[];
  filters: Reading['filters'];
  ignoresN8n: boolean;
  includeData: boolean;
  simplify: boolean;
  startFromNow: boolean;
}

const USER_ADVICE =
  "Enter the id of the user in 'Assignee': it is the number in the address of the user's page.";

/** @throws ProcessMakerError when a parameter is of no use, before any call */
export async function readWatch(context: IPollFunctions, connection: Connection): Promise<Watch> {
  const eventTypes = readEventTypes(context.getNodeParameter('triggerOn'));
  const processIds = readProcessIds(context.getNodeParameter('processes', []));
  const filters = context.getNodeParameter('filters', {}) as IDataObject;
  checkCollection(filters, watchFilters, 'filter');
  const elementId = asText(filters.elementId).trim();
  const assignee = readAssignee(asText(filters.assignee).trim());
  const ownOfRequests = readOwnPmql(filters.requestPmql, OWN_PMQL.requests);
  const ownOfTasks = readOwnPmql(filters.taskPmql, OWN_PMQL.tasks);
  const options = context.getNodeParameter('options', {}) as IDataObject;
  checkCollection(options, outputOptions, 'option');
  const asksUser = assignee === 'me' && eventTypes.some(({ list }) => list === 'tasks');
  const userId = asksUser ? await readTokenUserId(connection, USER_ADVICE) : assignee;
  const processes = processIds.length > 0 ? [`process_id IN [${processIds.join(',')}]`] : [];
  // The parameter 'user_id' would also find what is only offered to the user.
  const assigned = userId === undefined ? [] : [`user_id = ${userId}`];
  const element = elementId === '' ? {} : { element_id: elementId };
  return {
    eventTypes,
    filters: {
      requests: { pmql: processes, qs: {}, own: ownOfRequests },
      tasks: { pmql: [...processes, ...assigned], qs: element, own: ownOfTasks },
    },
    ignoresN8n: filters.ignoreN8n === true,
    includeData: options.includeData === true,
    simplify: options.simplify !== false,
    startFromNow: options.startFromNow === true,
  };
}

function readEventTypes(value: unknown): EventType[] {
  const chosen = [value].flat().map(asText);
  const eventTypes = EVENT_TYPES.filter((type) => chosen.includes(type.value));
  const unknown = chosen.find((one) => !eventTypes.some((type) => type.value === one));
  if (unknown === undefined && eventTypes.length > 0) return eventTypes;
  throw inputError(
    unknown === undefined
      ? "No event is chosen in 'Trigger On'"
      : `'Trigger On' holds "${unknown}", which is not a valid option`,
    `Choose at least one of the list. Expressions can give ${EVENT_TYPES.map((type) => type.value).join(', ')}.`,
  );
}

function readAssignee(text: string): number | 'me' | undefined {
  if (text === '') return undefined;
  if (text.toLowerCase() === 'me') return 'me';
  const id = parseId(text);
  if (id !== undefined) return id;
  throw inputError(
    `'Assignee' holds "${text}", which is neither "me" nor the id of a user`,
    'Enter the number in the address of the user\'s page, or "me" for the user of the access token.',
  );
}
