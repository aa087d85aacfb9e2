import type { UserRow } from '../database/rows';
import type { Instance } from '../instance';

/** The user who signs in with that name and password; an e-mail address is no user name. */
export function findByPassword(
  { database }: Instance,
  username: string,
  password: string,
): UserRow | undefined {
  return database.get<UserRow>('SELECT * FROM users WHERE username = ? COLLATE NOCASE AND password = ?', [
    username,
    password,
  ]);
}
