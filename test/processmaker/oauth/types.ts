export type OAuthGrant = 'authorization_code' | 'refresh_token' | 'client_credentials' | 'password';

/** A client as an administrator registers it. */
export interface OAuthClient {
  id: string;
  secret: string;
  name: string;
  /** To one of these, letter by letter, a browser goes back. */
  redirectUris: string[];
  grants: OAuthGrant[];
}

export interface OAuthOptions {
  /** What is different about the client of every instance. */
  client?: Partial<OAuthClient>;
  /** How long access tokens live; missing: a year. */
  accessTokenSeconds?: number;
}

export interface IssuedTokens {
  accessToken: string;
  /** Missing for client credentials. */
  refreshToken?: string;
  expiresIn: number;
}

/** The OAuth2 side of a running stand-in. */
export interface OAuth {
  client: OAuthClient;
  /** The password with which a user signs in on the page. */
  password(username: string): string;
  /** Tokens as after a full sign-in of that user, without a browser. */
  issue(username: string): IssuedTokens;
  /** The access token ends now, or after so many more calls; its refresh token stays good. */
  expire(accessToken: string, afterCalls?: number): void;
  /** The access token and its refresh token are dead, as after an administrator has withdrawn them. */
  revoke(accessToken: string): void;
}
