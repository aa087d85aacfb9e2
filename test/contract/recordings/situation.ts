import type { Json, JsonObject, ProcessMakerOptions, TokenName } from '../../processmaker';
import type { UserRow } from '../../processmaker/database/rows';
import { Query } from '../../processmaker/http/query';
import type { Instance } from '../../processmaker/instance';
import { findRequest, findUser } from '../../processmaker/requests/store';
import { processRoutes } from '../../processmaker/routes/processes';
import type { ApiCall, Route } from '../../processmaker/routes/route';
import { userRoutes } from '../../processmaker/routes/users';
import { startProcessRoutes } from '../../processmaker/routes/start-processes';
import { seed } from '../../processmaker/fixtures/seed';
import { TOKENS } from '../../processmaker/fixtures/users';
import { addShownProcess, addUnknownProcess, removeDemoProcesses, removeYoung } from './known-processes';
import { storeRequestToChange, storeRequestWithEvent } from './changed-requests';
import { storeCountedRequests, storeListedRequests } from './listed-requests';
import { storeListedTasks } from './listed-tasks';
import { notedRequest, notedSize } from './note';
import type { Recording } from './recording';
import { addSecondWorld, staffToken } from './second-world';
import { storeShownComments } from './shown-comments';
import { storeShownFiles } from './shown-files';
import { put, ranked } from './satisfy';
import { offerTo, storeTurns } from './turns';
import { shownData, storeRequest } from './shown-requests';
import { storeCalledTask } from './shown-tasks';
import { storeShownVisit } from './shown-visit';

/** The two servers of the recordings. */
const SERVERS: Readonly<Record<string, Pick<ProcessMakerOptions, 'queue' | 'bodyLimitBytes'>>> = {
  main: { queue: 'redis', bodyLimitBytes: 100 * 1024 * 1024 },
  sync: { queue: 'sync', bodyLimitBytes: 8 * 1024 * 1024 },
};

const TIME = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?=\+00:00|")/g;

/** A place that no row of a list has. */
const BEHIND_ALL = 50_000;

/** Times of a task that lie in the future. */
const STILL_TO_COME = ['due_at', 'riskchanges_at'];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Options of the stand-in for a recording: its server, and a clock that stands a second behind all that it shows. */
export function optionsFor({ context, response }: Recording): ProcessMakerOptions {
  const past = JSON.stringify(response.json ?? null, (key, value: Json) =>
    STILL_TO_COME.includes(key) ? null : value,
  );
  const times = [
    ...[...past.matchAll(TIME)].map(([time]) => Date.parse(`${time.replace(' ', 'T')}Z`)),
    ...passedDueTimes(response.json),
  ];
  const latest = times.length === 0 ? undefined : new Date(Math.max(...times) + 1000);
  const retry = new Headers(response.headers).get('retry-after');
  return {
    ...SERVERS[context.server],
    ...(latest === undefined ? {} : { now: () => latest }),
    maintenanceRetrySeconds: retry === null ? null : Number(retry),
  };
}

/** The due times of a list that have passed: it tells how many those are. */
function passedDueTimes(json: Json | undefined): number[] {
  if (!isObject(json) || !Array.isArray(json['data']) || !isObject(json['meta'])) return [];
  const due = json['data'].flatMap((row) =>
    isObject(row) && typeof row['due_at'] === 'string' ? [Date.parse(row['due_at'])] : [],
  );
  return due.sort((one, other) => one - other).slice(0, Number(json['meta']['in_overdue'] ?? 0));
}

/** Brings an instance into the situation that a recording shows. */
export async function prepare(instance: Instance, recording: Recording, others: Recording[]): Promise<void> {
  await seed(instance);
  removeDemoProcesses(instance);
  await addSecondWorld(instance);
  instance.maintenance = recording.context.maintenance;
  const { pathname, searchParams } = new URL(recording.request.path, 'http://recorded');
  const query = new Query(searchParams);
  const user = tokenUser(instance, recording.context.token);
  const [, resource, idText, part] =
    /^\/api\/1\.0\/([a-z_]+)(?:\/(\d+)(?:\/(retry|events|screen_fields|tokens|bpmn)\b.*)?)?$/.exec(
      pathname,
    ) ?? [];
  const id = Number(idText);
  if (user === undefined) return;
  const call = { instance, user, query };
  storeShownFiles(instance, pathname, recording);
  if (resource === 'comments') storeShownComments(instance, user, query, recording);
  if (resource === 'start_processes')
    await prepareListed('processes', startProcessRoutes[0], call, recording);
  if (resource === 'users') await prepareListed('users', userRoutes[1], call, recording);
  if (resource === 'processes') await prepareListed('processes', processRoutes[0], call, recording);
  if (resource === 'processes' && idText !== undefined && [200, 403].includes(recording.response.status))
    await addShownProcess(instance, id, recording.response);
  if (resource === 'process_events' && idText !== undefined) await prepareStart(instance, id, recording);
  if (resource === 'requests' && idText === undefined) prepareList(instance, user, query, recording);
  if (resource === 'requests' && part === 'events') await storeRequestWithEvent(instance, id, recording);
  else if (part === 'tokens') await storeShownVisit(instance, user, id, recording);
  else if (resource === 'requests' && ['PUT', 'DELETE'].includes(recording.request.method))
    storeRequestToChange(instance, user, id, recording);
  else if (resource === 'requests' && idText !== undefined) prepareRequest(instance, user, id, recording);
  if (resource === 'tasks' && idText === undefined) storeListedTasks(instance, query, recording, others);
  if (resource === 'tasks' && idText !== undefined) await storeCalledTask(instance, user, id, recording);
}

