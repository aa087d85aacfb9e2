import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { readTokenUserId } from '../api/users/users';
import { asText, parseId } from '../guards';
import { checkCollection, readOwnPmql } from '../input/filters';
import type { Connection } from '../transport/connection';
import { inputError } from '../transport/processMakerError';
import { EVENT_TYPES, type EventType } from './eventTypes';
import { watchFilters } from './filterFields';
import { OWN_PMQL, type Reading } from './rows';

/** What is to be watched. */
export interface Watch {
  eventTypes: EventType[];
  processIds: number[];
  elementId: string;
  /** An id; `me` for the user of the access token. */
  assignee: number | 'me' | undefined;
  requestPmql: string | undefined;
  taskPmql: string | undefined;
  ignoresN8n: boolean;
}

/**
 * What the parameters say is to be watched. Nothing is sent.
 *
 * @throws ProcessMakerError when one of them is of no use
 */
export function readWatch(context: IPollFunctions): Watch {
  const eventTypes = readEventTypes(context.getNodeParameter('triggerOn'));
  const processIds = readProcessIds(context.getNodeParameter('processes', []));
  const given = context.getNodeParameter('filters', {}) as IDataObject;
  const filters = checkCollection(given, watchFilters, 'filter');
  return {
    eventTypes,
    processIds,
    elementId: asText(filters.elementId).trim(),
    assignee: readAssignee(asText(filters.assignee).trim()),
    requestPmql: readOwnPmql(filters.requestPmql, OWN_PMQL.requests),
    taskPmql: readOwnPmql(filters.taskPmql, OWN_PMQL.tasks),
    ignoresN8n: filters.ignoreN8n === true,
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
      : `'Trigger On' holds "${unknown}", which is no event that ProcessMaker Trigger knows`,
    `Choose at least one of the list. Expressions can give ${EVENT_TYPES.map((type) => type.value).join(', ')}.`,
  );
}

const PROCESS_ADVICE =
  'Choose processes from the list, or give their ids, which stand in the addresses of their pages.';

/** A list of ids, or text such as `3, 12` from an expression. */
function readProcessIds(value: unknown): number[] {
  const all = [value].flat();
  // To leave out what cannot be read would let all processes through.
  if (all.some((one) => typeof one !== 'string' && typeof one !== 'number')) {
    throw inputError(
      "'Process Names or IDs' holds something that is neither the id of a process nor a list of ids",
      PROCESS_ADVICE,
    );
  }
  const texts = all.flatMap((one) => asText(one).split(','));
  const given = texts.map((text) => text.trim()).filter((text) => text !== '');
  if (all.length > 0 && given.length === 0) {
    throw inputError(
      "'Process Names or IDs' has no value",
      'Check its expression. An empty list, [], stands for all processes.',
    );
  }
  return given.map((text) => {
    const id = parseId(text);
    if (id !== undefined) return id;
    throw inputError(
      `'Process Names or IDs' holds "${text}", which is not the id of a process`,
      PROCESS_ADVICE,
    );
  });
}

function readAssignee(text: string): Watch['assignee'] {
  if (text === '') return undefined;
  if (text.toLowerCase() === 'me') return 'me';
  const id = parseId(text);
  if (id !== undefined) return id;
  throw inputError(
    `'Assignee' holds "${text}", which is neither "me" nor the id of a user`,
    'Enter the number in the address of the user\'s page, or "me" for the user of the access token.',
  );
}

const USER_ADVICE =
  "Enter the id of the user in 'Assignee': the number stands in the address of the user's page.";

/** The conditions of both lists, for every call of a poll. */
export async function filtersOf(connection: Connection, watch: Watch): Promise<Reading['filters']> {
  const { processIds, requestPmql, taskPmql, elementId, eventTypes, assignee } = watch;
  const asksUser = assignee === 'me' && eventTypes.some(({ list }) => list === 'tasks');
  const userId = asksUser ? await readTokenUserId(connection, USER_ADVICE) : assignee;
  const processes = processIds.length > 0 ? [`process_id IN [${processIds.join(',')}]`] : [];
  // The parameter 'user_id' would also find what is only offered to the user.
  const assigned = userId === undefined ? [] : [`user_id = ${userId}`];
  return {
    requests: { pmql: [...processes, ...given(requestPmql)], qs: {}, own: requestPmql },
    tasks: {
      pmql: [...processes, ...assigned, ...given(taskPmql)],
      qs: elementId === '' ? {} : { element_id: elementId },
      own: taskPmql,
    },
  };
}

const given = (own: string | undefined) => (own === undefined ? [] : [own]);
