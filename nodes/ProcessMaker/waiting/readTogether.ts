import { pauseFor, type Connection } from '../transport/connection';
import type { Result } from '../transport/failure';
import { Patience } from '../transport/retryBudget';
import { readByIds, readUnlisted } from '../api/requests/requests';
import type { ApiRequest } from '../api/requests/simplifyRequest';
import { mayComeBack } from './look';

type Read = Promise<Result<Map<number, ApiRequest>>>;

/** How long to go on reading what was waited for so long, through an interruption of the server. */
const PATIENCE_SECONDS = 60;
const TIMEOUT_SECONDS = 30;

/** Reads Requests that are asked for at the same moment in one call: `GET /api/1.0/requests?pmql=id IN […]`. */
export class ReadTogether {
  private readonly open = new Map<string, { ids: number[]; read: Read }>();

  constructor(private readonly connection: Connection) {}

  /** @param includes names that ProcessMaker's `include` knows */
  async get(id: number, includes: string[]): Promise<Result<ApiRequest>> {
    const key = includes.join(',');
    let together = this.open.get(key);
    if (!together) {
      const ids: number[] = [];
      together = { ids, read: this.readSoon(key, ids, includes) };
      this.open.set(key, together);
    }
    together.ids.push(id);
    const found = await together.read;
    if (!found.ok) return found;
    const request = found.value.get(id);
    if (request) return { ok: true, value: request };
    return await this.patiently(async (connection) => await readUnlisted(connection, id, includes));
  }

  private async readSoon(key: string, ids: number[], includes: string[]): Read {
    await pauseFor(this.connection, 0);
    this.open.delete(key);
    return await this.patiently(async (connection) => await readByIds(connection, ids, includes));
  }

  /** The patience of the run itself may have been used up by the wait. */
  private async patiently<T>(read: (connection: Connection) => Promise<Result<T>>): Promise<Result<T>> {
    const patience = new Patience(PATIENCE_SECONDS * 1000);
    for (let tries = 1; ; tries++) {
      const once = { ...this.connection, patience: new Patience(0), timeoutSeconds: TIMEOUT_SECONDS };
      const result = await read(once);
      if (result.ok || !mayComeBack(result.failure)) return result;
      const pause = patience.pauseBefore(tries, result.failure.passing?.afterSeconds);
      if (pause === undefined || !(await pauseFor(this.connection, pause))) return result;
    }
  }
}
