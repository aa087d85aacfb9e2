import { callApi, type Called } from './api';
import { Missing } from './missing';
import type { Server } from './server';

/** Who the token belongs to, and what was found. */
export interface Found {
  userId: number;
  /** The token that an administrator has: that of the user, or the one beside it. */
  adminToken?: string;
  processName: string;
}

/** Asks the server for all that the checks build on: the token, the process, and whether the user may start it. */
export async function findPreconditions(server: Server): Promise<Found> {
  await checkToken(server, 'PROCESSMAKER_TOKEN');
  const processName = await startableName(server);
  const userId = await userOf(server);
  if (server.adminToken === undefined) {
    const isAdmin = await isAdministrator(server, userId);
    return isAdmin ? { userId, processName, adminToken: server.token } : { userId, processName };
  }
  const admin = { ...server, token: server.adminToken };
  await checkToken(admin, 'PROCESSMAKER_ADMIN_TOKEN');
  if (!(await isAdministrator(admin, await userOf(admin)))) {
    throw new Missing(
      'The token in PROCESSMAKER_ADMIN_TOKEN does not belong to an administrator: give that of one, or leave it out.',
    );
  }
  return { userId, processName, adminToken: server.adminToken };
}

async function called(server: Server, path: string): Promise<Called> {
  try {
    return await callApi(server, 'GET', path);
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Missing(`Nothing answers at ${server.url} (${cause}): check PROCESSMAKER_URL.`);
  }
}

async function checkToken(server: Server, variable: string): Promise<void> {
  const { url, token } = server;
  if (!/^[!-~]+$/.test(token)) {
    throw new Missing(`${variable} holds a blank, a line break or another character that no token has.`);
  }
  const { status, body } = await called(server, '/requests?per_page=1&order_by=id');
  if (status === 401) {
    throw new Missing(
      `${url} does not accept the token in ${variable}: it is wrong, has expired, was revoked, or belongs to no user.`,
    );
  }
  const isList = typeof body === 'object' && body !== null && 'data' in body && 'meta' in body;
  if (status !== 200 || !isList) {
    throw new Missing(
      `${url} does not answer as ProcessMaker's API does (HTTP status ${status}): check PROCESSMAKER_URL.`,
    );
  }
}

/** The name of the process, if the user may start it. */
async function startableName(server: Server): Promise<string> {
  const { processId } = server;
  if (!/^\d+$/.test(processId)) {
    throw new Missing(
      `PROCESSMAKER_PROCESS holds '${processId}': it has to be the id of a process, a number.`,
    );
  }
  const { rows } = await called(server, '/start_processes?per_page=1000&order_by=id');
  const found = rows.find(({ id }) => String(id) === processId);
  if (found) return String(found.name);
  const others = rows.map(({ id, name }) => `${String(id)} (${String(name)})`).slice(0, 10);
  const advice =
    others.length === 0
      ? 'The user of PROCESSMAKER_TOKEN may start none: an administrator has to assign that user to its start event.'
      : `The user of PROCESSMAKER_TOKEN may start these: ${others.join(', ')}.`;
  throw new Missing(`${await whyNot(server)}. ${advice}`);
}

/** What is known of a process that is not in the list of those that the user may start. */
async function whyNot(server: Server): Promise<string> {
  const { processId, adminToken, token } = server;
  const shown = await called({ ...server, token: adminToken ?? token }, `/processes/${processId}`);
  if (shown.status === 204) return `There is no process ${processId}, which PROCESSMAKER_PROCESS names`;
  const { status } = (shown.body ?? {}) as { status?: unknown };
  if (shown.status === 200 && status !== 'ACTIVE') {
    return `Process ${processId}, which PROCESSMAKER_PROCESS names, is ${String(status)}`;
  }
  const reason = shown.status === 200 ? '' : ', or there is no such process';
  return `The user may not start process ${processId}, which PROCESSMAKER_PROCESS names${reason}`;
}

async function userOf(server: Server): Promise<number> {
  const { body } = await called(server, '/users/configuration');
  const { user_id: id } = (body ?? {}) as { user_id?: unknown };
  if (typeof id === 'number') return id;
  throw new Missing('The server does not say who the user of the token is: these checks need 4.12 or later.');
}

async function isAdministrator(server: Server, userId: number): Promise<boolean> {
  const { rows } = await called(server, '/users?per_page=1000');
  return rows.some(({ id, is_administrator: is }) => id === userId && is === true);
}
