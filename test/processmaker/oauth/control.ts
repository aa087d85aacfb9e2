import type { Instance } from '../instance';
import type { OAuth, OAuthOptions } from './types';
import { passwordOf } from '../fixtures/users';
import { DEFAULT_CLIENT, registerClient } from './clients';
import { expireToken, issueTokens, revokeTokens } from './tokens';

/** Registers the client of an instance, and gives tests their hold on tokens. */
export function oauthOf(instance: Instance, options: OAuthOptions = {}): OAuth {
  const client = { ...DEFAULT_CLIENT, ...options.client };
  registerClient(instance, client);
  return {
    client,
    password: passwordOf,
    issue(username) {
      const user = instance.database.get<{ id: number }>('SELECT id FROM users WHERE username = ?', [
        username,
      ]);
      if (user === undefined) throw new Error(`There is no user '${username}'.`);
      return issueTokens(instance, client.id, user.id);
    },
    expire: (accessToken, afterCalls = 0) => expireToken(instance, accessToken, afterCalls),
    revoke: (accessToken) => revokeTokens(instance, accessToken),
  };
}
