import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { updateRequest } from '../api/requests/changes';
import { withRetrying } from '../api/requests/failure';
import { summaryValue } from '../api/requests/hiddenKey';
import { aboutRequest, type ApiRequest, isUnderWay, readRequest } from '../api/requests/requests';
import { done, makeChange } from '../execution/change';
import { isTool } from '../fields/parameters';
import { isObject } from '../guards';
import type { Connection } from '../transport/connection';
import { inputError, isKind, newError, type ProcessMakerError } from '../transport/processMakerError';

const HIDDEN = '***';

/** Takes the URL that wakes an execution out of a variable of `data`, and its secret from wherever else it may be. */
export function hideUrl(json: IDataObject, variable: string, signature: string): IDataObject {
  const { data } = json;
  const shown =
    isObject(data) && variable in data ? { ...json, data: { ...data, [variable]: HIDDEN } } : json;
  return signature === '' ? shown : (hideIn(shown, signature) as IDataObject);
}

function hideIn(value: unknown, signature: string): unknown {
  if (typeof value === 'string') return value.replaceAll(signature, HIDDEN);
  if (Array.isArray(value)) return value.map((one) => hideIn(one, signature));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name.replaceAll(signature, HIDDEN), hideIn(one, signature)]),
  );
}

/** Changes of the data at the same time undo each other: ProcessMaker locks nothing. */
const MAX_WRITES = 3;

interface StoredUrl {
  variable: string;
  value: string;
  /** Whether the Request was started with it. */
  isSent: boolean;
  /** What the Request is to bring along: names that ProcessMaker's `include` knows. */
  includes: string[];
}

/**
 * Makes sure that a Request that runs has the URL: `PUT /api/1.0/requests/{id}` with `{"data":{…}}`. It is read back, since
 * a change of somebody else may have undone it, and a response may be lost.
 *
 * @returns the Request as it was read last; one that has ended is left alone
 */
export async function storeUrl(
  connection: Connection,
  requestId: number,
  { variable, value, isSent, includes }: StoredUrl,
): Promise<ApiRequest> {
  const field = variable.startsWith('_') ? 'summary' : 'data';
  let lost: ProcessMakerError | undefined;
  for (let writes = 0; ; writes++) {
    const found = await readRequest(connection, requestId, [...new Set([...includes, field])]);
    const request = await withRetrying(connection, found);
    const stored = valueIn(request, variable);
    const isThere = stored === value || (stored === NOT_SHOWN && (isSent || (writes > 0 && !lost)));
    if (!isUnderWay(request) || isThere) {
      if (!includes.includes(field)) delete request[field];
      return request;
    }
    if (writes === MAX_WRITES) {
      const message = `Request ${requestId} does not keep the URL for the call in variable '${variable}'`;
      const advice = 'Others seem to change its data at the same time. Wait for it again later.';
      throw lost ?? newError('invalid', message, advice).with({ requestId });
    }
    lost = undefined;
    try {
      await makeChange<void>(connection, {
        send: async () => await updateRequest(connection, requestId, { data: { [variable]: value } }),
        // Whatever became of it: the Request is read next.
        look: (error) => {
          lost = error;
          return Promise.resolve(done(undefined));
        },
      });
    } catch (error) {
      // Some may write running Requests only. When it cannot be read either, why it could not be written matters more.
      const read = async () =>
        await withRetrying(connection, await readRequest(connection, requestId, includes));
      const request = await read().catch(() => undefined);
      if (request && !isUnderWay(request)) return request;
      throw aboutWriting(error, requestId, variable);
    }
  }
}

/** Users who may not see a Request's summary do not see the hidden fields of its data. */
const NOT_SHOWN = Symbol('not shown');

function valueIn(request: ApiRequest, variable: string): unknown {
  const { data, summary } = request;
  if (!variable.startsWith('_')) return isObject(data) ? data[variable] : undefined;
  return Array.isArray(summary) ? summaryValue(request, variable) : NOT_SHOWN;
}

function aboutWriting(thrown: unknown, id: number, variable: string): Error {
  if (!isKind(thrown, 'forbidden')) return aboutRequest(thrown, id);
  return thrown.with({
    message: `The user of the access token may not write the URL for the call into variable '${variable}' of Request ${id}`,
    description:
      "To have started the Request is not enough: the user needs the permission 'edit-task_data' or 'edit-request_data'. Ask a ProcessMaker administrator.",
    requestId: id,
  });
}

/** @throws ProcessMakerError for a tool, whose caller runs on meanwhile, and for several items */
export function checkItems(context: IExecuteFunctions, label: string): void {
  if (isTool(context)) {
    throw inputError(
      `The caller of the tool cannot wait for a '${label}'`,
      "Choose 'Request to Finish', 'Task to Appear', or no waiting, in 'Wait For'.",
    );
  }
  const items = context.getInputData().length;
  if (items > 1) throw waitsOnce(label, `${items} items have come in`);
}

/** Why a second wait, or one for several Requests, is not possible in an execution. */
export function waitsOnce(label: string, why: string) {
  return inputError(
    `'${label}' waits for one Request in an execution, but ${why}`,
    "An execution has only one URL to be called. Put this node and what follows it into a workflow of its own. Call that from a loop: 'Loop Over Items', one item at a time, then 'Execute Workflow' with 'Wait For Sub-Workflow Completion' switched off.",
  );
}