function tokenUser(instance: Instance, token: string): UserRow | undefined {
  const known = (TOKENS[token as TokenName] as (typeof TOKENS)[TokenName] | undefined) ?? staffToken(token);
  return known && findUser(instance, known.userId);
}

async function prepareListed(
  table: 'processes' | 'users',
  route: Route | undefined,
  call: Pick<ApiCall, 'instance' | 'user' | 'query'>,
  { response }: Recording,
): Promise<void> {
  if (response.status !== 200 || !isObject(response.json)) return;
  const meta = response.json['meta'];
  if (isObject(meta)) await removeYoung(table, route, call, Number(meta['total']));
}

async function prepareStart(instance: Instance, id: number, { request, response }: Recording): Promise<void> {
  if (response.status !== 404) await addUnknownProcess(instance, id, response.json);
  await storeTurns(instance, id, response.json);
  // Data that names its parent Request can only start when there is one.
  const parent = /"_parent"\s*:\s*\{[^}]*"request_id"\s*:\s*"?(\d+)/.exec(request.body ?? '')?.[1];
  if (parent === undefined || response.status !== 201) return;
  const shown = isObject(response.json) ? response.json['parent_request'] : undefined;
  storeShown(instance, { ...(isObject(shown) ? shown : {}), id: Number(parent) });
}

function prepareList(instance: Instance, user: UserRow, query: Query, recording: Recording): void {
  const { response } = recording;
  const size = notedSize(recording);
  // Among the Requests is a very large one, which a list does not show.
  if (size !== undefined && response.status >= 500)
    storeRequest(instance, { id: 1, user_id: user.id }, { text: 'x'.repeat(size) }, []);
  if (response.status !== 200 || !isObject(response.json)) return;
  const { data: rows, meta } = response.json;
  const total = isObject(meta) ? Number(meta['total']) : 0;
  // A page behind the last one shows none.
  if (Array.isArray(rows) && (rows.length > 0 || total === 0)) {
    const requests = rows.filter(isObject);
    for (const row of requests) storeParent(instance, query, row, requests);
    const noted = notedRequest(recording);
    // What a note tells of is there, also where the list does not find it.
    if (noted !== undefined && requests.length === 0) storeShown(instance, { ...noted, user_id: user.id });
    storeListedRequests(
      instance,
      { user, query, ...(noted === undefined ? {} : { noted }) },
      requests,
      total,
    );
  } else storeCountedRequests(instance, { user, query }, total);
}

/** A sub-process whose parent is not shown still has one. */
function storeParent(instance: Instance, query: Query, row: JsonObject, rows: JsonObject[]): void {
  const parent = row['parent_request_id'];
  if (typeof parent !== 'number' || rows.some((other) => other['id'] === parent)) return;
  if (findRequest(instance, parent) !== undefined) return;
  // It is not among the first ones, whatever the order is.
  const rank = ranked(query, BEHIND_ALL);
  const { data } = shownData(instance, { id: parent });
  if (rank !== undefined) put(data, rank.path, rank.value);
  storeRequest(instance, { id: parent }, data, []);
}

function prepareRequest(instance: Instance, user: UserRow, id: number, { response }: Recording): void {
  if (response.status === 200 && isObject(response.json)) {
    storeShown(instance, response.json);
    offerTo(instance, user, id);
  }
  // Not allowed to see it: there is one, of somebody else.
  if (response.status === 403) storeShown(instance, { id, user_id: user.id === 1 ? 3 : 1 });
}

function storeShown(instance: Instance, shown: JsonObject): void {
  storeRequest(instance, shown, shownData(instance, shown).data, []);
}
