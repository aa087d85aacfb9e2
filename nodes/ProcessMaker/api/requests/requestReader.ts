import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import type { RequestIds, RequestReference } from './requestReference';
import { readByIds, readUnlisted } from './requests';
import type { ApiRequest } from './simplifyRequest';

/** A Request to read, and what it is to bring along. */
export interface Wanted {
  reference: RequestReference;
  /** Names that ProcessMaker's `include` knows. */
  includes: string[];
}

/** Reads the Requests of a run, all together in as few calls as can be. */
export class RequestReader {
  private readonly byIncludes = new Map<string, Wanted[]>();

  private readonly read = new Map<string, Promise<Result<Map<number, ApiRequest>>>>();

  constructor(
    private readonly connection: Connection,
    private readonly ids: RequestIds,
    all: Wanted[],
  ) {
    for (const wanted of all) {
      const key = wanted.includes.join(',');
      const same = this.byIncludes.get(key);
      if (same) same.push(wanted);
      else this.byIncludes.set(key, [wanted]);
    }
  }

  async get({ reference, includes }: Wanted): Promise<Result<ApiRequest>> {
    const id = await this.ids.idOf(reference);
    if (!id.ok) return id;
    const key = includes.join(',');
    let together = this.read.get(key);
    if (!together) {
      together = this.readTogether(includes);
      this.read.set(key, together);
    }
    const found = await together;
    if (!found.ok) return found;
    const request = found.value.get(id.value);
    return request ? { ok: true, value: request } : await readUnlisted(this.connection, id.value, includes);
  }

  private async readTogether(includes: string[]): Promise<Result<Map<number, ApiRequest>>> {
    const wanted = this.byIncludes.get(includes.join(',')) ?? [];
    const ids = await Promise.all(wanted.map(({ reference }) => this.ids.idOf(reference)));
    const known = new Set(ids.flatMap((id) => (id.ok ? [id.value] : [])));
    return await readByIds(this.connection, [...known], includes);
  }
}
