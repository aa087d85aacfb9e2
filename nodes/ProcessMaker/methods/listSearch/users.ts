import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { nameOfUser, readUsers } from '../../api/users/users';
import { withConnection } from '../../execution/nodeError';
import { asText } from '../../guards';
import { searchPage } from './page';

/** The active users by username, for those who may view users. */
export async function searchUsers(
  this: ILoadOptionsFunctions,
  filter = '',
  paginationToken?: string,
): Promise<INodeListSearchResult> {
  const text = filter.trim();
  const qs = { status: 'ACTIVE', ...(text && { filter: text }) };
  return await withConnection(
    this,
    async (connection) =>
      await searchPage(
        paginationToken,
        async (place) => await readUsers(connection, qs, place),
        (user) => ({ name: `${nameOfUser(user)} (${asText(user.username)})`, value: asText(user.id) }),
      ),
  );
}
