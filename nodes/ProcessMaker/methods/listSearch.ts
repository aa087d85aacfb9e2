import type {
  IDataObject,
  ILoadOptionsFunctions,
  INodeListSearchItems,
  INodeListSearchResult,
} from 'n8n-workflow';

import { readFiles, variableOf } from '../api/files/files';
import {
  AUTOMATIC,
  describeTriggers,
  eventsIn,
  getStartableProcesses,
  processUrl,
  readBpmn,
  tasksIn,
} from '../api/processes/processes';
import { readRequest, requestUrl } from '../api/requests/requests';
import { readNewestRequests } from '../api/requests/requestSearch';
import { listTasks, listWaitingEvents, readOpenTasks, taskUrl } from '../api/tasks/tasks';
import { nameOfUser, readUsers } from '../api/users/users';
import { withConnection } from '../execution/nodeError';
import { ProcessFinder } from '../execution/processFinder';
import { RequestIds } from '../execution/readers';
import { numberOrText, toProcessReference, toRequestReference } from '../fields/references';
import { asText, isObject } from '../guards';
import type { Connection } from '../transport/connection';
import type { ListPage } from '../transport/pagination';
import { isKind, newError, rethrown } from '../transport/processMakerError';

/** So many entries at once; n8n asks for more while a person scrolls. */
const PAGE_SIZE = 50;

/** Not an error of the input: n8n's lists show the advice only of others. */
const nothingToShow = (message: string, description: string) => newError('notFound', message, description);

/** The method with which n8n fills the list of a locator. */
function listSearch(
  search: (
    connection: Connection,
    search: { filter: string; token: string | undefined },
    context: ILoadOptionsFunctions,
  ) => Promise<INodeListSearchResult>,
) {
  return async function (this: ILoadOptionsFunctions, filter = '', token?: string) {
    return await withConnection(this, (connection) => search(connection, { filter, token }, this));
  };
}

