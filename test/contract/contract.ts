import assert from 'node:assert/strict';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { searchList } from '../support/editor';
import type { Engine, RunOptions } from '../support/engine';
import type { Run } from '../support/run';
import { ERROR_OUTPUT, failedItems, locator, PROCESS_MAKER, startWorkflow } from '../support/workflows';
import type { Server } from './server';

/** What a check works with. */
export interface Contract {
  engine: Engine;
  server: Server;
}

export interface Check {
  name: string;
  /** Why the check cannot be made on one real process. */
  onlyStandIn?: string;
  run: (contract: Contract) => Promise<void>;
}

/** The credential of the server's user, as a person types it into n8n. */
export function credentialsOf({ url, token }: Server) {
  return { processMakerApi: { instanceUrl: url, accessToken: token, ignoreSslIssues: false } };
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
  const workflow = startWorkflow({ process, startEvent, ...parameters });
  return await contract.engine.run(workflow, { credentials: credentialsOf(contract.server), ...options });
}

/** Runs an operation such as `request getAll`. */
export async function perform(
  { engine, server }: Contract,
  action: string,
  parameters: INodeParameters,
): Promise<Run> {
  const [resource = '', operation = ''] = action.split(' ');
  const workflow = startWorkflow({ resource, operation, ...parameters }, ERROR_OUTPUT);
  return await engine.run(workflow, { credentials: credentialsOf(server) });
}

/** The items of a run that has to have ended well. */
export function itemsOf(run: Run): IDataObject[] {
  assert.equal(run.error?.message, undefined);
  return run.items('ProcessMaker');
}

/** A start that has to fail with one of these HTTP status codes, and to have started nothing. */
export async function assertRefused(
  { engine, server }: Contract,
  parameters: INodeParameters,
  status: number | number[],
  options: RunOptions = {},
): Promise<void> {
  const workflow = startWorkflow({ process: locator('id', server.processId), ...parameters }, ERROR_OUTPUT);
  const run = await engine.run(workflow, { credentials: credentialsOf(server), ...options });
  const [failed] = failedItems(run);
  assert.ok(failed, 'the item went to the error output');
  assert.equal(failed.outcome, 'notStarted');
  assert.ok([status].flat().includes(failed.httpStatus ?? 0), `HTTP status ${failed.httpStatus}`);
}
