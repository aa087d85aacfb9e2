import type { UserRow } from './database/rows';
import { unauthenticated } from './http/errors';
import type { Instance } from './instance';
import { findUser } from './requests/store';

/** The user of a bearer token. A user who is not active is let in: only the permissions are missing. */
export function authenticate(instance: Instance, authorization: string | undefined): UserRow {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw unauthenticated();
  const row = instance.database.get<{ user_id: number }>(
    'SELECT user_id FROM access_tokens WHERE token = ? AND revoked = 0 AND expires_at > ?',
    [token, instance.sqlNow()],
  );
  const user = row && findUser(instance, row.user_id);
  if (user === undefined) throw unauthenticated();
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
