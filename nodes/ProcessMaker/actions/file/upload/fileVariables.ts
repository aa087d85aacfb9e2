import type { Connection } from '../../../transport/connection';
import { inputFailure, type Failure, type Result } from '../../../transport/failure';
import { apiPath, callApiPatiently } from '../../../transport/request';
import { isObject } from '../../../guards';
import { readRequest } from '../../../api/requests/requests';
import { KEY_FIELD } from '../../request/start/keys';
import type { InputFile } from '../../../input/inputFiles';
import type { UploadedFile } from './uploadFile';

const OWN_VARIABLES = new Set(['_parent', '_request', '_user', KEY_FIELD]);

/** Whether the ids of these files can be written to their variables. Nothing is sent. */
export function checkVariables(files: InputFile[]): Result<InputFile[]> {
  for (const { field, variable, hasVariable } of files) {
    if (!hasVariable) {
      return inputFailure(
        `The file in '${field}' has no variable that its id could be written to`,
        "Enter a 'Variable', or switch off 'Write File ID to Variable'.",
      );
    }
    if (OWN_VARIABLES.has(variable)) {
      return inputFailure(
        `The id of a file cannot be written to '${variable}', which is ProcessMaker's or this node's own`,
        "Enter another 'Variable', or switch off 'Write File ID to Variable'.",
      );
    }
    if (/[.[\]]/.test(variable)) {
      return inputFailure(
        `The id of a file cannot be written to '${variable}', which is within another variable`,
        "ProcessMaker would lose what else that variable holds. Switch off 'Write File ID to Variable', and change the data in another step.",
      );
    }
  }
  return { ok: true, value: files };
}

/** Writes to the data of a Request, never twice at once: of simultaneous changes ProcessMaker keeps only some. */
export class FileVariables {
  private readonly last = new Map<number, Promise<unknown>>();

  constructor(private readonly connection: Connection) {}

  /** Puts the id of each file into its variable, where forms look for it. */
  async write(requestId: number, files: UploadedFile[]): Promise<Result<object>> {
    const before = this.last.get(requestId) ?? Promise.resolve();
    const own = before.then(async () => await writeIds(this.connection, requestId, files));
    this.last.set(requestId, own);
    return await own;
  }
}

/**
 * `PUT /api/1.0/requests/{id}` with `{"data":{…}}`, which leaves the other variables alone. When its answer was lost,
 * the Request's data tell what became of it.
 */
async function writeIds(
  connection: Connection,
  requestId: number,
  files: UploadedFile[],
): Promise<Result<object>> {
  const data = Object.fromEntries(files.map(({ variable, fileId }) => [variable, fileId]));
  const call = await callApiPatiently(connection, {
    method: 'PUT',
    path: apiPath('1.0', 'requests', requestId),
    body: JSON.stringify({ data }),
    expects: 'nothing',
  });
  if (call.ok) return call;
  if (call.failure.delivery === 'unknown') {
    const request = await readRequest(connection, requestId, ['data']);
    const stored = request.ok && isObject(request.value.data) ? request.value.data : {};
    if (files.every(({ variable, fileId }) => stored[variable] === fileId)) return { ok: true, value: {} };
  }
  return { ok: false, failure: notWritten(call.failure, requestId, files) };
}

function notWritten(failure: Failure, requestId: number, files: UploadedFile[]): Failure {
  const names = files.map(({ fileId, variable }) => `file ${fileId} ('${variable}')`).join(', ');
  const isUnknown = failure.delivery === 'unknown';
  return {
    ...failure,
    message: `Uploaded to Request ${requestId}, but ${isUnknown ? 'it is not known whether its id was' : 'its id was not'} written to the variable: ${names}. ${failure.message}`,
    description:
      failure.kind === 'forbidden'
        ? "To write into the data of a Request, the user needs the permission to edit task data (edit-task_data) while it is active, or to edit request data (edit-request_data). Ask a ProcessMaker administrator, or switch off 'Write File ID to Variable'."
        : failure.description,
  };
}
