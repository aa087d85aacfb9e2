import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { asText } from '../../guards';
import { aboutUsers, nameOfUser, USERS_ORDER, USERS_PATH } from '../../api/users/users';
import { connect } from '../../transport/connection';
import { searchPage } from './page';

/** The active users by username, for those who may view users. */
export async function searchUsers(
  this: ILoadOptionsFunctions,
  filter = '',
  paginationToken?: string,
): Promise<INodeListSearchResult> {
  const connection = await connect(this);
  const text = filter.trim();
  const qs = { ...USERS_ORDER, status: 'ACTIVE', ...(text && { filter: text }) };
  return await searchPage(
    this,
    connection,
    { path: USERS_PATH, qs, explain: aboutUsers },
    paginationToken,
    (user) => ({ name: `${nameOfUser(user)} (${asText(user.username)})`, value: asText(user.id) }),
  );
}
