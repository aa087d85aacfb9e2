import type { IDataObject } from 'n8n-workflow';

import { asText, hasIdAndStatus, isObject, objectsIn } from '../../guards';
import type { Connection } from '../../transport/connection';
import { type ListCall, PAGE_SIZE } from '../../transport/pagination';
import {
  explained,
  inputError,
  isKind,
  rethrown,
  unexpectedResponse,
} from '../../transport/processMakerError';
import { apiPath, read, type ReadCall } from '../../transport/request';
import { type Batch, readChunks, readInChunks, searchList, valueIn } from '../lists';

/** A Request as ProcessMaker's API gives it, as far as it is relied on. */
export interface ApiRequest extends IDataObject {
  id: number;
  status: string;
  /** Of one in ERROR, once that was looked up (see `withRetrying`): it has not failed for good; null: not known. */
  retrying?: true | null;
}

export const isApiRequest = hasIdAndStatus<ApiRequest>;

/** Whether a Request in ERROR goes on by itself. See `hasFailedForGood` for what is known of one that is just read. */
export function isBeingRetried({ status, errors, retrying }: IDataObject): boolean {
  return status === 'ERROR' && (retrying === true || isRetriedByHand(errors));
}

/**
 * A retry by hand takes what has failed out of the list until the script has ended. What is left of other elements becomes
 * an object by their ids, to which later failures are added under numbers.
 */
function isRetriedByHand(errors: unknown): boolean {
  if (Array.isArray(errors)) return errors.length === 0;
  return isObject(errors) && !Object.keys(errors).some((key) => /^\d+$/.test(key));
}

/** What the engine has noted of its failures, the latest last. */
export function engineErrors({ errors }: IDataObject): IDataObject[] {
  if (!isObject(errors)) return objectsIn(errors);
  // A database keeps the fields of an object in an order of its own.
  return objectsIn(Object.values(errors)).sort((one, other) => timeOf(one) - timeOf(other));
}

function timeOf({ created_at: at }: IDataObject): number {
  return Date.parse(asText(at)) || 0;
}

/** The id of the user who has started a Request; undefined where nobody has, as when a timer did. */
export function starterOf({ user_id: userId }: IDataObject): number | undefined {
  return typeof userId === 'number' ? userId : undefined;
}

/** Whether a Request goes on by itself, or by its Tasks. */
export function isUnderWay(request: ApiRequest): boolean {
  return request.status === 'ACTIVE' || isBeingRetried(request);
}

/** @throws ProcessMakerError when one is no Request: such a list does not say that there is none */
export function asRequests(rows: object[]): ApiRequest[] {
  if (!rows.every(isApiRequest)) throw notRequests();
  return rows;
}

function notRequests() {
  return unexpectedResponse('The list of Requests is not in the form that ProcessMaker gives it');
}

/** What a Request that was looked up brings along, so that it can be returned like one that was just started. */
export function includesOf(includeData: boolean): string[] {
  return includeData ? ['process', 'activeTasks', 'data'] : ['process', 'activeTasks'];
}

/** Reads Requests by id, 100 in one call. @param withParts also their sub-processes that are under way */
export async function readByIds(
  connection: Connection,
  ids: number[],
  includes: string[],
  withParts = false,
): Promise<Batch<ApiRequest>> {
  return await readInChunks(ids, async (pmql) => {
    if (!withParts) return await readPages(connection, pmql, includes, { limit: PAGE_SIZE });
    const parts = `(parent_request_${pmql} AND status = "In Progress")`;
    const wanted = new Set<unknown>(ids);
    const isWanted = ({ id, parent_request_id: parent }: IDataObject) => wanted.has(id) || wanted.has(parent);
    return await readPages(connection, `${pmql} OR ${parts}`, includes, { isWanted });
  });
}

/** Reads all pages of a search, in the order of the ids: `GET /api/1.0/requests?pmql=…&include=…`. See `searchList`. */
export async function readPages(
  connection: Connection,
  pmql: string,
  includes: string[],
  bounds: Pick<ListCall, 'limit' | 'isWanted'> = {},
): Promise<ApiRequest[]> {
  const call = {
    path: apiPath('1.0', 'requests'),
    ...bounds,
    qs: { pmql, ...(includes.length > 0 && { include: includes.join(',') }) },
  };
  const list = await searchList(connection, call, { field: 'id', direction: 'asc' });
  return asRequests(list);
}

/** Reads one Request as a list of one, since only lists name its process. One that is missing there is read by itself. */
export async function readRequest(connection: Connection, id: number, includes: string[]) {
  const listed = await readByIds(connection, [id], includes);
  return valueIn(listed, id) ?? (await readUnlisted(connection, id, includes));
}

