import { readBody } from '../../processmaker/http/body';
import type { Instance } from '../../processmaker/instance';
import { registerClient } from '../../processmaker/oauth/clients';
import { issueCode } from '../../processmaker/oauth/codes';
import { parameter } from '../../processmaker/oauth/form';
import { issueTokens, revokeTokens } from '../../processmaker/oauth/tokens';
import type { OAuthGrant } from '../../processmaker/oauth/types';
import type { JsonObject } from '../../processmaker';
import type { Recording } from './recording';

const LIMITED = 3;

/** The clients of the recorded server, and what each may do. */
const CLIENTS: Readonly<Record<string, OAuthGrant[]>> = {
  '4': ['client_credentials'],
  '5': ['password', 'refresh_token'],
};

/** Recordings hide their tokens and codes behind words: `<refresh_token>`. */
const isHidden = (value: string): boolean => /^<.+>$/.test(value);

/** Makes the clients, passwords and tokens that a recording shows. */
export async function storeOAuth(instance: Instance, recording: Recording): Promise<void> {
  const { request, response, context } = recording;
  if (request.path === '/oauth/token') await storeCaller(instance, recording);
  const token = /^Bearer (.+)$/.exec(request.headers['Authorization'] ?? '')?.[1];
  // A token that the recordings made themselves: it works, or it is one without a user.
  if (context.token !== 'other' || token === undefined) return;
  const shown = response.json as { user_id?: number } | null;
  const userId = response.status === 200 ? (shown?.user_id ?? LIMITED) : null;
  const { accessToken } = issueTokens(instance, '5', userId);
  instance.database.run('UPDATE access_tokens SET token = ? WHERE token = ?', [token, accessToken]);
}

async function storeCaller(instance: Instance, { request, response }: Recording): Promise<void> {
  const body = Buffer.from(request.body ?? '');
  const form = await readBody(body, request.headers['Content-Type'] ?? '');
  const [basicId, basicSecret] = basicOf(request.headers['Authorization']);
  const id = parameter(form, 'client_id') || basicId;
  const { error, hint = '' } = (response.json ?? {}) as { error?: string; hint?: string };
  const isRefused = error === 'invalid_client';
  const known = CLIENTS[id];
  const grants = known ?? (isRefused ? undefined : grantsFor(parameter(form, 'grant_type')));
  // A client that may not use passwords is refused although its secret is right.
  const sent = parameter(form, 'client_secret') || basicSecret;
  const secret = isRefused && grants?.includes('password') ? 'another' : sent;
  const redirectUris = [parameter(form, 'redirect_uri')];
  if (grants !== undefined) registerClient(instance, { id, secret, name: id, redirectUris, grants });
  if (response.status === 200 && typeof form['password'] === 'string') {
    instance.database.run('UPDATE users SET password = ?', [form['password']]);
  }
  const owner = /not (linked|issued) to/.test(hint) ? 'another' : id;
  storeHidden(instance, owner, form, /revoked/.test(hint));
}

/** A client that is not refused may do what it does. */
function grantsFor(type: string): OAuthGrant[] {
  return [type === 'password' ? 'password' : 'authorization_code', 'refresh_token', 'client_credentials'];
}

/** The id and the secret that a client names in the header of its call. */
function basicOf(authorization = ''): [string, string] {
  const encoded = /^Basic (.+)$/i.exec(authorization)?.[1] ?? '';
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return [id, secret];
}

/** The refresh token or the code of a call; it may have been used up before. */
function storeHidden(instance: Instance, clientId: string, form: JsonObject, isUsed: boolean): void {
  const refreshToken = parameter(form, 'refresh_token');
  if (isHidden(refreshToken)) {
    const { accessToken } = issueTokens(instance, clientId, LIMITED);
    instance.database.run('UPDATE refresh_tokens SET token = ? WHERE access_token = ?', [
      refreshToken,
      accessToken,
    ]);
    if (isUsed) revokeTokens(instance, accessToken);
  }
  const code = parameter(form, 'code');
  if (!isHidden(code)) return;
  const issued = issueCode(instance, clientId, LIMITED, parameter(form, 'redirect_uri'));
  instance.database.run('UPDATE auth_codes SET code = ?, used = ? WHERE code = ?', [
    code,
    isUsed ? 1 : 0,
    issued,
  ]);
}
