import { aboutFile, type ApiFile, findFile, readFiles, sendFileDeletion } from '../../api/files/files';
import { acceptAsMade } from '../../execution/acceptAsMade';
import { done, makeChange, NOT_SEEN } from '../../execution/change';
import { RequestIds } from '../../execution/readers';
import { readFileReference } from '../../fields/inputFiles';
import { fileLocator, requestLocator } from '../../fields/locators';
import { readRequestReference } from '../../fields/references';
import type { Connection } from '../../transport/connection';
import { isKind, rethrown } from '../../transport/processMakerError';
import { operation } from '../operation';

const DELETED = [{ json: { deleted: true } }];

export const deleteFile = operation({
  value: 'delete',
  name: 'Delete',
  action: 'Delete file',
  description: 'Delete a file of a Request for good',
  fields: [requestLocator, fileLocator],
  changes: true,
  read: (context, itemIndex, connection) => ({
    reference: readRequestReference(context, itemIndex, connection),
    wanted: readFileReference(context, itemIndex),
  }),
  begin(connection, all) {
    const ids = new RequestIds(connection, all);
    return async ({ reference, wanted }, attempt) => {
      if (attempt.isDone) return DELETED;
      const requestId = await ids.idOf(reference);
      const files = await readFiles(connection, requestId);
      let file: ApiFile;
      try {
        file = findFile(files, wanted, requestId);
      } catch (error) {
        if (!isKind(error, 'notFound')) throw rethrown(error);
        acceptAsMade(attempt, error);
        return DELETED;
      }
      await deleteOne(connection, requestId, file.id);
      return DELETED;
    };
  },
});

/** When the response was lost, the list of files shows whether the file was deleted. */
async function deleteOne(connection: Connection, requestId: number, fileId: number): Promise<void> {
  try {
    await makeChange<void>(connection, {
      send: async () => await sendFileDeletion(connection, requestId, fileId),
      async look() {
        const files = await readFiles(connection, requestId);
        return files.some(({ id }) => id === fileId) ? NOT_SEEN : done(undefined);
      },
    });
  } catch (error) {
    throw aboutFile(error, requestId, fileId);
  }
}
