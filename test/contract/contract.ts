import assert from 'node:assert/strict';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { searchList } from '../support/editor';
import type { Engine, RunOptions } from '../support/engine';
import type { Run } from '../support/run';
import { ERROR_OUTPUT, failedItems, locator, PROCESS_MAKER, startWorkflow } from '../support/workflows';
import { BEGIN, type ProcessName } from './processes';
import type { Server } from './server';

/** What a check works with. */
export interface Contract {
  engine: Engine;
  server: Server;
  /** The Requests that were started so far; they are deleted in the end. */
  started: Set<number>;
}

export interface Check {
  name: string;
  /** Why the check cannot be made on a server; undefined: it can. */
  needs?: (server: Server) => string | undefined;
  run: (contract: Contract) => Promise<void>;
}

/** Only the stand-in can be treated like this. */
export const needsStandIn =
  (reason: string) =>
  ({ standIn }: Server) =>
    standIn ? undefined : reason;

/** Why a check that is made as an administrator cannot be made. */
export const needsAdministrator = ({ adminToken }: Server) =>
  adminToken === undefined ? "it needs an administrator's token, in PROCESSMAKER_ADMIN_TOKEN" : undefined;

/** Made where there is an administrator's token. */
export const needsProcess = (name: ProcessName) => (server: Server) => {
  const { workshop } = server;
  if (workshop === undefined) return needsAdministrator(server);
  return workshop.processes[name] ? undefined : 'the server has no PHP script whose executor could be used';
};

/** The credential of the server's user, as a person types it into n8n. */
export function credentialsOf({ url, token }: Server) {
  return { processMakerApi: { instanceUrl: url, accessToken: token, ignoreSslIssues: false } };
}

/** The same, as an administrator. */
export function asAdministrator(contract: Contract): Contract {
  const { server } = contract;
  return { ...contract, server: { ...server, token: server.adminToken ?? server.token } };
}

/** The entry of the process in the editor's list. */
export async function findProcess({ engine, server }: Contract) {
  const { results } = await searchList(engine, {
    nodeType: PROCESS_MAKER,
    method: 'searchProcesses',
    credentials: credentialsOf(server),
  });
  const found = results.find(({ value }) => value === server.processId);
  assert.ok(found, `process ${server.processId} is in the list`);
  return found;
}

/** The id of the first start event of the process that the user may trigger. */
export async function firstStartEvent({ engine, server }: Contract): Promise<string> {
  const { results } = await searchList(engine, {
    nodeType: PROCESS_MAKER,
    method: 'searchStartEvents',
    parameters: { process: locator('id', server.processId) },
    credentials: credentialsOf(server),
  });
  return String(results[1]?.value);
}

/** Starts Requests of the process, one for each item. */
export async function start(
  contract: Contract,
  parameters: INodeParameters = {},
  options: RunOptions = {},
): Promise<Run> {
  const process = locator('id', contract.server.processId);
  const startEvent = locator('id', await firstStartEvent(contract));
  return await sendStart(contract, { process, startEvent, ...parameters }, options);
}

/** Starts one Request of a process that was made for the checks, and gives it. */
export async function startIn(
  contract: Contract,
  name: ProcessName,
  data: IDataObject = {},
  parameters: INodeParameters = {},
): Promise<IDataObject> {
  const [request] = itemsOf(await sendStartIn(contract, name, data, parameters));
  assert.ok(request, 'a Request was started');
  return request;
}

/** The same, for a start that may not have ended yet. */
export async function sendStartIn(
  contract: Contract,
  name: ProcessName,
  data: IDataObject,
  parameters: INodeParameters,
): Promise<Run> {
  const process = locator('id', contract.server.workshop?.processes[name] ?? '');
  const startEvent = locator('id', BEGIN);
  return await sendStart(contract, { process, startEvent, ...parameters }, { input: [data] });
}

async function sendStart(contract: Contract, parameters: INodeParameters, options: RunOptions): Promise<Run> {
  const { engine, server } = contract;
  const run = await engine.run(startWorkflow(parameters, ERROR_OUTPUT), {
    credentials: credentialsOf(server),
    ...options,
  });
  remember(contract, run);
  return run;
}

/** Keeps in mind what a run has started. */
export function remember({ started }: Contract, run: Run): void {
  for (const { id } of run.items('ProcessMaker')) if (typeof id === 'number') started.add(id);
  const failed = failedItems(run);
  for (const { requestId } of failed) if (requestId !== undefined) started.add(requestId);
  const messages = [run.error?.message ?? '', ...failed.map(({ text }) => text)];
  for (const [, id] of messages.join(' ').matchAll(/\bRequest (\d+)\b/g)) started.add(Number(id));
}

/** Runs an operation such as `request getAll`. */
export async function perform(
  { engine, server }: Contract,
  action: string,
  parameters: INodeParameters,
  options: RunOptions = {},
): Promise<Run> {
  const [resource = '', operation = ''] = action.split(' ');
  const workflow = startWorkflow({ resource, operation, ...parameters }, ERROR_OUTPUT);
  return await engine.run(workflow, { credentials: credentialsOf(server), ...options });
}

/** The items of a run that has to have ended well. */
export function itemsOf(run: Run): IDataObject[] {
  assert.equal(run.error?.message, undefined);
  const [failed] = failedItems(run);
  assert.equal(failed?.text, undefined);
  return run.items('ProcessMaker');
}

/** The one item that a run has to have failed at. */
export function failureOf(run: Run) {
  const [failed] = failedItems(run);
  assert.ok(failed, 'the item went to the error output');
  return failed;
}

/** A start that has to fail with one of these HTTP status codes, and to have started nothing. */
export async function assertRefused(
  contract: Contract,
  parameters: INodeParameters,
  status: number | number[],
  options: RunOptions = {},
): Promise<void> {
  const process = locator('id', contract.server.processId);
  const failed = failureOf(await sendStart(contract, { process, ...parameters }, options));
  assert.equal(failed.outcome, 'notStarted');
  assert.ok([status].flat().includes(failed.httpStatus ?? 0), `HTTP status ${failed.httpStatus}`);
}
