import type { JsonObject } from '../../processmaker';
import type { Query } from '../../processmaker/http/query';
import type { Instance } from '../../processmaker/instance';
import { countRequests, requestConditions } from '../../processmaker/requests/list';
import { findRequest } from '../../processmaker/requests/store';
import type { UserRow } from '../../processmaker/database/rows';
import { toApiTime } from '../../processmaker/database/time';
import { searchedText, type NotedRequest } from './note';
import { put, ranked, waysToFit, type Needs } from './satisfy';
import { shownData, storeRequest } from './shown-requests';

/** A list that was asked for, and who asked. */
export interface AskedList {
  query: Query;
  user: UserRow;
  /** A Request whose data is known. */
  noted?: NotedRequest;
}

const waysOf = (query: Query): Needs[] =>
  query.text('pmql') === '' ? [NOTHING] : waysToFit(query.text('pmql'));

const NOTHING: Needs = { data: [], participants: [], texts: [], namesRequests: false };

/**
 * Brings the Requests of a list into the database: the rows that it shows, under their ids, and as many more
 * before and behind them as its total says. What a row needs to fit the query and does not show (its data, who took
 * part) is added.
 */
export function storeListedRequests(
  instance: Instance,
  asked: AskedList,
  rows: JsonObject[],
  total: number,
): void {
  const ways = waysOf(asked.query);
  // Such as a parent that is not shown.
  const already = countRequests(instance, requestConditions(instance, asked.user, asked.query));
  if (Number(asked.query.text('page')) < 2) instance.equalRows = rows.map(({ id }) => Number(id));
  instance.database.transaction(() => {
    const firsts = rows.map((row, index) =>
      storeFitting(instance, asked, row, withRank(asked, ways, row, index)),
    );
    const perPage = Number(asked.query.text('per_page') || '10');
    const page = Number(asked.query.text('page')) || 1;
    const others = total - rows.length - already;
    const before = Math.min((page - 1) * perPage, others);
    const behind = others - before;
    const descending = /^desc$/i.test(asked.query.text('order_direction'));
    const ids = rows.map((row) => Number(row['id']));
    const lowest = Math.min(...ids);
    const highest = Math.max(...ids);
    const [low, high] = descending ? [behind, before] : [before, behind];
    const [lowRow, highRow] = descending ? [firsts.at(-1), firsts[0]] : [firsts[0], firsts.at(-1)];
    if (lowRow === undefined || highRow === undefined) return;
    storeCopies(instance, lowRow, freeIds(instance, lowest, -1, low));
    storeCopies(instance, highRow, freeIds(instance, highest, 1, high));
  });
}

/** Rows that are in the order of a field of their data have values in that order, unless they are shown without one. */
function withRank({ query }: AskedList, ways: Needs[], { data }: JsonObject, index: number): Needs[] {
  const rank = ranked(query, index);
  const isShown = typeof data === 'object' && data !== null;
  return rank === undefined || (isShown && !(String(rank.path[0]) in data))
    ? ways
    : ways.map((needs) => ({ ...needs, data: [...needs.data, rank] }));
}

/** Only a number is shown: as many Requests as it says, of whatever kind the query finds. */
export function storeCountedRequests(instance: Instance, asked: AskedList, total: number): void {
  if (total === 0) return;
  const ways = waysOf(asked.query);
  const row = variants(instance, asked).find((variant) =>
    ways.some((needs) => fits(instance, asked, withNeeds(instance, asked, variant, needs))),
  );
  storeListedRequests(instance, asked, [row ?? { id: 1, user_id: asked.user.id }], total);
}

