import { randomUUID } from 'node:crypto';
import type { SqlValue } from '../database/connection';
import type { ProcessRow, RequestRow, TokenRow, UserRow } from '../database/rows';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { toStoredJson } from '../data/normalise';

/** The Request of that id. */
export function findRequest({ database }: Instance, id: number): RequestRow | undefined {
  return database.get<RequestRow>('SELECT * FROM process_requests WHERE id = ?', [id]);
}

/** The process of that id. */
export function findProcess({ database }: Instance, id: number): ProcessRow | undefined {
  return database.get<ProcessRow>('SELECT * FROM processes WHERE id = ?', [id]);
}

/** The user of that id. */
export function findUser({ database }: Instance, id: number): UserRow | undefined {
  return database.get<UserRow>('SELECT * FROM users WHERE id = ?', [id]);
}

/** The token (task, event, script…) of that id. */
export function findToken({ database }: Instance, id: number): TokenRow | undefined {
  return database.get<TokenRow>('SELECT * FROM process_request_tokens WHERE id = ?', [id]);
}

/** The tokens at which a Request stands. */
export function activeTokens({ database }: Instance, requestId: number): TokenRow[] {
  return database.all<TokenRow>(
    `SELECT * FROM process_request_tokens WHERE process_request_id = ? AND status = 'ACTIVE' ORDER BY id`,
    [requestId],
  );
}

/** The tokens at which a Request stands or has broken down. */
export function openTokens({ database }: Instance, requestId: number): TokenRow[] {
  return database.all<TokenRow>(
    `SELECT * FROM process_request_tokens
     WHERE process_request_id = ? AND status IN ('ACTIVE', 'FAILING') ORDER BY id`,
    [requestId],
  );
}

/** Inserts a row and returns its id. */
export function insert({ database }: Instance, table: string, row: Record<string, SqlValue>): number {
  const columns = Object.keys(row);
  const places = columns.map(() => '?').join(', ');
  return database.run(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`,
    columns.map((column) => row[column] ?? null),
  );
}

/** Changes columns of a Request, and when it was changed. */
export function updateRequest(instance: Instance, id: number, changes: Partial<RequestRow>): void {
  const row: Record<string, SqlValue> = { ...changes, updated_at: instance.sqlNow() };
  const columns = Object.keys(row);
  instance.database.run(
    `UPDATE process_requests SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`,
    [...columns.map((column) => row[column] ?? null), id],
  );
}

/** The data of a Request, hidden keys included. */
export function requestData(request: RequestRow): JsonObject {
  return JSON.parse(request.data) as JsonObject;
}

/** Keeps new data. */
export function saveData(instance: Instance, id: number, data: JsonObject): void {
  updateRequest(instance, id, { data: toStoredJson(data) });
}

/** What tokens without a form show as their screen. */
const NO_SCREEN = 5;

/** A token at an element of a Request's process. */
export function insertToken(
  instance: Instance,
  request: RequestRow,
  token: Pick<TokenRow, 'element_id' | 'element_type' | 'element_name' | 'status' | 'user_id'> &
    Partial<TokenRow>,
): number {
  const now = instance.sqlNow();
  return insert(instance, 'process_request_tokens', {
    uuid: randomUUID(),
    process_request_id: request.id,
    process_id: request.process_id,
    created_at: now,
    updated_at: now,
    completed_at: token.status === 'TRIGGERED' ? now : null,
    initiated_at: token.status === 'TRIGGERED' ? now : null,
    screen_id: NO_SCREEN,
    ...token,
  });
}

/** Changes columns of a token, and when it was changed. */
export function updateToken(instance: Instance, id: number, changes: Partial<TokenRow>): void {
  const row: Record<string, SqlValue> = { ...changes, updated_at: instance.sqlNow() };
  const columns = Object.keys(row);
  instance.database.run(
    `UPDATE process_request_tokens SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`,
    [...columns.map((column) => row[column] ?? null), id],
  );
}

/** Closes the token of a task that was not completed. */
export function closeInterrupted(instance: Instance, id: number): void {
  updateToken(instance, id, { status: 'CLOSED' });
}

/** Closes a token. */
export function closeToken(instance: Instance, id: number): void {
  updateToken(instance, id, { status: 'CLOSED', completed_at: instance.sqlNow() });
}
