import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { withShownData } from '../api/requests/hiddenKey';
import { readRequest } from '../api/requests/requests';
import { CallbackWait } from '../callback/callbackWait';
import { KeyedQueue, MemoryLimit } from '../execution/concurrency';
import type { ItemRun } from '../execution/itemOperation';
import {
  FileVariables,
  describeOutcomes,
  uploadFiles,
  type UploadedFile,
  type Uploads,
  type UploadSettings,
} from '../execution/uploads';
import { isSleep, readWaitFor, readWaitSettings, type WaitSettings } from '../fields/waitParameters';
import type { Connection } from '../transport/connection';
import { inputError, type ProcessMakerError, toProcessMakerError } from '../transport/processMakerError';
import { RequestWait } from '../waiting/requestWait';
import type { Start } from './readStart';
import { asExisting, type OtherRequests } from './sameKey';

/** What is returned for an item. */
export interface Answer {
  json: IDataObject;
  /** Why it has failed, although its Request is there, such as one in ERROR. */
  error?: ProcessMakerError;
  /** Where its Request was there before, and may have files. */
  lookFor?: UploadSettings['lookFor'];
}

/** Uploads the files of the items of a run to their Requests, and gives the items with their files. */
export class StartFiles {
  private readonly memory = new MemoryLimit();

  private readonly variables: FileVariables;

  private readonly queue = new KeyedQueue();

  constructor(private readonly connection: Connection) {
    this.variables = new FileVariables(connection);
  }

  /** @throws ProcessMakerError when the item has failed, or not all of its files are in place */
  async upload({ files, options }: Start, requestId: number, { json, error, lookFor }: Answer) {
    const variables = options.writeFileId ? this.variables : undefined;
    const settings = { memory: this.memory, variables, ...(lookFor && { lookFor }) };
    // Items with the same Idempotency Key share a Request, and must not take each other's files away.
    const uploads = await this.queue.run(requestId, () =>
      uploadFiles(this.connection, requestId, files, settings),
    );
    if (error) throw withFiles(error, uploads);
    if (uploads.error) throw filesMissing(requestId, uploads, uploads.error);
    const other = uploads.uploaded.find(({ uploaded }) => uploaded === false);
    if (other && options.onExisting === 'error') throw placeTaken(other, uploads);
    // What came with the Request was read before the ids were written.
    const data = variables && options.includeData ? await this.readData(requestId, uploads) : {};
    return [{ json: { ...json, ...data, files: uploads.uploaded.map((file) => ({ ...file })) } }];
  }

  private async readData(requestId: number, { outcomes }: Uploads): Promise<IDataObject> {
    const request = await readRequest(this.connection, requestId, ['data']).catch((thrown: unknown) => {
      const error = afterStart(requestId, thrown);
      const message = `The data of Request ${requestId} could not be read after its files were uploaded: ${error.message}`;
      throw error.with({ message, files: outcomes });
    });
    return { data: withShownData(request).data };
  }
}

function withFiles(earlier: ProcessMakerError, { error, outcomes }: Uploads): ProcessMakerError {
  if (!error) return earlier.with({ files: outcomes });
  const reason = [`${error.message}.`, describeOutcomes(outcomes), error.description];
  return earlier.with({
    description: `${earlier.description} Not all of its files are in place: ${joined(reason)}`,
    files: outcomes,
  });
}

function filesMissing(requestId: number, { outcomes }: Uploads, error: ProcessMakerError): ProcessMakerError {
  return error.with({
    message: `Request ${requestId} was started, but not all of its files are in place: ${error.message}`,
    description: `${joined([describeOutcomes(outcomes), error.description])} Retry the execution: only the missing files are uploaded.`,
    outcome: 'started',
    requestId,
    files: outcomes,
  });
}

/** Items with the same Idempotency Key have different files for the same variable. */
function placeTaken({ requestId, variable, fileName, fileId }: UploadedFile, { outcomes }: Uploads) {
  return inputError(
    `Request ${requestId} holds another file in the variable '${variable}': '${fileName}' (file ${fileId}), which is kept`,
    "Another item or execution has the same Idempotency Key. Give each file a variable of its own. The option 'If a Request With the Key Exists' decides what happens then.",
  ).with({ outcome: 'started', requestId, files: outcomes });
}

function joined(sentences: string[]): string {
  return sentences.filter((text) => text !== '').join(' ');
}

/** Fields of an item that no Request has. */
const EXTRA_FIELDS = ['alreadyStarted', 'duplicates', 'sameKey', 'files'];

/** What the items of a run wait for when their Requests are started. */
export class StartWait {
  private readonly settings = new Map<number, WaitSettings>();

  private callback: CallbackWait | undefined;

  /** Reads and checks the parameters of one item on waiting. Nothing is sent. */
  read(context: IExecuteFunctions, index: number, data: IDataObject): void {
    const waitFor = readWaitFor(context, index, true);
    if (isSleep(waitFor)) this.callback = CallbackWait.read(context, index, waitFor, data);
    else this.settings.set(index, readWaitSettings(context, index, waitFor));
  }

  /** A field to be sent with the data of a start. It is none of what makes two starts the same: a retry has another. */
  takeField(): { name: string; value: string } | undefined {
    return this.callback?.takeField();
  }

  /** Waits for the Requests of all items that have one; when the node may not go on, for none. */
  async waitForAll(run: ItemRun): Promise<void> {
    const { connection, results } = run;
    if (results.mustStop) return;
    const stop = new AbortController();
    const { callback } = this;
    if (callback) {
      const extraFields = extraFieldsOf(results.jsonOf(0));
      await settle(run, 0, stop, (id) => callback.storeUrlAndWait(connection, id, extraFields));
    }
    if (this.settings.size === 0) return;
    const requests = new RequestWait(connection, stop.signal);
    const waits = [...this.settings].map(([index, settings]) =>
      settle(run, index, stop, (id) => requests.wait(id, settings)),
    );
    await Promise.all(waits);
  }
}

/** Gives an item the JSON that the wait for its Request gives, with what its start has added. */
export async function settle(
  { results, fail }: ItemRun,
  index: number,
  stop: AbortController,
  wait: (requestId: number) => Promise<IDataObject>,
): Promise<void> {
  const started = results.jsonOf(index);
  const requestId = started?.id;
  if (typeof requestId !== 'number') return;
  try {
    const json = await wait(requestId);
    const whole = { ...json, ...extraFieldsOf(started) };
    results.succeed(index, [{ json: whole.alreadyStarted === true ? asExisting(whole) : whole }]);
  } catch (error) {
    const { duplicates, sameKey } = started as OtherRequests;
    fail(index, afterStart(requestId, error).with({ duplicates, sameKey }));
  }
  if (results.mustStop) stop.abort();
}

function extraFieldsOf(json: IDataObject = {}): IDataObject {
  return Object.fromEntries(Object.entries(json).filter(([name]) => EXTRA_FIELDS.includes(name)));
}

/** What has failed came after the start: whoever reads of it must not start the Request once more. */
function afterStart(requestId: number, thrown: unknown) {
  const error = toProcessMakerError(thrown);
  return error.with({
    outcome: error.outcome ?? 'started',
    description: `Request ${requestId} was started, and is not to be started again. ${error.description}`,
    requestId,
  });
}
