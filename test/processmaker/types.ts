import type { ProcessStatus, RequestStatus, TokenStatus } from './database/rows';
import type { OAuth, OAuthOptions } from './oauth/types';
import type { QueueKind } from './queues/script-queue';

/** A JSON value as it travels over the wire. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** Names of the access tokens that exist in every instance. */
export type TokenName = 'admin' | 'limited' | 'nobody' | 'operator' | 'inactive' | 'expired' | 'revoked';

export interface ProcessMakerOptions {
  /** 0 or missing: a free port. */
  port?: number;
  /** A file; in memory when missing. */
  database?: string;
  /** Bodies over it are answered with 413. */
  bodyLimitBytes?: number;
  /** Larger files are answered with 422; missing: 10 MB. */
  uploadLimitBytes?: number;
  /** The version of the server, such as `4.11.0`; routes that came later are missing. */
  version?: string;
  /** On `redis` script tasks run a moment after the response, on `sync` during it, and by hand when a test says so. */
  queue?: QueueKind;
  oauth?: OAuthOptions;
  /** For example `/pm`: the instance lives below a sub-path. */
  basePath?: string;
  tls?: { key: string; cert: string };
  /** How long it takes to complete a task or to update data: calls within that time harm each other. 20 when missing. */
  changeMs?: number;
  /** Tasks can be given to somebody else, as with ProcessMaker's package for it. */
  reassigns?: boolean;
  /** What maintenance tells as Retry-After, 60 when missing; null: it tells nothing, as after a plain `artisan down`. */
  maintenanceRetrySeconds?: number | null;
  /** On `redis`: how long after the first note of a script's failure the server makes the second one. 40 when missing. */
  betweenErrorsMs?: number;
  /** How many milliseconds a second of a script's timeout, and of its wait time, lasts; 1000 when missing. */
  secondMs?: number;
  /** The server's clock. */
  now?: () => Date;
  /**
   * For a person who tries it out, with an n8n that starts empty each time: only the processes that a company could have,
   * and scripts run.
   */
  demo?: boolean;
}

/** One HTTP call as it came in. */
export interface RecordedCall {
  method: string;
  /** With the query string. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** The raw text. */
  body: string;
}

/** A Request as the database holds it, hidden keys of the data included. */
export interface StoredRequest {
  id: number;
  caseNumber: number;
  processId: number;
  processName: string;
  userId: number;
  status: RequestStatus;
  data: JsonObject;
  parentRequestId: number | null;
  initiatedAt: string;
  completedAt: string | null;
}

/** A task (or an event, a script, a sub-process when it is not one) as the database holds it. */
export interface StoredTask {
  id: number;
  requestId: number;
  elementId: string;
  elementName: string;
  elementType: string;
  /** null: nobody has it, as in self service. */
  userId: number | null;
  status: TokenStatus;
  dueAt: string | null;
  completedAt: string | null;
}

/** A file of a Request as the server keeps it. */
export interface StoredFile {
  id: number;
  requestId: number;
  fileName: string;
  /** The variable of the Request. */
  dataName: string;
  content: Buffer;
}

export interface ProcessInput {
  name: string;
  bpmn: string;
  id?: number;
  description?: string;
  status?: ProcessStatus;
}

/** A running stand-in. */
export interface ProcessMaker {
  /** Without a slash at the end. */
  url: string;
  tokens: Record<TokenName, string>;
  oauth: OAuth;
  /** While true, every call is answered with 503. */
  maintenance: boolean;
  /** Whether script tasks can run; not at first, so that each ends its Request in ERROR. */
  scriptsRun: boolean;
  /** While true, a script that has begun does not end. */
  scriptsHeld: boolean;
  /** The Request of each run of a script that has begun, in order. */
  scriptRuns: readonly number[];
  /** Where scripts run by hand: the Requests whose scripts are still to run, each as often as they will. */
  scriptsToRun: () => number[];
  /** Where scripts run by hand: runs those that are due by now. */
  runScripts: () => Promise<void>;
  /** The statuses with which calls that script tasks have made were answered, in order. */
  scriptStatuses: readonly number[];
  /** Every HTTP call that came in, in order. */
  calls: RecordedCall[];
  requests(): StoredRequest[];
  /** The tasks of all Requests, start events left out. */
  tasks(): StoredTask[];
  /** The files of all Requests. */
  files(): StoredFile[];
  addProcess(input: ProcessInput): Promise<{ id: number }>;
  cancelRequest(id: number): void;
  failRequest(id: number, message: string): void;
  /** Also goes on behind an event that waits. False: nothing waited there. */
  completeTask(taskId: number, data: JsonObject): Promise<boolean>;
  /** Writes what ProcessMaker writes of a Task that is completed before it closes it, and its Request goes on. */
  noteCompletion(taskId: number): void;
  close(): Promise<void>;
}