/** The processes that the user of the access token may start, with a link to the page of each. */
export const searchProcesses = listSearch(async (connection, { filter }) => {
  const processes = await getStartableProcesses(connection, filter);
  if (processes.length === 0 && filter === '') {
    throw nothingToShow(
      'The user of the token may not start any process',
      "Ask a ProcessMaker administrator to assign this user, or a group of the user, to the start event of an active process. For an operation that starts nothing, you can also enter a process 'By ID'.",
    );
  }
  return {
    results: processes
      .map(({ id, name }) => ({ name, value: String(id), url: processUrl(id, connection.instanceUrl) }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
});

/** Automatic, and the start events of the chosen process that the user of the access token may trigger. */
export const searchStartEvents = listSearch(async (connection, { filter }, context) => {
  const chosen = asText(context.getCurrentNodeParameter('process', { extractValue: true }));
  const processes = await getStartableProcesses(connection);
  // By id, or by name when the locator holds one.
  const found = processes.filter(({ id, name }) => String(id) === chosen || name === chosen);
  if (found.length === 0 && chosen !== '') {
    throw nothingToShow(
      `Process "${chosen}" is not among the processes that the user of the access token may start`,
      "Check 'Process'. While it is an expression, give the start event 'By ID', or leave it at Automatic.",
    );
  }
  const events = found.flatMap(({ startEvents }) => startEvents);
  const entries = events.map((event) => ({
    name: event.name,
    value: event.id,
    description: describeTriggers(event),
  }));
  const manual = events.filter(({ triggers }) => triggers.length === 0).length;
  const automatic = {
    name: manual > 1 ? `Automatic (not possible: select one of ${manual} start events)` : 'Automatic',
    value: AUTOMATIC,
    description: 'The only start event that the user of the access token may trigger by hand',
  };
  return { results: matching([automatic, ...entries], filter, ['name', 'value']) };
});

/** The Requests that the user of the access token may see, the newest first, with a link to the page of each. */
export const searchRequests = listSearch(async (connection, { filter, token }) => {
  const found = await readNewestRequests(connection, newest(filter, token));
  return newestOf(found, ({ id, case_number: caseNumber, name, status }) => {
    const title = typeof caseNumber === 'number' ? `Case #${caseNumber}` : `Request ${asText(id)}`;
    return {
      name: `${title} · ${asText(name)} (${asText(status)})`,
      value: asText(id),
      url: requestUrl(Number(asText(id)), connection.instanceUrl),
    };
  });
});

export const searchFiles = listSearch(async (connection, { filter }, context) => {
  const files = await readFiles(connection, await chosenRequestId(context, connection));
  const entries = files.map((file) => ({
    name: file.file_name,
    value: String(file.id),
    description: `Variable: ${variableOf(file)}`,
  }));
  return { results: matching(entries, filter, ['name', 'description']) };
});

/** The events at which the chosen Request waits, for administrators; for those who may view processes those of its process. */
export const searchWaitingEvents = listSearch(async (connection, { filter }, context) => {
  const requestId = await chosenRequestId(context, connection);
  const waiting = await listWaitingEvents(connection, requestId);
  const events = waiting.length > 0 ? waiting : await listDrawnEvents(connection, requestId);
  if (events.length === 0) {
    throw nothingToShow(
      `No event that waits in Request ${requestId} can be shown`,
      "ProcessMaker shows them to administrators, while the Request waits there. Users who may view processes see those of its process, while the Request is ACTIVE. Enter the event 'By ID'.",
    );
  }
  const entries = events.map(({ id, name }) => ({ name, value: id, description: id }));
  return { results: matching(entries, filter, ['name', 'value']) };
});

async function listDrawnEvents(connection: Connection, requestId: number) {
  const { status, process_id: processId } = await readRequest(connection, requestId, []);
  return status === 'ACTIVE' ? eventsIn(await drawingOf(connection, Number(processId))) : [];
}

/** The BPMN of a process; empty for those who may not view processes, and in older versions, which have no such route. */
async function drawingOf(connection: Connection, processId: number): Promise<string> {
  return await readBpmn(connection, processId).catch((error: unknown) => {
    if (isKind(error, 'forbidden', 'notFound', 'methodNotAllowed')) return '';
    throw rethrown(error);
  });
}

const NEWEST = { limit: 100, order: { field: 'id', direction: 'desc' } } as const;

/**
 * The Tasks in the BPMN of the chosen process, for those who may view processes; for others those that it has had lately,
 * as far as they may see them.
 */
export const searchTaskElements = listSearch(async (connection, { filter }, context) => {
  const processId = await chosenProcessId(context, connection);
  const names = new Map(tasksIn(await drawingOf(connection, processId)).map(({ id, name }) => [id, name]));
  const earlier = names.size > 0 ? [] : await listTasks(connection, { process_id: processId }, NEWEST);
  for (const task of earlier) names.set(asText(task.element_id), asText(task.element_name));
  if (names.size === 0) {
    throw nothingToShow(
      `No Task of process ${processId} can be shown`,
      'ProcessMaker shows those of a process that has not had any only to users with the permission to view processes. Choose another way than the list, and enter the ID that the Task has in the designer, such as decide.',
    );
  }
  const entries = [...names].map(([value, name]) => ({ name: name || value, value, description: value }));
  return { results: matching(entries, filter, ['name', 'value']) };
});

/** The chosen process, or that of the Request that is waited for. */
async function chosenProcessId(context: ILoadOptionsFunctions, connection: Connection): Promise<number> {
  if (context.getCurrentNodeParameter('operation') === 'wait') {
    const requestId = await chosenRequestId(context, connection);
    return Number((await readRequest(connection, requestId, [])).process_id);
  }
  const reference = toProcessReference(context.getCurrentNodeParameter('process'), connection);
  return await new ProcessFinder(connection).idOf(reference);
}

async function chosenRequestId(context: ILoadOptionsFunctions, connection: Connection): Promise<number> {
  const reference = toRequestReference(context.getCurrentNodeParameter('request'), connection);
  return await new RequestIds(connection, [{ reference }]).idOf(reference);
}

/** The open Tasks that the user of the access token may see, the newest first, with a link to the page of each. */
export const searchTasks = listSearch(async (connection, { filter, token }) => {
  const found = await readOpenTasks(connection, newest(filter, token));
  return newestOf(found, (task) => ({
    name: nameOfTask(task),
    value: asText(task.id),
    url: taskUrl(Number(asText(task.id)), connection.instanceUrl),
  }));
});

function nameOfTask({ element_name: name, process_request: request }: IDataObject): string {
  const { case_number: caseNumber, name: process } = isObject(request) ? request : {};
  const parts = [asText(name), asText(caseNumber) && `Case #${asText(caseNumber)}`, asText(process)];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Of Requests and Tasks, the token is the id at which the page before has ended. */
function newest(filter: string, before: string | undefined) {
  return { wanted: numberOrText(filter), before, pageSize: PAGE_SIZE };
}

function newestOf({ entries, lastPage }: ListPage, toEntry: (entry: IDataObject) => INodeListSearchItems) {
  const isMore = lastPage > 1 && entries.length === PAGE_SIZE;
  return { results: entries.map(toEntry), ...(isMore && { paginationToken: asText(entries.at(-1)?.id) }) };
}

/** The active users by username, for those who may view users. */
export const searchUsers = listSearch(async (connection, { filter, token = '1' }) => {
  const text = filter.trim();
  const page = parseInt(token, 10);
  const qs = { status: 'ACTIVE', ...(text && { filter: text }) };
  const { entries, lastPage } = await readUsers(connection, qs, { pageSize: PAGE_SIZE, page });
  // The same page again: something on the way ignores its number.
  const end = ` ${asText(entries.at(-1)?.id)}`;
  if (token.endsWith(end)) return { results: [] };
  const isMore = page < lastPage && entries.length === PAGE_SIZE;
  return {
    results: entries.map((user) => ({
      name: `${nameOfUser(user)} (${asText(user.username)})`,
      value: asText(user.id),
    })),
    ...(isMore && { paginationToken: `${page + 1}${end}` }),
  };
});

/** The entries that hold what a person has typed, in one of these fields. */
function matching(
  entries: INodeListSearchItems[],
  filter: string,
  fields: Array<keyof INodeListSearchItems>,
) {
  const wanted = filter.trim().toLowerCase();
  return entries.filter((entry) => {
    const text = fields.map((field) => asText(entry[field])).join(' ');
    return text.toLowerCase().includes(wanted);
  });
}
