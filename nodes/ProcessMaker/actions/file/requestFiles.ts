import { type ApiFile, readFiles } from '../../api/files/files';
import type { RequestReference } from '../../api/requests/requests';
import { RequestIds } from '../../execution/readers';
import type { Connection } from '../../transport/connection';

/** The lists of files of a run, each read once. */
export class RequestFiles {
  private readonly ids: RequestIds;

  private readonly lists = new Map<number, Promise<ApiFile[]>>();

  /** @param all the items of the run */
  constructor(
    private readonly connection: Connection,
    all: Array<{ request: RequestReference }>,
  ) {
    this.ids = new RequestIds(
      connection,
      all.map(({ request }) => request),
    );
  }

  async of(request: RequestReference): Promise<{ requestId: number; files: ApiFile[] }> {
    const requestId = await this.ids.idOf(request);
    let list = this.lists.get(requestId);
    if (!list) {
      list = readFiles(this.connection, requestId);
      this.lists.set(requestId, list);
    }
    return { requestId, files: await list };
  }
}
