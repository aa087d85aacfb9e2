import type { UserRow } from './database/rows';
import { unauthenticated } from './http/errors';
import type { Instance } from './instance';
import { expireToken } from './oauth/tokens';
import { findUser } from './requests/store';

/** The user of a bearer token. A user who is not active is let in: only the permissions are missing. */
export function authenticate(instance: Instance, authorization: string | undefined): UserRow {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw unauthenticated();
  const row = instance.database.get<{ user_id: number | null; calls_left: number | null }>(
    'SELECT user_id, calls_left FROM access_tokens WHERE token = ? AND revoked = 0 AND expires_at > ?',
    [token, instance.sqlNow()],
  );
  // A token for client credentials has no user, and is good for nothing.
  const user = row === undefined || row.user_id === null ? undefined : findUser(instance, row.user_id);
  if (row === undefined || user === undefined || row.calls_left === 0) throw unauthenticated();
  if (row.calls_left !== null) expireToken(instance, token, row.calls_left - 1);
  return user;
}

/** Whether a user has one of the permissions; an administrator has them all. */
export function hasPermission(instance: Instance, user: UserRow, ...permissions: string[]): boolean {
  if (user.is_administrator === 1) return true;
  const rows = instance.database.all<{ permission: string }>(
    'SELECT permission FROM user_permissions WHERE user_id = ?',
    [user.id],
  );
  return rows.some(({ permission }) => permissions.includes(permission));
}
