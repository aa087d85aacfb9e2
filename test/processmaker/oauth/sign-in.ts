import { randomBytes } from 'node:crypto';
import type { Instance } from '../instance';
import { approvalPage, signInPage } from '../pages/oauth-pages';
import type { PageResponse } from '../pages/pages';
import { findUser } from '../requests/store';
import type { JsonObject } from '../types';
import type { OAuthClient } from './types';
import { findClient } from './clients';
import { issueCode } from './codes';
import { invalidClient, unsupportedGrant } from './errors';
import { parameter } from './form';
import { findByPassword } from './passwords';
import type { Session } from './sessions';

/** A person sends the sign-in page. */
export function signIn(instance: Instance, base: string, session: Session, form: JsonObject): PageResponse {
  const user = findByPassword(instance, parameter(form, 'username'), parameter(form, 'password'));
  if (user === undefined) return { status: 422, html: signInPage(base, parameter(form, 'username')) };
  session.userId = user.id;
  const { intended = `${base}/login` } = session;
  delete session.intended;
  return { redirect: intended };
}

/** A client sends a person to be let in: after the sign-in the person is asked. */
export function askForApproval(
  instance: Instance,
  base: string,
  session: Session,
  query: URLSearchParams,
): PageResponse {
  const redirectUri = query.get('redirect_uri') ?? '';
  const client = findClient(instance, query.get('client_id') ?? '');
  if (client === undefined || !mayReturnTo(client, redirectUri)) throw invalidClient();
  if (query.get('response_type') !== 'code') throw unsupportedGrant();
  const user = session.userId === undefined ? undefined : findUser(instance, session.userId);
  if (user === undefined) {
    session.intended = `${base}/oauth/authorize?${query.toString()}`;
    return { redirect: `${base}/login` };
  }
  const token = randomBytes(20).toString('hex');
  session.approval = { token, clientId: client.id, redirectUri, state: query.get('state') ?? '' };
  return { status: 200, html: approvalPage(base, client.name, user.username, token) };
}

const mayReturnTo = (client: OAuthClient, uri: string): boolean =>
  client.grants.includes('authorization_code') && client.redirectUris.includes(uri);

/** A person has let the client in, or has not: the browser goes back to the client with the decision. */
export function handleApproval(instance: Instance, session: Session, form: JsonObject): PageResponse {
  const { approval, userId } = session;
  if (approval === undefined || userId === undefined || parameter(form, 'auth_token') !== approval.token) {
    throw invalidClient();
  }
  delete session.approval;
  const { clientId, redirectUri, state } = approval;
  const target = new URL(redirectUri);
  if (parameter(form, '_method') === 'DELETE') {
    target.searchParams.set('error', 'access_denied');
    target.searchParams.set('error_description', 'The person has not let the client in.');
  } else target.searchParams.set('code', issueCode(instance, clientId, userId, redirectUri));
  if (state !== '') target.searchParams.set('state', state);
  return { redirect: target.toString() };
}
