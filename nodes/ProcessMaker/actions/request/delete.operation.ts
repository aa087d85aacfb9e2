import { deleteRequest as sendDelete } from '../../api/requests/changes';
import { aboutRequest, readUnlisted } from '../../api/requests/requests';
import { acceptAsMade } from '../../execution/acceptAsMade';
import { type Attempt, done, makeChange, NOT_SEEN } from '../../execution/change';
import { RequestIds } from '../../execution/readers';
import { requestLocator } from '../../fields/locators';
import { readRequestReference } from '../../fields/references';
import type { Connection } from '../../transport/connection';
import { isKind, rethrown } from '../../transport/processMakerError';
import { operation } from '../operation';

const MAY_DELETE = 'Whoever deletes a Request has to be an administrator or to have started it.';

const DELETED = [{ json: { deleted: true } }];

export const deleteRequest = operation({
  value: 'delete',
  name: 'Delete',
  action: 'Delete request',
  description: 'Delete a Request and its sub-processes for good. A parent of it waits for ever.',
  fields: [requestLocator],
  changes: true,
  read: (context, itemIndex, connection) => ({
    reference: readRequestReference(context, itemIndex, connection),
  }),
  begin(connection, all) {
    const ids = new RequestIds(connection, all);
    return async ({ reference }, attempt) => {
      if (attempt.isDone) return DELETED;
      let id: number;
      try {
        id = await ids.idOf(reference);
      } catch (error) {
        if (!isKind(error, 'input')) throw rethrown(error);
        // An earlier attempt may have found the case, and its Request is gone.
        acceptAsMade(attempt, error);
        return DELETED;
      }
      await deleteById(connection, id, attempt);
      return DELETED;
    };
  },
});

async function deleteById(connection: Connection, id: number, attempt: Attempt): Promise<void> {
  try {
    await makeChange<void>(connection, {
      send: async () => await sendDelete(connection, id),
      async look() {
        try {
          await readUnlisted(connection, id, []);
          return NOT_SEEN;
        } catch (error) {
          if (isKind(error, 'notFound')) return done(undefined);
          throw rethrown(error);
        }
      },
    });
  } catch (error) {
    const refusal = aboutRequest(error, id, MAY_DELETE);
    if (!isKind(error, 'notFound')) throw refusal;
    acceptAsMade(attempt, refusal);
  }
}
