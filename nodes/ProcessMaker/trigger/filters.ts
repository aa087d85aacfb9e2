import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { checkCollection } from '../input/filters';
import { asText } from '../guards';
import { parseId } from '../input/locators';
import { readOwnPmql } from '../input/ownPmql';
import { readTokenUserId } from '../api/users/tokenUser';
import type { Connection } from '../transport/connection';
import { inputFailure, type Result } from '../transport/failure';
import { watchFilters } from './filterFields';
import { EVENT_KINDS, type EventKind } from './eventTypes';
import { OWN_PMQL, type ListFilter, type Reading } from './rows';

/** What is to be watched. */
export interface Watch {
  kinds: EventKind[];
  processIds: number[];
  elementId: string;
  /** An id; `me` for the user of the access token. */
  assignee: number | 'me' | undefined;
  requestPmql: string | undefined;
  taskPmql: string | undefined;
  ignoresN8n: boolean;
}

/** What the parameters say is to be watched. Nothing is sent. */
export function readWatch(context: IPollFunctions): Result<Watch> {
  const chosen = [context.getNodeParameter('triggerOn')].flat().map(asText);
  const kinds = EVENT_KINDS.filter(({ value }) => chosen.includes(value));
  const unknown = chosen.find((value) => !kinds.some((kind) => kind.value === value));
  if (unknown !== undefined || kinds.length === 0) {
    return inputFailure(
      unknown === undefined
        ? "No event is chosen in 'Trigger On'"
        : `'Trigger On' holds "${unknown}", which is no event that ProcessMaker Trigger knows`,
      `Choose at least one of the list. Expressions can give ${EVENT_KINDS.map(({ value }) => value).join(', ')}.`,
    );
  }
  const processIds = readProcessIds(context.getNodeParameter('processes', []));
  if (!processIds.ok) return processIds;
  const read = checkCollection(
    context.getNodeParameter('filters', {}) as IDataObject,
    watchFilters,
    'filter',
  );
  if (!read.ok) return read;
  const filters = read.value;
  const assignee = readAssignee(asText(filters.assignee).trim());
  if (!assignee.ok) return assignee;
  const requestPmql = readOwnPmql(filters.requestPmql, OWN_PMQL.requests);
  if (!requestPmql.ok) return requestPmql;
  const taskPmql = readOwnPmql(filters.taskPmql, OWN_PMQL.tasks);
  if (!taskPmql.ok) return taskPmql;
  return {
    ok: true,
    value: {
      kinds,
      processIds: processIds.value,
      elementId: asText(filters.elementId).trim(),
      assignee: assignee.value,
      requestPmql: requestPmql.value,
      taskPmql: taskPmql.value,
      ignoresN8n: filters.ignoreN8n === true,
    },
  };
}

const PROCESS_ADVICE =
  'Choose processes from the list, or give their ids, which stand in the addresses of their pages.';

/** A list of ids, or text such as `3, 12` from an expression. */
function readProcessIds(value: unknown): Result<number[]> {
  const all = [value].flat();
  // To leave out what cannot be read would let all processes through.
  if (all.some((one) => typeof one !== 'string' && typeof one !== 'number')) {
    return inputFailure(
      "'Process Names or IDs' holds something that is neither the id of a process nor a list of ids",
      PROCESS_ADVICE,
    );
  }
  const texts = all.flatMap((one) => asText(one).split(','));
  const given = texts.map((text) => text.trim()).filter((text) => text !== '');
  if (all.length > 0 && given.length === 0) {
    return inputFailure(
      "'Process Names or IDs' has no value",
      'Check its expression. An empty list, [], stands for all processes.',
    );
  }
  const ids = given.map(parseId);
  const wrong = given.find((_, index) => ids[index] === undefined);
  if (wrong === undefined) return { ok: true, value: ids.filter((id) => id !== undefined) };
  return inputFailure(
    `'Process Names or IDs' holds "${wrong}", which is not the id of a process`,
    PROCESS_ADVICE,
  );
}

function readAssignee(text: string): Result<Watch['assignee']> {
  if (text === '') return { ok: true, value: undefined };
  if (text.toLowerCase() === 'me') return { ok: true, value: 'me' };
  const id = parseId(text);
  if (id !== undefined) return { ok: true, value: id };
  return inputFailure(
    `'Assignee' holds "${text}", which is neither "me" nor the id of a user`,
    'Enter the number in the address of the user\'s page, or "me" for the user of the access token.',
  );
}

const USER_ADVICE =
  "Enter the id of the user in 'Assignee': the number stands in the address of the user's page.";

/** The conditions of both lists, for every call of a poll. */
export async function filtersOf(connection: Connection, watch: Watch): Promise<Result<Reading['filters']>> {
  const { processIds, requestPmql, taskPmql, elementId, kinds } = watch;
  const wantsUser = kinds.some(({ list }) => list === 'tasks') && watch.assignee === 'me';
  const user = wantsUser
    ? await readTokenUserId(connection, USER_ADVICE)
    : { ok: true as const, value: watch.assignee };
  if (!user.ok) return user;
  const processes = processIds.length > 0 ? [`process_id IN [${processIds.join(',')}]`] : [];
  return {
    ok: true,
    value: {
      requests: withOwn({ pmql: processes, qs: {} }, requestPmql),
      tasks: withOwn(
        {
          // The parameter 'user_id' would also find what is only offered to the user.
          pmql: [...processes, ...(user.value === undefined ? [] : [`user_id = ${user.value}`])],
          qs: elementId === '' ? {} : { element_id: elementId },
        },
        taskPmql,
      ),
    },
  };
}

function withOwn({ pmql, qs }: ListFilter, own: string | undefined): ListFilter {
  return own === undefined ? { pmql, qs } : { pmql: [...pmql, own], qs, own };
}
