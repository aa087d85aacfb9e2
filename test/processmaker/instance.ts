import { Connection } from './database/connection';
import { SCHEMA } from './database/schema';
import { toSqlTime } from './database/time';
import { toMysqlText } from './data/normalise';
import { definitions } from './flow/cache';
import { ScriptQueue } from './requests/scripts';
import { Turns } from './requests/turns';
import { NEWEST_VERSION } from './routes/version';
import type { Json, ProcessMakerOptions } from './types';

const UPLOAD_LIMIT = 10 * 1024 * 1024;

/** One ProcessMaker instance without its HTTP side. */
export class Instance {
  readonly database: Connection;
  readonly definitions = definitions;
  readonly scripts: ScriptQueue;
  readonly turns = new Turns();
  readonly version: string;
  readonly uploadLimitBytes: number;
  maintenance = false;
  /** Whether script tasks can run. The recorded server had nothing that could run one. */
  scriptsRun = false;
  /** Whether a task that has an assignee can be given to somebody else. */
  readonly reassigns: boolean;
  private readonly clock: () => Date;

  constructor(options: ProcessMakerOptions) {
    this.uploadLimitBytes = options.uploadLimitBytes ?? UPLOAD_LIMIT;
    this.version = options.version ?? NEWEST_VERSION;
    this.clock = options.now ?? (() => new Date());
    this.reassigns = options.reassigns === true;
    this.database = new Connection(options.database);
    this.database.define('json_text', (value) =>
      value === null ? null : toMysqlText(JSON.parse(String(value)) as Json),
    );
    this.database.script(SCHEMA);
    this.scripts = new ScriptQueue(this, options.queue ?? 'redis');
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
    this.database.close();
  }
}
