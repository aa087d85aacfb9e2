import type { AddressInfo } from 'node:net';
import type { FileRow, RequestRow, TokenRow } from './database/rows';
import { Instance } from './instance';
import { oauthOf } from './oauth/control';
import { completeToken, interruptToken, returnToParent } from './requests/progress';
import { endRequest, failRequest } from './requests/finish';
import { forgetCallbacks, resumeScripts, runScript } from './requests/run-script';
import { findToken, updateToken } from './requests/store';
import { resumeTimers } from './requests/timer';
import { createServer } from './server';
import { toStoredFile, toStoredRequest, toStoredTask } from './stored';
import type { ProcessMaker, ProcessMakerOptions, RecordedCall, TokenName } from './types';
import { prepareProcess, seed } from './fixtures/seed';
import { TOKENS } from './fixtures/users';

export type { IssuedTokens, OAuth, OAuthClient, OAuthOptions } from './oauth/types';
export type {
  Json,
  JsonObject,
  ProcessInput,
  ProcessMaker,
  ProcessMakerOptions,
  RecordedCall,
  StoredFile,
  StoredRequest,
  StoredTask,
  TokenName,
} from './types';

const HOST = '127.0.0.1';

/** Starts a stand-in for a ProcessMaker 4 server. */
export async function startProcessMaker(options: ProcessMakerOptions = {}): Promise<ProcessMaker> {
  const instance = new Instance(options, runScript);
  await seed(instance);
  if (instance.isDemo) forgetCallbacks(instance);
  await resumeScripts(instance);
  await resumeTimers(instance);
  return serve(instance, options);
}

/** Serves an instance over HTTP. */
export async function serve(instance: Instance, options: ProcessMakerOptions): Promise<ProcessMaker> {
  const calls: RecordedCall[] = [];
  instance.timers.start(
    () => instance.now(),
    (tokenId) => interruptToken(instance, tokenId),
  );
  const server = createServer(instance, options, calls);
  try {
    await server.listen({ host: HOST, port: options.port ?? 0 });
  } catch (error) {
    instance.close();
    throw error;
  }
  const { port } = server.server.address() as AddressInfo;
  const scheme = options.tls === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://${HOST}:${port}${options.basePath ?? ''}`,
    tokens: tokenTexts(),
    oauth: oauthOf(instance, options.oauth),
    calls,
    get maintenance() {
      return instance.maintenance;
    },
    set maintenance(value: boolean) {
      instance.maintenance = value;
    },
    get scriptsRun() {
      return instance.scriptsRun;
    },
    set scriptsRun(value: boolean) {
      instance.scriptsRun = value;
    },
    get scriptsHeld() {
      return instance.scriptsHeld;
    },
    set scriptsHeld(value: boolean) {
      instance.scriptsHeld = value;
    },
    scriptRuns: instance.scriptRuns,
    scriptsToRun: () =>
      instance.scripts.heldTokens.flatMap((id) => findToken(instance, id)?.process_request_id ?? []),
    runScripts: () => instance.scripts.runDue(),
    scriptStatuses: instance.scriptStatuses,
    tasks: () =>
      instance.database
        .all<TokenRow>(
          `SELECT * FROM process_request_tokens WHERE element_type NOT IN ('startEvent', 'end_event', 'gateway') ORDER BY id`,
        )
        .map(toStoredTask),
    requests: () =>
      instance.database.all<RequestRow>('SELECT * FROM process_requests ORDER BY id').map(toStoredRequest),
    files: () => instance.database.all<FileRow>('SELECT * FROM request_files ORDER BY id').map(toStoredFile),
    addProcess: async (input) => ({ id: (await prepareProcess(instance, input))() }),
    cancelRequest: (id) => {
      endRequest(instance, id, 'CANCELED');
      void returnToParent(instance, id);
    },
    failRequest: (id, message) => failRequest(instance, id, message),
    completeTask: (taskId, data) => completeToken(instance, taskId, data),
    noteCompletion: (taskId) =>
      updateToken(instance, taskId, { status: 'COMPLETED', completed_at: instance.sqlNow() }),
    close: async () => {
      await server.close();
      instance.close();
    },
  };
}

function tokenTexts(): Record<TokenName, string> {
  const entries = Object.entries(TOKENS).map(([name, { token }]) => [name, token]);
  return Object.fromEntries(entries) as Record<TokenName, string>;
}