/** Requests of every process and status, as the asking user or somebody else would have started them. */
function variants(instance: Instance, { query, user }: AskedList): JsonObject[] {
  const processes = instance.database.all<{ id: number; name: string }>(
    'SELECT id, name FROM processes ORDER BY id',
  );
  const ids = [
    1,
    ...[...query.text('pmql').matchAll(/\b\d+\b/g)].flatMap(([digits]) => [
      Number(digits),
      Number(digits) + 1,
    ]),
  ];
  return ids.flatMap((id) =>
    [user.id, 3, 1].flatMap((userId) =>
      ['ACTIVE', 'COMPLETED', 'ERROR', 'CANCELED'].flatMap((status) =>
        processes.map((process) => ({
          id,
          status,
          user_id: userId,
          process_id: process.id,
          name: process.name,
          ...(['COMPLETED', 'CANCELED'].includes(status)
            ? { completed_at: toApiTime(instance.sqlNow()) }
            : {}),
        })),
      ),
    ),
  );
}

interface Stored {
  row: JsonObject;
  data: JsonObject;
  participants: number[];
}

function storeFitting(instance: Instance, asked: AskedList, row: JsonObject, ways: Needs[]): Stored {
  const candidates = (ways.length === 0 ? [NOTHING] : ways).map((needs) =>
    withNeeds(instance, asked, row, needs),
  );
  const [first] = candidates;
  const stored = candidates.find((candidate) => fits(instance, asked, candidate)) ?? first;
  if (stored === undefined) throw new Error('A row can always be stored.');
  storeRequest(instance, stored.row, stored.data, stored.participants);
  return stored;
}

function withNeeds(instance: Instance, asked: AskedList, row: JsonObject, needs: Needs): Stored {
  const { data, complete } = shownData(instance, row);
  const { noted } = asked;
  if (noted !== undefined && noted.id === row['id']) Object.assign(data, noted.data);
  else if (!complete) addNeeds(data, needs, hiddenFilter(asked.query), 'data' in row);
  return {
    row,
    data,
    participants: [...participants(instance, asked, row), ...userIds(instance, needs.participants)],
  };
}

function addNeeds(data: JsonObject, needs: Needs, filter: string[], shown: boolean): void {
  for (const { path, value } of needs.data) {
    const first = String(path[0]);
    // What the response shows is not changed.
    if (!shown || !(first in data) || first.startsWith('_')) put(data, path, value);
  }
  const texts = [...needs.texts, ...filter];
  if (texts.length > 0) data['_found_by'] = texts;
}

const hiddenFilter = (query: Query): string[] =>
  query.search() === '' ? [] : [searchedText(query.search())];

/** Somebody who sees a Request of another user took part in it. */
function participants(instance: Instance, { user }: AskedList, row: JsonObject): number[] {
  const rights = instance.database.all('SELECT 1 AS found FROM user_permissions WHERE user_id = ?', [
    user.id,
  ]);
  return user.is_administrator === 1 || rights.length > 0 || row['user_id'] === user.id ? [] : [user.id];
}

function userIds({ database }: Instance, names: string[]): number[] {
  return names.flatMap((name) =>
    database.all<{ id: number }>('SELECT id FROM users WHERE username = ?', [name]).map(({ id }) => id),
  );
}

/** Tries a way to fit: stored, looked up, taken back. */
function fits(
  instance: Instance,
  { query, user }: AskedList,
  { row, data, participants: users }: Stored,
): boolean {
  const { database } = instance;
  database.script('SAVEPOINT attempt');
  try {
    storeRequest(instance, row, data, users);
    const { sql, values } = requestConditions(instance, user, query);
    return (
      countRequests(instance, { sql: `id = ? AND (${sql})`, values: [Number(row['id']), ...values] }) > 0
    );
  } catch {
    return false;
  } finally {
    database.script('ROLLBACK TO attempt; RELEASE attempt');
  }
}

function storeCopies(instance: Instance, { row, data, participants: users }: Stored, ids: number[]): void {
  for (const id of ids) storeRequest(instance, { ...row, id, active_tasks: [] }, data, users);
}

/** So many ids before or behind one, without those that are taken, such as by a parent that is not shown. */
function freeIds(instance: Instance, from: number, step: 1 | -1, count: number): number[] {
  const ids: number[] = [];
  for (let id = from + step; ids.length < count; id += step)
    if (findRequest(instance, id) === undefined) ids.push(id);
  return ids;
}
