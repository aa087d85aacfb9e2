import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filterText, pmqlAll, pmqlTime } from '../../../api/lists';
import { readProcessesOfTasks } from '../../../api/tasks/tasks';
import { readTokenUserId } from '../../../api/users/users';
import { ProcessFinder } from '../../../execution/processFinder';
import { RequestIds } from '../../../execution/readers';
import { filtersOf, switchField, textField } from '../../../fields/common';
import { readFilters, readOwnPmql } from '../../../fields/filters';
import { processLocator, requestLocator, userLocator } from '../../../fields/locators';
import { readLocator, readUserId, toProcessReference, toRequestReference } from '../../../fields/references';
import { asText } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import { explained, inputError } from '../../../transport/processMakerError';

export const assignedToFields: INodeProperties[] = [
  {
    displayName: 'Assigned To',
    name: 'assignedTo',
    type: 'options',
    noDataExpression: true,
    default: 'anyone',
    description:
      "Whose Tasks to get. A user's Tasks are also those that are offered to this user and not yet taken. Those of others are only shown to a user with the permission view-all_requests, and to administrators.",
    options: [
      {
        name: 'Anyone',
        value: 'anyone',
        description: 'Every Task that the user of the access token may see',
      },
      { name: 'Me', value: 'me', description: 'The user of the access token' },
      { name: 'User', value: 'user', description: 'A user that you choose' },
    ],
  },
  { ...userLocator, displayOptions: { show: { assignedTo: ['user'] } } },
];

/** Which Tasks to get. All filters that are given have to fit. */
export const taskFilters = filtersOf(
  textField(
    'Element ID',
    'elementId',
    "The ID of the Task's element in ProcessMaker's designer, which is the same in every Request",
    { placeholder: 'e.g. node_2' },
  ),
  switchField('Overdue', 'overdue', 'Whether to get only open Tasks whose due date has passed', {
    default: true,
  }),
  textField(
    'PMQL',
    'pmql',
    "Your own condition in ProcessMaker's query language. It knows, among others, task, status, due, completed, created, updated_at, case_number, request and data.field. Dates need a time zone, as in 2026-11-24T07:00:00Z.",
    { placeholder: 'e.g. data.amount > 1000' },
  ),
  { ...processLocator, required: false, description: 'Only Tasks of this process' },
  {
    ...requestLocator,
    required: false,
    description:
      'Only Tasks of this Request. For those of the sub-processes of its case too, use PMQL: case_number = 42.',
  },
  {
    displayName: 'Status',
    name: 'status',
    type: 'options',
    default: 'ACTIVE',
    description: 'Whether the Tasks are still to be done',
    options: [
      { name: 'Completed', value: 'CLOSED' },
      { name: 'In Progress', value: 'ACTIVE' },
    ],
  },
  textField(
    'Text',
    'text',
    "Text to look for in the Task's name, its process and the data of its Request, in upper or lower case. The names of fields in the data and the profile of the requester are searched too.",
    { placeholder: 'e.g. invoice' },
  ),
);

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
