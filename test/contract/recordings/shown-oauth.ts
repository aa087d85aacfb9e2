import { readBody } from '../../processmaker/http/body';
import type { Instance } from '../../processmaker/instance';
import { registerClient } from '../../processmaker/oauth/clients';
import { parameter } from '../../processmaker/oauth/form';
import { issueTokens, revokeTokens } from '../../processmaker/oauth/tokens';
import type { OAuthGrant } from '../../processmaker/oauth/types';
import type { Recording } from './recording';

/** The clients of the recorded server, and what each may do. */
const CLIENTS: Readonly<Record<string, OAuthGrant[]>> = {
  '4': ['client_credentials'],
  '5': ['password', 'refresh_token'],
};

/** Recordings hide their tokens behind words. */
const HIDDEN_REFRESH_TOKEN = '<refresh_token>';

/** Makes the clients, passwords and tokens that a recording shows. */
export async function storeOAuth(instance: Instance, pathname: string, recording: Recording): Promise<void> {
  const { request, response, context } = recording;
  if (pathname === '/oauth/token') await storeCaller(instance, recording);
  const token = /^Bearer (.+)$/.exec(request.headers['Authorization'] ?? '')?.[1];
  // A token that the recordings made themselves: it works, or it is one without a user.
  if (context.token !== 'other' || token === undefined) return;
  const shown = response.json as { user_id?: number } | null;
  const { accessToken } = issueTokens(instance, '5', response.status === 200 ? (shown?.user_id ?? 3) : null);
  instance.database.run('UPDATE access_tokens SET token = ? WHERE token = ?', [token, accessToken]);
}

async function storeCaller(instance: Instance, { request, response }: Recording): Promise<void> {
  const body = Buffer.from(request.body ?? '');
  const form = await readBody(body, request.headers['Content-Type'] ?? '');
  const id = parameter(form, 'client_id');
  const grants = CLIENTS[id];
  const isRefused = (response.json as { error?: string } | null)?.error === 'invalid_client';
  // A client that may not use passwords is refused although its secret is right.
  const secret = isRefused && grants?.includes('password') ? 'another' : parameter(form, 'client_secret');
  if (grants !== undefined) registerClient(instance, { id, secret, name: id, redirectUris: [], grants });
  if (response.status === 200 && typeof form['password'] === 'string') {
    instance.database.run('UPDATE users SET password = ?', [form['password']]);
  }
  if (form['refresh_token'] !== HIDDEN_REFRESH_TOKEN) return;
  const issued = issueTokens(instance, id, 3);
  instance.database.run('UPDATE refresh_tokens SET token = ? WHERE access_token = ?', [
    HIDDEN_REFRESH_TOKEN,
    issued.accessToken,
  ]);
  revokeTokens(instance, issued.accessToken);
}
