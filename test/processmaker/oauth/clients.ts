import type { Instance } from '../instance';
import type { OAuthClient, OAuthGrant } from './types';

type ClientRow = { id: string; secret: string; name: string; redirect_uris: string; grants: string };

/** The client of every instance: what an administrator makes for n8n. */
export const DEFAULT_CLIENT: OAuthClient = {
  id: '7',
  secret: 'n8n-client-secret-b3f8d2c14e6a',
  name: 'n8n',
  redirectUris: ['http://localhost:5678/rest/oauth2-credential/callback'],
  grants: ['authorization_code', 'refresh_token', 'client_credentials'],
};

/** Registers a client, in place of one with the same id. */
export function registerClient({ database }: Instance, client: OAuthClient): void {
  database.run(
    'INSERT OR REPLACE INTO oauth_clients (id, secret, name, redirect_uris, grants) VALUES (?, ?, ?, ?, ?)',
    [
      client.id,
      client.secret,
      client.name,
      JSON.stringify(client.redirectUris),
      JSON.stringify(client.grants),
    ],
  );
}

/** The client of that id. */
export function findClient({ database }: Instance, id: string): OAuthClient | undefined {
  const row = database.get<ClientRow>('SELECT * FROM oauth_clients WHERE id = ?', [id]);
  return (
    row && {
      id: row.id,
      secret: row.secret,
      name: row.name,
      redirectUris: JSON.parse(row.redirect_uris) as string[],
      grants: JSON.parse(row.grants) as OAuthGrant[],
    }
  );
}
