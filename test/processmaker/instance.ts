import { Connection } from './database/connection';
import { SCHEMA } from './database/schema';
import { toSqlTime } from './database/time';
import { toMysqlText } from './data/normalise';
import { definitions } from './flow/cache';
import { Sessions } from './oauth/sessions';
import { Throttle } from './oauth/throttle';
import { KeyedQueue } from './queues/keyed-queue';
import { type QueueKind, type ScriptRun, ScriptQueue } from './queues/script-queue';
import { Timers } from './queues/timers';
import { NEWEST_VERSION } from './routes/version';
import type { Json, ProcessMakerOptions } from './types';

const A_YEAR = 365 * 24 * 60 * 60;
const UPLOAD_LIMIT = 10 * 1024 * 1024;

const DEFAULT_CHANGE_MS = 20;
/** Under load it is up to half a second. */
const DEFAULT_BETWEEN_ERRORS_MS = 40;

/** One ProcessMaker instance without its HTTP side. */
export class Instance {
  readonly database: Connection;
  readonly definitions = definitions;
  readonly queue: QueueKind;
  readonly scripts: ScriptQueue;
  readonly timers = new Timers();
  /** The statuses with which calls of scripts were answered. */
  readonly scriptStatuses: number[] = [];
  /** Steps of the same Request wait for each other. */
  readonly steps = new KeyedQueue();
  readonly version: string;
  readonly uploadLimitBytes: number;
  readonly accessTokenSeconds: number;
  readonly sessions = new Sessions();
  readonly tokenCalls = new Throttle();
  maintenance = false;
  /** Ids in the order in which equal rows of a list come. A real database says nothing of it. */
  equalRows: readonly number[] = [];
  /** How long it takes to complete a task or to update data. */
  readonly changeMs: number;
  /** Whether script tasks can run. The recorded server had nothing that could run one. */
  scriptsRun: boolean;
  /** Whether a task that has an assignee can be given to somebody else. */
  readonly reassigns: boolean;
  /** While true, a script that has begun does not end. */
  scriptsHeld = false;
  /** The Request of each run of a script. */
  readonly scriptRuns: number[] = [];
  /** How often the script at each token has run, by the token's id. */
  readonly runsByToken = new Map<number, number>();
  /** How far apart the server notes a failure of a script twice. */
  readonly betweenErrorsMs: number;
  /** How long a second lasts of a script's timeout, and of the time before its next attempt. */
  readonly secondMs: number;
  /** Whether it is filled for a person who tries it out. */
  readonly isDemo: boolean;
  private readonly clock: () => Date;

  constructor(
    options: ProcessMakerOptions,
    runScript: (instance: Instance, run: ScriptRun) => Promise<void>,
  ) {
    this.accessTokenSeconds = options.oauth?.accessTokenSeconds ?? A_YEAR;
    this.uploadLimitBytes = options.uploadLimitBytes ?? UPLOAD_LIMIT;
    this.version = options.version ?? NEWEST_VERSION;
    this.clock = options.now ?? (() => new Date());
    this.changeMs = options.changeMs ?? DEFAULT_CHANGE_MS;
    this.isDemo = options.demo === true;
    this.scriptsRun = this.isDemo;
    this.reassigns = options.reassigns === true;
    this.betweenErrorsMs = options.betweenErrorsMs ?? DEFAULT_BETWEEN_ERRORS_MS;
    this.secondMs = options.secondMs ?? 1000;
    this.database = new Connection(options.database);
    this.database.define('json_text', (value) =>
      value === null ? null : toMysqlText(JSON.parse(String(value)) as Json),
    );
    this.database.script(SCHEMA);
    this.queue = options.queue ?? 'redis';
    this.scripts = new ScriptQueue(
      this.queue,
      (run) => runScript(this, run),
      () => this.now(),
    );
  }

  /** The server's clock. */
  now(): Date {
    return this.clock();
  }

  /** The server's clock as the database writes it. */
  sqlNow(): string {
    return toSqlTime(this.clock());
  }

  close(): void {
    this.scripts.stop();
    this.timers.stop();
    this.database.close();
  }
}
