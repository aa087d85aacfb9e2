import type { IDataObject } from 'n8n-workflow';

import { asText, isObject, objectsIn } from '../../guards';
import type { Connection } from '../../transport/connection';
import { ifRead, isKind, rethrown } from '../../transport/processMakerError';
import { apiPath, read, type ReadCall } from '../../transport/request';
import { serverTime, withoutSql } from '../../transport/response';
import { readBpmn, retriesOf } from '../processes/processes';
import { type ApiTask, listScripts } from '../tasks/tasks';
import { withoutSignature } from './hiddenKey';
import { type ApiRequest, engineErrors, isBeingRetried, readUnlisted } from './requests';

/** So many elements of a Request are asked for at most; seldom more than one has failed. */
const MAX_ELEMENTS = 10;

const IN_PARALLEL = 5;

/** One failure is noted twice, half a second apart at most, in whole seconds; an assignment fails as its Task begins. */
const SAME_MOMENT_MS = 1000;

/**
 * How long after its wait time an attempt may still be in a queue, with room for a clock that is an hour ahead. What is
 * older was lost, or its process was changed.
 */
const MAX_QUEUED_MS = 7_200_000;

/**
 * Whether a Request has failed for good. ProcessMaker puts it in ERROR at each failure of a script, also of one that it
 * tries again by itself. Not known: the server is older than 4.7, or the user may not see what tells.
 */
export type FailedForGood = 'yes' | 'no' | 'notKnown';

/**
 * The one rule. Of each element that has failed, the token tells: it is ACTIVE while a script will be tried again, and
 * FAILING at the end. Only after a retry by hand it stays FAILING, and the failures since then are counted.
 *
 * @throws ProcessMakerError when that cannot be read for a cause that may pass
 */
export async function hasFailedForGood(connection: Connection, request: ApiRequest): Promise<FailedForGood> {
  if (request.status !== 'ERROR' || isBeingRetried(request)) return 'no';
  // What the engine notes of no element is tried again by nobody.
  const elements = [...new Set(engineErrors(request).map(({ element_id: id }) => asText(id)))];
  const failed = elements.filter((id) => id !== '').reverse();
  const answers = new Set<FailedForGood | 'left'>(failed.length > MAX_ELEMENTS ? ['notKnown'] : []);
  for (const elementId of failed.slice(0, MAX_ELEMENTS)) {
    const answer = await hasElementFailed(connection, request, elementId);
    if (answer === 'no') return 'no';
    answers.add(answer);
  }
  if (answers.has('notKnown')) return 'notKnown';
  const isLeft = answers.has('left') && !answers.has('yes');
  return isLeft && (await hasGoneOn(connection, request)) ? 'no' : 'yes';
}

/** Whether a Request has changed since it was read in ERROR: its script may have ended well just then. */
async function hasGoneOn(connection: Connection, request: ApiRequest): Promise<boolean> {
  const now = await readUnlisted(connection, request.id, []);
  return now.status !== 'ERROR' || failuresOf(now) !== failuresOf(request);
}

/** What names the failures of a Request. The response to a start has their fields in another order than all others. */
function failuresOf(request: ApiRequest): string {
  return JSON.stringify(
    engineErrors(request).map(({ element_id: id, created_at: at, message }) => [id, at, message]),
  );
}

/** The same Request; one in ERROR that has not failed for good, or may not have, says so in `retrying`. */
export async function withRetrying(connection: Connection, request: ApiRequest): Promise<ApiRequest> {
  if (request.status !== 'ERROR') return request;
  const answer = await hasFailedForGood(connection, request);
  return answer === 'yes' ? request : { ...request, retrying: answer === 'no' ? true : null };
}

/** The same where a read that fails must not fail what is done: then it is not known. */
export async function withRetryingIfRead(connection: Connection, request: ApiRequest): Promise<ApiRequest> {
  return (await ifRead(withRetrying(connection, request))) ?? { ...request, retrying: null };
}

/** The same for many Requests. */
export async function allWithRetrying(connection: Connection, requests: ApiRequest[]): Promise<ApiRequest[]> {
  const judged: ApiRequest[] = [];
  for (let from = 0; from < requests.length; from += IN_PARALLEL) {
    const some = requests.slice(from, from + IN_PARALLEL);
    judged.push(...(await Promise.all(some.map((request) => withRetrying(connection, request)))));
  }
  return judged;
}

/** What is said of a Request in ERROR of which it is not known whether it goes on; empty for all others. */
export function retryNote({ retrying }: Pick<ApiRequest, 'retrying'>): string {
  return retrying === null
    ? ' It may still go on: it could not be seen whether ProcessMaker tries one of its scripts again.'
    : '';
}

/**
 * Whether all that has failed in a Request that has ended were scripts that have healed, each of them before a Task was
 * reached, or after it was completed. At the same time as the Task, nobody can tell it from an end by hand.
 */
export async function haveScriptsHealed(
  connection: Connection,
  request: ApiRequest,
  task: ApiTask,
): Promise<boolean> {
  const failures = engineErrors(request);
  for (const failure of failures) {
    const elementId = asText(failure.element_id);
    if (elementId === '' || elementId === task.element_id) return false;
    const visit = await readLatestVisit(connection, request.id, elementId);
    // What follows a script can fail in its name, when it has ended.
    if (!visit || !isHealed(visit, task) || !(timeOf(failure) < timeOf(visit, 'completed_at'))) return false;
  }
  if (Array.isArray(request.errors) && failures.length > 0) return true;
  // A retry by hand has taken out what shows which of the scripts had failed.
  const scripts = await listScripts(connection, request.id);
  return scripts.length > 0 && scripts.every((script) => isHealed(script, task));
}