/** Reads a Request that no list shows, to learn why: `GET /api/1.0/requests/{id}?include=…`. */
export async function readUnlisted(
  connection: Connection,
  id: number,
  includes: string[],
  onHeaders?: ReadCall['onHeaders'],
): Promise<ApiRequest> {
  const call = { path: apiPath('1.0', 'requests', id), qs: { include: includes.join(',') }, onHeaders };
  const request = await read(connection, call).catch((error: unknown) => {
    throw aboutRequest(error, id);
  });
  if (!isApiRequest(request)) throw notRequests();
  return request;
}

const MAY_SEE =
  'The user has to have started the Request, to take part in it, or to have the permission for all Requests.';

/** What some responses mean when they are about one Request; `whoMay` says who is allowed it, as a sentence. */
export function aboutRequest(thrown: unknown, id: number, whoMay = MAY_SEE): Error {
  return explained(thrown, {
    notFound: {
      message: `There is no Request ${id}`,
      description:
        "It may have been deleted, or belong to another instance. If you know its case number, choose 'By Case Number'.",
    },
    forbidden: {
      message: `ProcessMaker does not allow this to the user of the access token for Request ${id}`,
      description: `${whoMay} Ask a ProcessMaker administrator.`,
    },
  });
}

export type RequestReference = { id: number } | { caseNumber: number };

/** The ids of the Requests that cases began with, by case number: `pmql=case_number IN […]`. See `readChunks`. */
export async function findCases(connection: Connection, caseNumbers: number[]): Promise<Batch<number>> {
  return await readChunks(caseNumbers, async (chunk) => {
    const isWanted = ({ case_number: of }: IDataObject) => chunk.includes(Number(asText(of)));
    const requests = await readPages(connection, `case_number IN [${chunk.join(',')}]`, [], { isWanted });
    return chunk.map((caseNumber) => {
      // Its sub-processes have the same case number.
      const parts = requests.filter(({ case_number }) => Number(asText(case_number)) === caseNumber);
      const first = parts.findLast(({ parent_request_id }) => parent_request_id === null);
      return [caseNumber, first?.id ?? notSeen(caseNumber, parts)];
    });
  });
}

/** @param parts the Requests of the case that the user may see, all of them of sub-processes */
function notSeen(caseNumber: number, parts: ApiRequest[]) {
  return parts.length > 0
    ? inputError(
        `The user of the access token may not see the Request that case ${caseNumber} began with, but only the Requests of sub-processes`,
        `Choose 'By ID' for one of them: ${parts.map(({ id }) => id).join(', ')}.`,
      )
    : inputError(
        `There is no Request with the case number ${caseNumber} that the user of the access token may see`,
        'Check the number, and that the user started the Request, takes part in it, or may see all Requests.',
      );
}

/** The nine fields that matter to most workflows, and the data where it was asked for. */
export function simplifyRequest(request: ApiRequest, instanceUrl: string): IDataObject {
  const process = [request.process, request.process_version].find(isObject);
  const [task] = objectsIn(request.active_tasks);
  return {
    id: request.id,
    caseNumber: request.case_number ?? null,
    status: request.status,
    processId: request.process_id ?? null,
    // ProcessMaker names a Request after its process.
    processName: process?.name ?? request.name ?? null,
    startedAt: request.initiated_at ?? null,
    completedAt: request.completed_at ?? null,
    activeTask: task ? { id: task.id, name: task.element_name } : null,
    url: requestUrl(request.id, instanceUrl),
    ...('data' in request && { data: request.data }),
  };
}

/** The page of a Request in ProcessMaker. */
export function requestUrl(id: number, instanceUrl: string): string {
  // Joined at once: a template leaves its parts in memory next to the text.
  return [instanceUrl, 'requests', id].join('/');
}

/** ProcessMaker may note the ends of a Request and of its sub-processes in different seconds. */
const SAME_END_MS = 2000;

/** The Request whose cancellation has ended a sub-process, which ProcessMaker calls COMPLETED, where there is one. */
export async function findCanceledParent(
  { id, status, completed_at: end, parent_request_id: parentId }: IDataObject,
  read: (id: number) => Promise<ApiRequest>,
): Promise<ApiRequest | undefined> {
  // A sub-process begins after its parent.
  if (status !== 'COMPLETED' || !parentId || Number(parentId) >= Number(id)) return undefined;
  const parent = await read(Number(parentId)).catch((error: unknown) => {
    if (!isKind(error, 'forbidden', 'notFound')) throw rethrown(error);
  });
  const after = Date.parse(asText(parent?.completed_at)) - Date.parse(asText(end));
  if (!parent || after > SAME_END_MS) return undefined;
  return parent.status === 'CANCELED' ? parent : await findCanceledParent(parent, read);
}
