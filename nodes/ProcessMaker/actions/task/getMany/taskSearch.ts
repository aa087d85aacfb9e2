import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { taskFilters } from '../../../descriptions/taskFilters';
import type { Connection } from '../../../transport/connection';
import { inputFailure, type Failure, type Result } from '../../../transport/failure';
import { readFilters } from '../../../input/filters';
import { asText } from '../../../guards';
import { readLocator } from '../../../input/locators';
import { readOwnPmql } from '../../../input/ownPmql';
import { pmqlAll, pmqlTime } from '../../../api/pmql';
import { toProcessReference, type ProcessReference } from '../../../input/processReference';
import { toRequestReference, type RequestReference } from '../../../api/requests/requestReference';
import { readUserId } from '../../../input/userReference';

/** Which Tasks an item asks for. */
export interface TaskSearch {
  /** What can be sent as it is. */
  qs: IDataObject;
  /** Whether it holds PMQL that the user wrote. */
  hasOwnPmql: boolean;
  assignee: 'anyone' | 'me' | { id: number };
  process: ProcessReference | undefined;
  request: RequestReference | undefined;
}

/** Reads and checks the search of one item. Nothing is sent. */
export function readTaskSearch(
  context: IExecuteFunctions,
  itemIndex: number,
  connection: Connection,
): Result<TaskSearch> {
  const read = readFilters(context, itemIndex, taskFilters);
  if (!read.ok) return read;
  const filters = read.value;
  const assignee = readAssignee(context, itemIndex);
  if (!assignee.ok) return assignee;
  const process = readGiven(filters.process, (locator) => toProcessReference(locator, connection));
  if (!process.ok) return process;
  const request = readGiven(filters.request, (locator) =>
    toRequestReference(locator, connection.instanceUrl),
  );
  if (!request.ok) return request;
  const conditions = readConditions(filters);
  if (!conditions.ok) return conditions;
  return {
    ok: true,
    value: {
      qs: conditions.value,
      hasOwnPmql: asText(filters.pmql).trim() !== '',
      assignee: assignee.value,
      process: process.value,
      request: request.value,
    },
  };
}

function readAssignee(context: IExecuteFunctions, itemIndex: number): Result<TaskSearch['assignee']> {
  const assignedTo = context.getNodeParameter('assignedTo', itemIndex);
  if (assignedTo === 'anyone' || assignedTo === 'me') return { ok: true, value: assignedTo };
  const id = readUserId(context, itemIndex);
  return id.ok ? { ok: true, value: { id: id.value } } : id;
}

/** A filter that was added and left empty is none. */
function readGiven<T>(locator: unknown, read: (locator: unknown) => Result<T>): Result<T | undefined> {
  return readLocator(locator).value === '' ? { ok: true, value: undefined } : read(locator);
}

function readConditions({ elementId, overdue, pmql, status, text }: IDataObject): Result<IDataObject> {
  const element = asText(elementId).trim();
  const words = asText(text).trim();
  const own = readOwnPmql(pmql);
  if (!own.ok) return own;
  if (overdue === true && status === 'CLOSED') {
    return inputFailure(
      "'Overdue' finds open Tasks, and 'Status' asks for completed ones",
      'Take one of the two filters out. Completed Tasks that were due before a time are found by \'PMQL\' with due < "2026-11-24T00:00:00Z".',
    );
  }
  const now = pmqlTime(new Date(), 'Overdue', 'UTC');
  if (!now.ok) return now;
  const conditions = pmqlAll([
    ...(own.value === undefined ? [] : [own.value]),
    ...(overdue === true ? [`due < ${now.value}`] : []),
  ]);
  const wanted = overdue === true ? 'ACTIVE' : asText(status);
  return {
    ok: true,
    value: {
      ...(conditions && { pmql: conditions }),
      ...(wanted && { status: wanted }),
      ...(element && { element_id: element }),
      ...(words && { filter: words }),
    },
  };
}

/** What some answers mean when the user wrote PMQL. ProcessMaker answers to mistakes in it with 422 and 500. */
export function aboutOwnPmql(failure: Failure): Failure {
  const advice =
    'Check it with the search of the Tasks page in ProcessMaker. Texts stand in "quotes", a field of the data is data.amount, and a time is "2026-11-24T09:30:00Z".';
  if (failure.kind === 'invalid') {
    return {
      ...failure,
      message: "'PMQL' names something that ProcessMaker does not know of Tasks",
      description: `It says: ${failure.description}. ${advice}`,
    };
  }
  if (failure.kind === 'serverError' || failure.kind === 'badRequest') {
    return {
      ...failure,
      message:
        "ProcessMaker could not search with 'PMQL': most likely it is not written as the language asks for",
      description: advice,
    };
  }
  return failure;
}
