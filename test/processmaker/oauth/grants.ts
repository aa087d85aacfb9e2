import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import type { OAuthClient, OAuthGrant, IssuedTokens } from './types';
import { findClient } from './clients';
import { useCode } from './codes';
import { invalidClient, invalidScope, missingParameter, unsupportedGrant, wrongPassword } from './errors';
import { parameter } from './form';
import { findByPassword } from './passwords';
import { issueTokens, refreshTokens } from './tokens';

type Grant = (instance: Instance, client: OAuthClient, form: JsonObject) => IssuedTokens;

const GRANTS: Readonly<Record<OAuthGrant, Grant>> = {
  authorization_code(instance, client, form) {
    const userId = useCode(instance, client.id, needed(form, 'code'), parameter(form, 'redirect_uri'));
    return issueTokens(instance, client.id, userId);
  },
  refresh_token: (instance, client, form) =>
    refreshTokens(instance, client.id, needed(form, 'refresh_token')),
  client_credentials: (instance, client) => issueTokens(instance, client.id, null),
  password(instance, client, form) {
    const user = findByPassword(instance, needed(form, 'username'), needed(form, 'password'));
    if (user === undefined) throw wrongPassword();
    return issueTokens(instance, client.id, user.id);
  },
};

/** What `POST /oauth/token` responds with. The client names itself in the body or by Basic. */
export function grantTokens(instance: Instance, form: JsonObject, authorization = ''): JsonObject {
  const type = parameter(form, 'grant_type');
  if (!isGrant(type)) throw unsupportedGrant();
  const client = authenticateClient(instance, type, form, authorization);
  const scope = parameter(form, 'scope')
    .split(' ')
    .find((name) => name !== '' && name !== '*');
  if (scope !== undefined && type !== 'refresh_token') throw invalidScope(scope);
  const { accessToken, refreshToken, expiresIn } = GRANTS[type](instance, client, form);
  return {
    token_type: 'Bearer',
    expires_in: expiresIn,
    access_token: accessToken,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  };
}

function authenticateClient(
  instance: Instance,
  grant: OAuthGrant,
  form: JsonObject,
  authorization: string,
): OAuthClient {
  const basic = /^Basic (.+)$/i.exec(authorization)?.[1] ?? '';
  const [basicId = '', basicSecret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  const id = parameter(form, 'client_id') || decodeURIComponent(basicId);
  const secret = parameter(form, 'client_secret') || decodeURIComponent(basicSecret);
  if (id === '') throw missingParameter('client_id');
  const client = findClient(instance, id);
  if (client === undefined || client.secret !== secret || !mayUse(client, grant)) throw invalidClient();
  const redirectUri = parameter(form, 'redirect_uri');
  if (redirectUri !== '' && !client.redirectUris.includes(redirectUri)) throw invalidClient();
  return client;
}

/** Only clients that are made for it may use passwords, and those cannot use codes; the rest is for every client. */
function mayUse({ grants }: OAuthClient, grant: OAuthGrant): boolean {
  if (grant === 'password') return grants.includes('password');
  return grant !== 'authorization_code' || !grants.includes('password');
}

const isGrant = (type: string): type is OAuthGrant => Object.hasOwn(GRANTS, type);

function needed(form: JsonObject, name: string): string {
  const value = parameter(form, name);
  if (value === '') throw missingParameter(name);
  return value;
}
