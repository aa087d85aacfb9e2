import type { RequestRow, TokenRow } from '../database/rows';
import { toApiTime } from '../database/time';
import { ApiError, notFound } from '../http/errors';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { findProcess, findUser } from './store';

const STATUS_NAMES: Readonly<Record<string, string>> = { CLOSED: 'Completed', ACTIVE: 'In Progress' };
const ADVANCE: Readonly<Record<string, string>> = { CLOSED: 'completed', TRIGGERED: 'triggered' };

/**
 * `GET /requests/{id}/tokens?element_id=`: the latest visit of a Request to an element of whatever kind, for everybody who
 * may see the Request. A sequence flow is told by the end that was visited less often.
 */
export async function presentLatestVisit(
  instance: Instance,
  request: RequestRow,
  elementId: string,
): Promise<JsonObject> {
  if (elementId === '') {
    const message = 'The Element id field is required.';
    throw new ApiError(422, { message, errors: { element_id: [message] } });
  }
  const own = visits(instance, request.id, elementId);
  const visited = own.length > 0 ? own : await visitsOfFlow(instance, request, elementId);
  const token = visited.at(-1);
  if (token === undefined) throw notFound();
  const user = findUser(instance, token.user_id ?? 0);
  const fullname = user && `${user.firstname} ${user.lastname}`;
  return {
    user_id: token.user_id,
    element_id: token.element_id,
    element_name: token.element_name,
    created_at: toApiTime(token.created_at),
    completed_at: toApiTime(token.completed_at),
    status: token.status,
    is_sequence_flow: own.length === 0,
    status_translation: STATUS_NAMES[token.status] ?? token.status,
    completed_by: (token.completed_at !== null && fullname) || '-',
    count: visited.length,
    repeat_message:
      visited.length === 1
        ? 'The path was repeated one time'
        : `The path was repeated ${visited.length} times`,
    created_at_formatted: shortTime(token.created_at),
    completed_at_formatted: token.completed_at === null ? '-' : shortTime(token.completed_at),
    advanceStatus: ADVANCE[token.status] ?? 'open',
    user:
      user === undefined
        ? null
        : {
            id: user.id,
            username: user.username,
            firstname: user.firstname,
            lastname: user.lastname,
            fullname: fullname ?? '',
          },
  };
}

function visits({ database }: Instance, requestId: number, elementId: string): TokenRow[] {
  return database.all<TokenRow>(
    'SELECT * FROM process_request_tokens WHERE process_request_id = ? AND element_id = ? ORDER BY id',
    [requestId, elementId],
  );
}

async function visitsOfFlow(
  instance: Instance,
  { id, process_id: processId }: RequestRow,
  flowId: string,
): Promise<TokenRow[]> {
  const process = findProcess(instance, processId);
  const definition = process && (await instance.definitions.definition(process.bpmn));
  const ends = definition?.elements.get(flowId)?.ends;
  if (ends === undefined) return [];
  const [from, to] = ends.map((elementId) => visits(instance, id, elementId));
  if (from === undefined || to === undefined) return [];
  return from.length > 0 && from.length < to.length ? from : to;
}

/** A time of the database as the server shows it to an American: `12/02/26 09:19`. */
function shortTime(sqlTime: string): string {
  const [, year = '', month = '', day = '', time = ''] =
    /^\d\d(\d\d)-(\d\d)-(\d\d) (\d\d:\d\d)/.exec(sqlTime) ?? [];
  return `${month}/${day}/${year} ${time}`;
}
