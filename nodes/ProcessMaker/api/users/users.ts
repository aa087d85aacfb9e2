import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../guards';
import type { Connection } from '../../transport/connection';
import { readList, readPage, type ListPage } from '../../transport/pagination';
import { explained, isKind, unexpectedResponse } from '../../transport/processMakerError';
import { apiPath, read } from '../../transport/request';

const USERS_PATH = apiPath('1.0', 'users');
const USERS_ORDER = { order_by: 'username', order_direction: 'asc' };

/** The users by username: `GET /api/1.0/users`, for those who may view users. */
export async function listUsers(connection: Connection, filter: IDataObject, limit?: number) {
  const call = { path: USERS_PATH, qs: { ...USERS_ORDER, ...filter }, limit };
  return await readList(connection, call).catch(throwAboutUsers);
}

/** A page of the same list. */
export async function readUsers(
  connection: Connection,
  filter: IDataObject,
  { pageSize, page }: { pageSize: number; page: number },
): Promise<ListPage> {
  const call = { path: USERS_PATH, qs: { ...USERS_ORDER, ...filter }, pageSize };
  return await readPage(connection, call, page).catch(throwAboutUsers);
}

function throwAboutUsers(thrown: unknown): never {
  throw explained(thrown, {
    forbidden: {
      message: 'ProcessMaker does not show its users to the user of the access token',
      description:
        "Ask a ProcessMaker administrator for the permission to view users. Where a field asks for a user, choose 'By ID' to do without.",
    },
  });
}

/** The user of the token: `GET /api/1.0/users/configuration`, since 4.12. @param advice for an older server */
export async function readTokenUserId(connection: Connection, advice: string): Promise<number> {
  const notFound = {
    message: 'This ProcessMaker does not show whose access token it is',
    description: `It does so since version 4.12. ${advice}`,
  };
  const path = apiPath('1.0', 'users', 'configuration');
  const configuration = await read(connection, { path }).catch((error: unknown) => {
    throw explained(error, { notFound });
  });
  const id = 'user_id' in configuration ? configuration.user_id : undefined;
  if (typeof id !== 'number') throw unexpectedResponse(notFound.message).with(notFound);
  return id;
}

/** @throws ProcessMakerError when there is no such user, which `GET /api/1.0/users/{id}` says to everybody */
export async function checkUser(connection: Connection, id: number): Promise<void> {
  const notFound = {
    message: `There is no user ${id}`,
    description:
      "Check 'User': an id is the number in the address of the user's profile, such as /profile/12.",
  };
  await read(connection, { path: apiPath('1.0', 'users', id) }).catch((error: unknown) => {
    if (isKind(error, 'notFound')) throw error.with(notFound);
  });
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
