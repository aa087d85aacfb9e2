import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { filterText, pmqlAll, pmqlTime } from '../../../api/lists';
import { readProcessesOfTasks } from '../../../api/tasks/tasks';
import { readTokenUserId } from '../../../api/users/users';
import { taskFilters } from '../../../descriptions/taskFilters';
import { ProcessFinder } from '../../../execution/processFinder';
import { RequestIds } from '../../../execution/readers';
import { asText } from '../../../guards';
import { readFilters, readOwnPmql } from '../../../input/filters';
import { readLocator, readUserId, toProcessReference, toRequestReference } from '../../../input/references';
import type { Connection } from '../../../transport/connection';
import { explained, inputError } from '../../../transport/processMakerError';

/** Which Tasks an item asks for. */
export type TaskSearch = ReturnType<typeof readTaskSearch>;

/** Reads and checks the search of one item. Nothing is sent. */
export function readTaskSearch(context: IExecuteFunctions, itemIndex: number, connection: Connection) {
  const filters = readFilters(context, itemIndex, taskFilters);
  const { process, request } = filters;
  return {
    assignee: readAssignee(context, itemIndex),
    process: isEmpty(process) ? undefined : toProcessReference(process, connection),
    request: isEmpty(request) ? undefined : toRequestReference(request, connection),
    /** What can be sent as it is. */
    qs: readConditions(filters),
    /** Whether it holds PMQL that the user wrote. */
    hasOwnPmql: asText(filters.pmql).trim() !== '',
  };
}

function readAssignee(context: IExecuteFunctions, itemIndex: number): 'anyone' | 'me' | { id: number } {
  const assignedTo = context.getNodeParameter('assignedTo', itemIndex);
  if (assignedTo === 'anyone' || assignedTo === 'me') return assignedTo;
  return { id: readUserId(context, itemIndex) };
}

/** A filter that was added and left empty is none. */
function isEmpty(locator: unknown): boolean {
  return readLocator(locator).value === '';
}

function readConditions({ elementId, overdue, pmql, status, text }: IDataObject): IDataObject {
  const element = asText(elementId).trim();
  const words = filterText(asText(text));
  const own = readOwnPmql(pmql);
  if (overdue === true && status === 'CLOSED') {
    throw inputError(
      "'Overdue' finds open Tasks, and 'Status' asks for completed ones",
      'Take one of the two filters out. Completed Tasks that were due before a time are found by \'PMQL\' with due < "2026-11-24T00:00:00Z".',
    );
  }
  const conditions = pmqlAll([
    ...(own === undefined ? [] : [own]),
    ...(overdue === true ? [`due < ${pmqlTime(new Date(), 'Overdue', 'UTC')}`] : []),
  ]);
  const wanted = overdue === true ? 'ACTIVE' : asText(status);
  return {
    ...(conditions && { pmql: conditions }),
    ...(wanted && { status: wanted }),
    ...(element && { element_id: element }),
    ...(words && { filter: words }),
  };
}

/** Gives the query of `GET /api/1.0/tasks` for each search of a run. Ids are found in one call for each kind. */
export function taskQueries(connection: Connection, all: TaskSearch[]) {
  const processes = new ProcessFinder(connection);
  const requests = new RequestIds(
    connection,
    all.flatMap(({ request }) => (request ? { reference: request } : [])),
  );
  let me: Promise<number> | undefined;
  return async ({ qs, assignee, process, request }: TaskSearch): Promise<IDataObject> => {
    const ids: IDataObject = {};
    if (assignee === 'me') {
      me ??= readTokenUserId(connection, MY_ID_ADVICE);
      ids.user_id = await me;
    } else if (assignee !== 'anyone') ids.user_id = assignee.id;
    if (process) {
      ids.process_id = await processes.idOf(process, (name) => readProcessesOfTasks(connection, name));
    }
    if (request) ids.process_request_id = await requests.idOf(request);
    return { ...qs, ...ids };
  };
}

const MY_ID_ADVICE =
  "Choose 'User' in 'Assigned To' and give the user, by ID if need be: it is the number in the address of the user's profile.";

const PMQL_ADVICE =
  'Check it with the search of the Tasks page in ProcessMaker. Write texts in "quotes", a field of the data is data.amount, and a time is "2026-11-24T09:30:00Z".';

/** What some responses mean when the user wrote PMQL. What is wrong in it comes back as 422 or 500. */
export function aboutOwnPmql(thrown: unknown): Error {
  return explained(thrown, ({ kind, description }) => {
    if (kind === 'invalid') {
      return {
        message: "'PMQL' names something that ProcessMaker does not know of Tasks",
        description: `It says: ${description} ${PMQL_ADVICE}`,
      };
    }
    if (kind !== 'serverError' && kind !== 'badRequest') return undefined;
    return {
      message:
        "ProcessMaker could not search with 'PMQL': most likely it is not written as the language asks for",
      description: PMQL_ADVICE,
    };
  });
}
