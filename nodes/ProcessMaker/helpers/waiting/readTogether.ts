import { pauseFor, type Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { readByIds, readUnlisted } from '../requests/requests';
import type { ApiRequest } from '../requests/simplifyRequest';

type Read = Promise<Result<Map<number, ApiRequest>>>;

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
    return request ? { ok: true, value: request } : await readUnlisted(this.connection, id, includes);
  }

  private async readSoon(key: string, ids: number[], includes: string[]): Read {
    await pauseFor(this.connection, 0);
    this.open.delete(key);
    return await readByIds(this.connection, ids, includes);
  }
}
