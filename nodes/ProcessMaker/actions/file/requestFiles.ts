import { type ApiFile, readFiles } from '../../api/files/files';
import type { RequestReference } from '../../api/requests/requests';
import { once, RequestIds } from '../../execution/readers';
import type { Connection } from '../../transport/connection';

/** The lists of files of a run, each read once. */
export class RequestFiles {
  private readonly ids: RequestIds;

  private readonly lists = new Map<number, Promise<ApiFile[]>>();

  /** @param all the items of the run */
  constructor(
    private readonly connection: Connection,
    all: Array<{ reference: RequestReference }>,
  ) {
    this.ids = new RequestIds(connection, all);
  }

  async of(reference: RequestReference): Promise<{ requestId: number; files: ApiFile[] }> {
    const requestId = await this.ids.idOf(reference);
    const files = await once(this.lists, requestId, async () => await readFiles(this.connection, requestId));
    return { requestId, files };
  }
}
