import type { Connection } from '../transport/connection';
import type { Failure, FailureKind, Result } from '../transport/failure';
import { Patience } from '../transport/retryBudget';
import { readByIds, readUnlisted } from '../api/requests/requests';
import type { ApiRequest } from '../api/requests/simplifyRequest';

/** A look is short, since the next one comes soon; the last one may take a little longer than what time is left. */
const LONGEST_LOOK_SECONDS = 30;
const SHORTEST_LOOK_SECONDS = 5;

/** What may be over at the next look. */
const PASSING = new Set<FailureKind>([
  'tooManyRequests',
  'serverError',
  'gateway',
  'maintenance',
  'timeout',
  'connectionLost',
  'unreachable',
]);

/** Whether a server that has answered in this way, or not at all, may do better at the next look. */
export function mayComeBack({ kind, passing }: Failure): boolean {
  return passing !== undefined || PASSING.has(kind);
}

/**
 * A connection for one look: it repeats nothing, since the next look does.
 *
 * @param left how much time is left, in milliseconds
 */
export function connectionForLook(connection: Connection, left: number): Connection {
  const timeoutSeconds = Math.min(LONGEST_LOOK_SECONDS, Math.max(SHORTEST_LOOK_SECONDS, left / 1000));
  return { ...connection, patience: new Patience(0), timeoutSeconds };
}

/**
 * Reads where Requests stand: `GET /api/1.0/requests?pmql=id IN […]&include=activeTasks`, 100 in one call. One that no
 * list shows is asked for by itself, which says why.
 *
 * @returns each Request, or why it cannot be read, by id
 */
export async function readStates(
  connection: Connection,
  ids: number[],
): Promise<Result<Map<number, Result<ApiRequest>>>> {
  const listed = await readByIds(connection, ids, INCLUDES);
  if (!listed.ok) return listed;
  const states = new Map<number, Result<ApiRequest>>();
  let away: Result<never> | undefined;
  for (const id of ids) {
    const request = listed.value.get(id);
    const state = request
      ? { ok: true as const, value: request }
      : (away ?? (await readUnlisted(connection, id, INCLUDES)));
    // A server that wants to be left alone is not asked for the others.
    if (!state.ok && mayComeBack(state.failure)) away = state;
    states.set(id, state);
  }
  return { ok: true, value: states };
}

const INCLUDES = ['activeTasks'];
