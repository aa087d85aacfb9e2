import type { AddressInfo } from 'node:net';
import type { RequestRow, TokenRow } from './database/rows';
import { toApiTime } from './database/time';
import { Instance } from './instance';
import { completeToken } from './requests/progress';
import { endRequest, failRequest } from './requests/finish';
import { requestData } from './requests/store';
import { createServer } from './server';
import type {
  ProcessMaker,
  ProcessMakerOptions,
  RecordedCall,
  StoredRequest,
  StoredTask,
  TokenName,
} from './types';
import { prepareProcess, seed } from './world/seed';
import { TOKENS } from './world/users';

export type {
  Json,
  JsonObject,
  ProcessInput,
  ProcessMaker,
  ProcessMakerOptions,
  RecordedCall,
  StoredRequest,
  StoredTask,
  TokenName,
} from './types';

const HOST = '127.0.0.1';

/** Starts a stand-in for a ProcessMaker 4 server. */
export async function startProcessMaker(options: ProcessMakerOptions = {}): Promise<ProcessMaker> {
  const instance = new Instance(options);
  await seed(instance);
  await instance.scripts.resume();
  return serve(instance, options);
}

/** Serves an instance over HTTP. */
export async function serve(instance: Instance, options: ProcessMakerOptions): Promise<ProcessMaker> {
  const calls: RecordedCall[] = [];
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
    tasks: () =>
      instance.database
        .all<TokenRow>(`SELECT * FROM process_request_tokens WHERE element_type <> 'startEvent' ORDER BY id`)
        .map(toStoredTask),
    requests: () =>
      instance.database.all<RequestRow>('SELECT * FROM process_requests ORDER BY id').map(toStoredRequest),
    addProcess: async (input) => ({ id: (await prepareProcess(instance, input))() }),
    cancelRequest: (id) => endRequest(instance, id, 'CANCELED'),
    failRequest: (id, message) => failRequest(instance, id, message),
    completeTask: (taskId, data) => completeToken(instance, taskId, data),
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

function toStoredRequest(row: RequestRow): StoredRequest {
  return {
    id: row.id,
    caseNumber: row.case_number,
    processId: row.process_id,
    processName: row.name,
    userId: row.user_id,
    status: row.status,
    data: requestData(row),
    parentRequestId: row.parent_request_id,
    initiatedAt: toApiTime(row.initiated_at),
    completedAt: toApiTime(row.completed_at),
  };
}

function toStoredTask(row: TokenRow): StoredTask {
  return {
    id: row.id,
    requestId: row.process_request_id,
    elementId: row.element_id,
    elementName: row.element_name ?? '',
    elementType: row.element_type,
    userId: row.user_id,
    status: row.status,
    dueAt: toApiTime(row.due_at),
    completedAt: toApiTime(row.completed_at),
  };
}
