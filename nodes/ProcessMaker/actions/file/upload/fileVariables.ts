import { updateRequest } from '../../../api/requests/changes';
import { KEY_FIELD, OWN_FIELDS } from '../../../api/requests/hiddenKey';
import { readRequest } from '../../../api/requests/requests';
import { type Change, done, makeChange, NOT_SEEN } from '../../../execution/change';
import { KeyedQueue } from '../../../execution/concurrency';
import { isObject } from '../../../guards';
import type { InputFile } from '../../../input/inputFiles';
import type { Connection } from '../../../transport/connection';
import { explained, inputError } from '../../../transport/processMakerError';

const NOT_WRITABLE = new Set([...OWN_FIELDS, KEY_FIELD]);

/** @throws ProcessMakerError when the id of one of these files cannot be written to its variable. Nothing is sent. */
export function checkVariables(files: InputFile[]): void {
  for (const { field, variable, hasVariable } of files) {
    if (!hasVariable) {
      throw inputError(
        `The file in '${field}' has no variable that its id could be written to`,
        "Enter a 'Variable', or switch off 'Write File ID to Variable'.",
      );
    }
    if (NOT_WRITABLE.has(variable)) {
      throw inputError(
        `The id of a file cannot be written to '${variable}', which is ProcessMaker's or this node's own`,
        "Enter another 'Variable', or switch off 'Write File ID to Variable'.",
      );
    }
    if (/[.[\]]/.test(variable)) {
      throw inputError(
        `The id of a file cannot be written to '${variable}', which is within another variable`,
        "ProcessMaker would lose what else that variable holds. Switch off 'Write File ID to Variable', and change the data in another step.",
      );
    }
  }
}

/** A file, and the variable that is to hold its id. */
interface FileId {
  fileId: number;
  variable: string;
}

/** Writes to the data of a Request, never twice at once: of simultaneous changes ProcessMaker keeps only some. */
export class FileVariables {
  private readonly queue = new KeyedQueue();

  constructor(private readonly connection: Connection) {}

  /**
   * Puts the id of each file into its variable, where forms look for it, and leaves the other variables alone. When the
   * response was lost, the Request's data tells whether they were written.
   */
  async write(requestId: number, files: FileId[]): Promise<void> {
    const { connection } = this;
    const data = Object.fromEntries(files.map(({ variable, fileId }) => [variable, fileId]));
    const change: Change<void> = {
      send: async () => await updateRequest(connection, requestId, { data }),
      async look() {
        const request = await readRequest(connection, requestId, ['data']);
        const stored = isObject(request.data) ? request.data : {};
        return files.every(({ variable, fileId }) => stored[variable] === fileId)
          ? done(undefined)
          : NOT_SEEN;
      },
    };
    try {
      await this.queue.run(requestId, async () => await makeChange(connection, change));
    } catch (error) {
      throw notWritten(error, requestId, files);
    }
  }
}

function notWritten(thrown: unknown, requestId: number, files: FileId[]): Error {
  const names = files.map(({ fileId, variable }) => `file ${fileId} ('${variable}')`).join(', ');
  return explained(thrown, ({ kind, delivery, message, description }) => ({
    message: `Uploaded to Request ${requestId}, but ${delivery === 'unknown' ? 'it is not known whether its id was' : 'its id was not'} written to the variable: ${names}. ${message}`,
    description:
      kind === 'forbidden'
        ? "To write into the data of a Request, the user needs the permission to edit task data (edit-task_data) while it is active, or to edit request data (edit-request_data). Ask a ProcessMaker administrator, or switch off 'Write File ID to Variable'."
        : description,
  }));
}
