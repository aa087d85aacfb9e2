import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../processmaker';
import type { Query } from '../../processmaker/http/query';
import type { Instance } from '../../processmaker/instance';
import { notedRequest, searchedText } from './note';
import type { Recording } from './recording';
import { ranked, waysToFit, type Needs } from './satisfy';
import { isObject, storeRequestOf, storeToken } from './shown-tasks';

const LIMITED = 3;
const LONG_AGO = '2000-01-01T00:00:00+00:00';

interface ShownList {
  rows: JsonObject[];
  total: number;
  overdue: number;
}

function shownList({ response }: Recording): ShownList | undefined {
  if (response.status !== 200 || !isObject(response.json)) return undefined;
  const { data, meta } = response.json;
  const rows = Array.isArray(data) ? data.filter(isObject) : [];
  const counts = isObject(meta) ? meta : {};
  return { rows, total: Number(counts['total']), overdue: Number(counts['in_overdue']) };
}

/**
 * Brings the tasks of a list into the database: those that it shows, and as many more as its total says. Where it
 * shows none, those that another recording shows for the same Request.
 */
export function storeListedTasks(
  instance: Instance,
  query: Query,
  recording: Recording,
  others: Recording[],
): void {
  const shown = shownList(recording);
  if (shown === undefined) return;
  const rows = shown.rows.length > 0 ? shown.rows : rowsNotShown(query, shown, recording, others);
  const more = shown.rows.length > 0 ? moreRows(instance, query, shown) : [];
  // Where nothing is said about the order of two rows, the one that is shown first was changed a moment earlier.
  const all = [...rows, ...more];
  const isTurned = /^desc$/i.test(query.text('order_direction'));
  all.forEach((row, index) => storeToken(instance, row, isTurned ? all.length - index : index));
  if (Number(query.text('page')) < 2) instance.equalRows = rows.map(({ id }) => Number(id));
  const noted = notedRequest(recording);
  const isRanked = areTogether(rows);
  rows.forEach((row, index) =>
    storeRequestOf(
      instance,
      row,
      isRanked ? needsOf(query, index, row) : [],
      noted?.id === row['process_request_id'] ? noted?.data : undefined,
    ),
  );
}

/** Whether those of one Request stand together. Otherwise all between them are equal in the order. */
function areTogether(rows: JsonObject[]): boolean {
  const requests = rows.map((row) => row['process_request_id']);
  return requests.every(
    (id, index) => index === 0 || id === requests[index - 1] || requests.indexOf(id) === index,
  );
}

/** What the data of the row at a place must hold to be found there. */
function needsOf(query: Query, index: number, { data }: JsonObject): Needs['data'] {
  const filter = query.search();
  // A task shows the whole data of its Request.
  const rank = isObject(data) ? undefined : ranked(query, index, true);
  const way = waysToFit(query.text('pmql'))[0];
  const texts = [...(way?.texts ?? []), ...(filter === '' ? [] : [searchedText(filter)])];
  return [
    ...(way?.data ?? []),
    ...(texts.length === 0 ? [] : [{ path: ['_found_by'], value: texts }]),
    ...(rank === undefined ? [] : [rank]),
  ];
}

function moreRows(instance: Instance, query: Query, { rows, total, overdue }: ShownList): JsonObject[] {
  const ids = rows.map((row) => Number(row['id']));
  const isByData = query.text('order_by').startsWith('data.');
  const descending = !isByData && /^desc$/i.test(query.text('order_direction'));
  const step = descending ? -1 : 1;
  const edge = descending ? Math.min(...ids) : Math.max(...ids);
  const now = instance.now().toISOString();
  const shownOverdue = rows.filter(({ due_at: due }) => typeof due === 'string' && due < now).length;
  return Array.from({ length: total - rows.length }, (_, index) => ({
    ...rows.at(-1),
    id: edge + step * (index + 1),
    uuid: randomUUID(),
    ...(index < overdue - shownOverdue ? { status: 'ACTIVE', due_at: LONG_AGO } : {}),
  }));
}

/** A page behind the last one shows none of those that there are; another list may show none of a Request's. */
function rowsNotShown(
  query: Query,
  { total }: ShownList,
  recording: Recording,
  others: Recording[],
): JsonObject[] {
  if (total === 0) return rowsElsewhere(query, recording, others);
  return Array.from({ length: total }, (_, index) => ({ id: index + 1, process_id: 2, user_id: LIMITED }));
}

/** The tasks of the Request that a list asks for, as the recording nearest to it shows them. */
function rowsElsewhere(query: Query, recording: Recording, others: Recording[]): JsonObject[] {
  const requestId = Number(query.text('process_request_id'));
  if (!requestId) return [];
  const place = others.indexOf(recording);
  const nearest = [...others].sort(
    (left, right) => Math.abs(others.indexOf(left) - place) - Math.abs(others.indexOf(right) - place),
  );
  for (const { request, response } of nearest) {
    if (!/^\/api\/1\.0\/tasks\b/.test(request.path) || !isObject(response.json)) continue;
    const { data } = response.json;
    const all = Array.isArray(data) ? data.filter(isObject) : [response.json];
    const rows = all.filter((row) => row['process_request_id'] === requestId);
    if (rows.length > 0) return rows;
  }
  return [];
}