/** Whether a visit is that of a script that has ended before a Task was reached, or has begun after its end. */
function isHealed(visit: IDataObject, task: ApiTask): boolean {
  if (visit.status !== 'CLOSED' || visit.user_id !== null) return false;
  return timeOf(visit, 'completed_at') <= timeOf(task) || timeOf(visit) >= timeOf(task, 'completed_at');
}

/** The latest visit of a Request to an element, as far as it is relied on. */
interface Visit extends IDataObject {
  status: string;
}

/** `GET /api/1.0/requests/{id}/tokens?element_id=…`, since 4.7. @returns undefined where the server does not tell */
async function readLatestVisit(
  connection: Connection,
  requestId: number,
  elementId: string,
  onHeaders?: ReadCall['onHeaders'],
): Promise<Visit | undefined> {
  const path = apiPath('1.0', 'requests', requestId, 'tokens');
  const call = { path, qs: { element_id: elementId }, onHeaders };
  const token = await ifTold(read(connection, call));
  return isObject(token) && typeof token.status === 'string' ? (token as Visit) : undefined;
}

const NOT_TOLD = [
  'forbidden',
  'notFound',
  'badRequest',
  'methodNotAllowed',
  'invalid',
  'unexpectedResponse',
] as const;

async function ifTold<T>(reading: Promise<T>): Promise<T | undefined> {
  return await reading.catch((error: unknown) => {
    if (isKind(error, ...NOT_TOLD)) return undefined;
    throw rethrown(error);
  });
}

/** @returns `left` for an element that the Request has left: it was not this that failed, or it has healed */
async function hasElementFailed(
  connection: Connection,
  request: ApiRequest,
  elementId: string,
): Promise<FailedForGood | 'left'> {
  let now = Date.now();
  const visit = await readLatestVisit(connection, request.id, elementId, (headers) => {
    // The failures have the server's time. Where the clocks differ, the earlier one cannot make an attempt look lost.
    now = Math.min(now, serverTime(headers) ?? now);
  });
  if (visit?.status === 'ACTIVE') return (await isOpenTask(connection, request, visit)) ? 'yes' : 'no';
  if (visit?.status !== 'FAILING') return visit ? 'left' : 'notKnown';
  // Only scripts are retried, and they have no user: a call activity, whose sub-process has failed, has one.
  if (visit.user_id !== null) return 'yes';
  const failures = engineErrors(request).filter(({ element_id: id }) => id === elementId);
  if (isNotedAsEnd(failures)) return 'yes';
  // The token can be younger than the list of failures, which is then to be read again.
  if (await hasGoneOn(connection, request)) return 'no';
  if (timeOf(failures.at(-1)) - timeOf(visit) <= SAME_MOMENT_MS) return 'yes';
  return await hasRetryFailed(connection, request, { elementId, failures, now });
}

/** A person's Task can be open in ERROR as well. One that is offered to a group has no user, as scripts have none. */
async function isOpenTask(connection: Connection, request: ApiRequest, visit: Visit): Promise<boolean> {
  if (visit.user_id !== null) return true;
  // Only some lists show the open Tasks.
  const shown = request.active_tasks ? request : await readUnlisted(connection, request.id, ['activeTasks']);
  return objectsIn(shown.active_tasks).some(({ element_name: name }) => name === visit.element_name);
}

/** Whether the latest failure is that of the last attempt: it says so, or is noted twice where nobody has retried it. */
function isNotedAsEnd(failures: IDataObject[]): boolean {
  const [last, before] = failures.toReversed();
  if (/^Job failed after \d/.test(asText(last?.message))) return true;
  return last?.message === before?.message && timeOf(last) - timeOf(before) <= SAME_MOMENT_MS;
}

/** After a retry by hand, each attempt is noted once, and only the process says how many there are. */
async function hasRetryFailed(
  connection: Connection,
  { process_id: processId }: ApiRequest,
  { elementId, failures, now }: { elementId: string; failures: IDataObject[]; now: number },
): Promise<FailedForGood> {
  const bpmn = await ifTold(readBpmn(connection, Number(processId)));
  if (bpmn === undefined) return 'notKnown';
  const retries = retriesOf(bpmn, elementId);
  if (failures.length > retries.attempts) return 'yes';
  const dueAt = timeOf(failures.at(-1)) + retries.waitSeconds * 1000;
  return now > dueAt + MAX_QUEUED_MS ? 'notKnown' : 'no';
}

function timeOf(entry: IDataObject | undefined, field: 'created_at' | 'completed_at' = 'created_at'): number {
  return Date.parse(asText(entry?.[field]));
}

/** Where and why ProcessMaker's engine stopped a Request: ` at "Task" (node_2): message`; empty when it did not. */
export function engineReason(request: IDataObject): string {
  const [engineError = {}] = engineErrors(request);
  const elementId = asText(engineError.element_id);
  const element = elementId && ` at "${asText(engineError.element_name)}" (${elementId})`;
  const reason = withoutSignature(withoutSql(asText(engineError.message)).replace(/\.$/, ''));
  return element + (reason && `: ${reason}`);
}
