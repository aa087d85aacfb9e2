import { requestJson, type RequestOutput } from '../../api/output';
import { updateRequest } from '../../api/requests/changes';
import { type ApiRequest, readRequest, type RequestReference } from '../../api/requests/requests';
import { type Attempt, done, makeChange, NOT_SEEN } from '../../execution/change';
import { KeyedQueue } from '../../execution/concurrency';
import type { ItemOperation } from '../../execution/itemOperation';
import { RequestReader } from '../../execution/readers';
import { requestLocator } from '../../fields/locators';
import { readRequestOutput, requestOutputCollection } from '../../fields/output';
import { readRequestReference } from '../../fields/references';
import type { Connection } from '../../transport/connection';
import { explained, inputError } from '../../transport/processMakerError';
import type { Operation } from '../operation';

/** A Request that an operation is to change, as it was at the beginning of the run. */
export interface RequestToChange extends Attempt {
  connection: Connection;
  request: ApiRequest;
  output: RequestOutput;
}

/** What operations share that change one Request per item, and give it as it is then. All are read together before. */
export function changeRequests(
  change: (request: RequestToChange) => Promise<ApiRequest>,
): Pick<Operation, 'fields'> & ItemOperation<RequestOutput & { reference: RequestReference }> {
  return {
    fields: [requestLocator, requestOutputCollection],
    changes: true,
    read: (context, itemIndex, connection) => ({
      reference: readRequestReference(context, itemIndex, connection),
      ...readRequestOutput(context, itemIndex),
    }),
    // What is to be returned may be another in a repeat.
    changeOf: ({ reference }) => reference,
    begin(connection, all) {
      const reader = new RequestReader(connection, all);
      const queue = new KeyedQueue(connection.stopped);
      const touched = new Set<number>();
      return async (output, attempt) => {
        const id = await reader.ids.idOf(output.reference);
        const changed = await queue.run(id, async () => {
          // Another item may have changed it since all of them were read.
          const isKnown = !touched.has(id);
          touched.add(id);
          const request = isKnown
            ? await reader.get(output)
            : await readRequest(connection, id, output.includes);
          return attempt.isDone ? request : await change({ connection, request, output, ...attempt });
        });
        return [{ json: requestJson(changed, output, connection.instanceUrl) }];
      };
    },
  };
}

/** A change of a Request, and how the Request shows it. */
interface RequestChange {
  id: number;
  /** What the Request is to bring along: names that ProcessMaker's `include` knows. */
  includes: string[];
  send: () => Promise<unknown>;
  isMade: (request: ApiRequest) => boolean;
  /** What some responses to the change mean. */
  explain: (thrown: unknown) => Error;
}

/** Changes a Request, and gives it as it is then. What became of a change whose response was lost is seen on it. */
export async function changeRequest(
  connection: Connection,
  { id, includes, send, isMade, explain }: RequestChange,
): Promise<ApiRequest> {
  try {
    const seen = await makeChange<ApiRequest | undefined>(connection, {
      async send() {
        await send();
        return undefined;
      },
      async look() {
        const request = await readRequest(connection, id, includes);
        return isMade(request) ? done(request) : NOT_SEEN;
      },
    });
    if (seen) return seen;
  } catch (error) {
    throw explain(error);
  }
  return await readChanged(connection, id, includes);
}

/** Sets the status of a Request. ProcessMaker calls a Request CANCELED even when it is completed already. */
export async function setRequestStatus(
  { connection, request: { id }, output: { includes } }: RequestToChange,
  status: 'CANCELED' | 'COMPLETED',
  explain: (thrown: unknown) => Error,
): Promise<ApiRequest> {
  const changed = await changeRequest(connection, {
    id,
    includes,
    send: async () => await updateRequest(connection, id, { status }),
    isMade: (request) => request.status === status,
    explain,
  });
  if (changed.status === status) return changed;
  throw inputError(
    `Request ${id} was set to status ${status}, but is in status ${changed.status} now`,
    'A user or the process itself has changed it since. Look at its page in ProcessMaker before you set its status again.',
  ).with({ done: true });
}

/** Reads a Request that was changed. The error says that the change was made, even though this read failed. */
export async function readChanged(connection: Connection, id: number, includes: string[]) {
  try {
    return await readRequest(connection, id, includes);
  } catch (error) {
    throw explained(error, ({ message, description }) => ({
      message: `The change of Request ${id} was made, but the Request cannot be read afterwards: ${message}`,
      description: `Do not repeat the change. ${description}`,
      done: true,
    }));
  }
}
