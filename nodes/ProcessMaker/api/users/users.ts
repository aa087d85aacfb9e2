import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Failure, Result } from '../../transport/failure';
import { readList } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import { asText } from '../../guards';

export const USERS_PATH = apiPath('1.0', 'users');
export const USERS_ORDER = { order_by: 'username', order_direction: 'asc' };

/** The users by username: `GET /api/1.0/users`, for those who may view users. */
export async function listUsers(
  connection: Connection,
  filter: IDataObject,
  limit?: number,
): Promise<Result<IDataObject[]>> {
  const list = await readList(connection, { path: USERS_PATH, qs: { ...USERS_ORDER, ...filter }, limit });
  if (!list.ok) return { ok: false, failure: aboutUsers(list.failure) };
  return list;
}

/** Who may not see the list of users. */
export function aboutUsers(failure: Failure): Failure {
  if (failure.kind !== 'forbidden') return failure;
  return {
    ...failure,
    message: 'ProcessMaker does not show its users to the user of the access token',
    description:
      "Ask a ProcessMaker administrator for the permission to view users. Where a field asks for a user, choose 'By ID' to do without.",
  };
}

/** The fields of a user that matter to most workflows. */
export function simplifyUser(user: IDataObject): IDataObject {
  return {
    id: user.id,
    username: user.username ?? null,
    name: nameOfUser(user),
    email: user.email ?? null,
    status: user.status ?? null,
    title: user.title ?? null,
    timezone: user.timezone ?? null,
    managerId: user.manager_id ?? null,
    createdAt: user.created_at ?? null,
  };
}

/** E.g. `Jane Doe`; the username of one without a name. */
export function nameOfUser(user: IDataObject): string {
  return asText(user.fullname).trim() || asText(user.username);
}
