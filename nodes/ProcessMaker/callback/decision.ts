import { type IDataObject, jsonParse } from 'n8n-workflow';

import { haveScriptsHealed } from '../api/requests/failure';
import { type ApiRequest, requestUrl } from '../api/requests/requests';
import { type ApiTask, assigneeOf, listTasks } from '../api/tasks/tasks';
import { readTokenUserId } from '../api/users/users';
import { shortHash } from '../execution/attemptStorage';
import type { DecisionSettings } from '../fields/waitParameters';
import { asText, isObject } from '../guards';
import type { Connection } from '../transport/connection';
import type { CallbackWait } from './callbackWait';

/** So many Tasks of the element are read: one is right, and any other number is wrong. */
const MAX_TASKS = 100;

/** ProcessMaker writes both times, in seconds, when a Request ends. */
const MAX_LATER_MS = 2000;

/** Sleeps until a Request has ended, and gives what was decided in it. @returns the output for when no call comes */
export async function waitForDecision(
  wait: CallbackWait,
  connection: Connection,
  requestId: number,
  settings: DecisionSettings,
): Promise<IDataObject> {
  return await wait.storeUrlAndWait(connection, requestId, undefined, {
    // ProcessMaker does not keep each value as it was sent.
    atBegin: ({ data }) => ({
      decision: { ...settings, shown: digestsOf(data, Object.keys(settings.shown)) },
    }),
    atEnd: (request) => readDecision(connection, request, settings),
    atLimit: ({ id }) =>
      decisionJson(connection, id, { approved: false, chatInput: 'No decision has reached n8n in time.' }),
  });
}

/** Reads what was decided in a Request that has ended. @param request with its data */
export async function readDecision(connection: Connection, request: ApiRequest, settings: DecisionSettings) {
  const filters = { process_request_id: request.id, element_id: settings.element };
  const listed = await listTasks(connection, filters, { limit: MAX_TASKS });
  const tasks = listed.filter(
    ({ element_id: element, process_request_id: owner }) =>
      element === settings.element && Number(owner) === request.id,
  );
  const ownIds = settings.allowsOwn ? [] : [request.user_id, await readOwnId(connection)];
  const reason = findObstacle(
    request,
    tasks,
    { ownIds, hasFailed: await hasFailed(connection, request, tasks) },
    settings,
  );
  const { field, yes, commentField } = settings;
  if (reason !== undefined)
    return decisionJson(connection, request.id, { approved: false, chatInput: reason });
  const comment = textIn(request, commentField) || undefined;
  const approved = yes.includes(textIn(request, field) ?? '');
  const chatInput = comment ?? (approved ? '' : 'It was refused without a comment.');
  const [task] = tasks;
  return decisionJson(connection, request.id, { approved, chatInput, comment, task });
}

/** The user of the access token, who is not to approve what the token has asked for. */
export async function readOwnId(connection: Connection): Promise<number> {
  return await readTokenUserId(connection, "To do without, switch on the option 'Allow Own Approval'.");
}

interface Decided {
  approved: boolean;
  chatInput: string;
  /** What the person has written. */
  comment?: string | undefined;
  /** The Task by which a person has decided. */
  task?: ApiTask | undefined;
}

/** The output of a review: `approved` and `chatInput` are what n8n reads. Nothing of the input is in it. */
export function decisionJson(
  { instanceUrl }: Pick<Connection, 'instanceUrl'>,
  requestId: number | null,
  { approved, chatInput, comment, task }: Decided,
): IDataObject {
  return {
    approved,
    chatInput,
    comment: comment ?? null,
    respondedBy: task ? assigneeOf(task) : null,
    respondedAt: task?.completed_at ?? null,
    requestId,
    requestUrl: requestId === null ? null : requestUrl(requestId, instanceUrl),
  };
}

/** Whether something has failed in a Request besides scripts that have healed. */
async function hasFailed(connection: Connection, request: ApiRequest, [task]: ApiTask[]): Promise<boolean> {
  const { status, errors = null } = request;
  if (status !== 'COMPLETED' || errors === null) return false;
  return task === undefined || !(await haveScriptsHealed(connection, request, task));
}

