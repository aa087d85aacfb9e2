import { randomBytes } from 'node:crypto';
import { toSqlTime } from '../database/time';
import type { Instance } from '../instance';
import { insert } from '../requests/store';
import { invalidCode } from './errors';

const LIFETIME_MS = 10 * 60 * 1000;

type CodeRow = { client_id: string; user_id: number; redirect_uri: string; used: number; expires_at: string };

/** A code for a user who has let a client in. */
export function issueCode(instance: Instance, clientId: string, userId: number, redirectUri: string): string {
  const code = randomBytes(32).toString('hex');
  insert(instance, 'auth_codes', {
    code,
    client_id: clientId,
    user_id: userId,
    redirect_uri: redirectUri,
    expires_at: toSqlTime(new Date(instance.now().getTime() + LIFETIME_MS)),
  });
  return code;
}

/** Uses a code up and gives its user. */
export function useCode(instance: Instance, clientId: string, code: string, redirectUri: string): number {
  const { database } = instance;
  const row = database.get<CodeRow>('SELECT * FROM auth_codes WHERE code = ?', [code]);
  if (row === undefined) throw invalidCode('Cannot decrypt the authorization code');
  if (row.expires_at <= instance.sqlNow()) throw invalidCode('Authorization code has expired');
  if (row.used === 1) throw invalidCode('Authorization code has been revoked');
  if (row.client_id !== clientId) throw invalidCode('Authorization code was not issued to this client');
  if (row.redirect_uri !== redirectUri) throw invalidCode('Invalid redirect URI');
  database.run('UPDATE auth_codes SET used = 1 WHERE code = ?', [code]);
  return row.user_id;
}
