import { type ApiFile, readFiles } from '../../api/files/files';
import type { RequestReference } from '../../api/requests/requests';
import { once, RequestIds } from '../../execution/readers';
import type { Connection } from '../../transport/connection';

/** Reads the lists of files of a run, each once. */
export function filesReader(connection: Connection, all: Array<{ reference: RequestReference }>) {
  const ids = new RequestIds(connection, all);
  const lists = new Map<number, Promise<ApiFile[]>>();
  return async (reference: RequestReference) => {
    const requestId = await ids.idOf(reference);
    const files = await once(lists, requestId, async () => await readFiles(connection, requestId));
    return { requestId, files };
  };
}