/** What is known of a review besides its Request and Tasks. */
interface Known {
  /** The users whose approval does not count. */
  ownIds: unknown[];
  hasFailed: boolean;
}

/** Why a Request that has ended holds no decision that counts. */
function findObstacle(
  request: ApiRequest,
  tasks: ApiTask[],
  { ownIds, hasFailed: wasErrored }: Known,
  { element, field, yes, no, identity, shown }: DecisionSettings,
): string | undefined {
  const { id, status } = request;
  if (status !== 'COMPLETED') return `Request ${id} has ended in status ${status}, so nobody has decided.`;
  if (wasErrored)
    return `Request ${id} was in status ERROR before it ended, and not only for scripts that were tried again before the Task or after it, so its decision does not count.`;
  const [task, ...others] = tasks;
  if (!task) {
    return `Request ${id} has no Task of the element '${element}' that the user of the access token may see. Without the permission to view all Requests, ProcessMaker shows no Tasks of others.`;
  }
  if (others.length > 0)
    return `Request ${id} has ${tasks.length} Tasks of the element '${element}', not one.`;
  // A timer that ends the Task closes it, too, but does not complete it.
  if (task.status !== 'CLOSED' || typeof task.completed_at !== 'string') {
    return `Task ${task.id} was not completed before the Request ended, as when its time is over.`;
  }
  if (typeof task.user_id !== 'number') return `Task ${task.id} was completed, but nobody had claimed it.`;
  if (ownIds.includes(task.user_id)) {
    return `Task ${task.id} was completed by the user who had asked for the review, which does not count.`;
  }
  if (identity !== undefined && identityIn(request) !== identity) {
    return 'The tool or its parameters were changed in the Request, so the person may have seen something else.';
  }
  const later = Date.parse(asText(request.updated_at)) - Date.parse(asText(request.completed_at));
  if (!(later <= MAX_LATER_MS))
    return `Request ${id} was changed after its end, so its data may not be what the person has sent.`;
  const value = textIn(request, field);
  if (value === undefined || ![...yes, ...no].includes(value)) {
    return `The field '${field}' holds ${value === undefined ? 'no value' : 'a value'} that is neither a yes nor a no.`;
  }
  const changed = yes.includes(value) ? findChange(request, shown) : undefined;
  if (changed === undefined) return undefined;
  return `Request ${id} does not hold in '${changed}' what it held when the person was asked, so the person may have seen something else.`;
}

/** The first field that does not hold any more what it held: a form may show, and send back, other values than the data. */
function findChange({ data }: ApiRequest, shown: Record<string, string>): string | undefined {
  const names = Object.keys(shown);
  const found = digestsOf(data, names);
  return names.find((name) => found[name] !== shown[name]);
}

/** A digest of each of these fields. What looks the same to a person has the same one. */
export function digestsOf(data: unknown, names: string[]): Record<string, string> {
  const fields = isObject(data) ? data : {};
  const textOf = (name: string) =>
    JSON.stringify(inOrder(Object.hasOwn(fields, name) ? fields[name] : null), asSeen);
  return Object.fromEntries(names.map((name) => [name, shortHash(textOf(name))]));
}

/** Forms make texts of numbers and of what is empty, and ProcessMaker keeps an empty object as a list. */
function asSeen(_name: string, value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (value === '') return null;
  return isObject(value) && Object.keys(value).length === 0 ? [] : value;
}

/** The call that the Request shows now; no call's where its parameters are no JSON. */
function identityIn({ data }: ApiRequest): string {
  const { toolName, toolParameters } = isObject(data) ? data : {};
  return callIdentity(toolName, jsonParse(asText(toolParameters), { fallbackValue: '' }));
}

/** A field of the Request's data as text; undefined where it holds no text, number or boolean. */
function textIn({ data }: ApiRequest, field: string): string | undefined {
  const value: unknown = isObject(data) && Object.hasOwn(data, field) ? data[field] : undefined;
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

/** Is the same for the same tool and arguments, in whichever order. */
export function callIdentity(toolName: unknown, parameters: unknown): string {
  return JSON.stringify([toolName, inOrder(parameters)]);
}

/** The same with all fields in the order of their names. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, inOrder(value[name])]));
}
