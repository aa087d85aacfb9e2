import { randomBytes } from 'node:crypto';
import { toSqlTime } from '../database/time';
import type { Instance } from '../instance';
import { insert } from '../requests/store';
import type { IssuedTokens } from './types';
import { invalidRefreshToken } from './errors';

type RefreshRow = { token: string; access_token: string; client_id: string; revoked: number };

const newToken = (): string => randomBytes(40).toString('hex');

/** A new access token, with a refresh token when it is for a user; without a user the API refuses it. */
export function issueTokens(instance: Instance, clientId: string, userId: number | null): IssuedTokens {
  const accessToken = newToken();
  const expiresIn = instance.accessTokenSeconds;
  insert(instance, 'access_tokens', {
    token: accessToken,
    name: 'oauth',
    user_id: userId,
    client_id: clientId,
    expires_at: toSqlTime(new Date(instance.now().getTime() + expiresIn * 1000)),
  });
  if (userId === null) return { accessToken, expiresIn };
  const refreshToken = newToken();
  insert(instance, 'refresh_tokens', { token: refreshToken, access_token: accessToken, client_id: clientId });
  return { accessToken, refreshToken, expiresIn };
}

/** New tokens for a refresh token; it and its access token are dead from now on. */
export function refreshTokens(instance: Instance, clientId: string, refreshToken: string): IssuedTokens {
  const { database } = instance;
  const row = database.get<RefreshRow>('SELECT * FROM refresh_tokens WHERE token = ?', [refreshToken]);
  if (row === undefined) throw invalidRefreshToken('Cannot decrypt the refresh token');
  if (row.client_id !== clientId) throw invalidRefreshToken('Token is not linked to client');
  if (row.revoked === 1) throw invalidRefreshToken('Token has been revoked');
  const access = database.get<{ user_id: number }>('SELECT user_id FROM access_tokens WHERE token = ?', [
    row.access_token,
  ]);
  return database.transaction(() => {
    revokeTokens(instance, row.access_token);
    return issueTokens(instance, clientId, access?.user_id ?? null);
  });
}

/** Kills an access token and its refresh token. */
export function revokeTokens({ database }: Instance, accessToken: string): void {
  database.run('UPDATE access_tokens SET revoked = 1 WHERE token = ?', [accessToken]);
  database.run('UPDATE refresh_tokens SET revoked = 1 WHERE access_token = ?', [accessToken]);
}

/** Lets an access token end after so many more calls; its refresh token stays good. */
export function expireToken({ database }: Instance, accessToken: string, afterCalls: number): void {
  database.run('UPDATE access_tokens SET calls_left = ? WHERE token = ?', [afterCalls, accessToken]);
}
