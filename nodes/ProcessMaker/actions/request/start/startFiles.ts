import type { IDataObject } from 'n8n-workflow';

import { KeyedQueue } from '../../../execution/keyedQueue';
import type { OutputItem } from '../../../execution/itemResults';
import type { Connection } from '../../../transport/connection';
import type { ProcessMakerError } from '../../../transport/processMakerError';
import { FileVariables } from '../../file/upload/fileVariables';
import { MemoryLimit } from '../../file/upload/memoryLimit';
import { describeOutcomes, uploadFiles, type Uploads, type UploadSettings } from '../../file/upload/uploads';
import type { Start } from './readStart';

/** An item whose Request is there: its JSON, or why it has failed all the same, such as a Request in ERROR. */
export type Answer = { json: IDataObject } | { error: ProcessMakerError };

/** Uploads the files of the items of a run to their Requests. */
export class StartFiles {
  private readonly memory = new MemoryLimit();

  private readonly variables: FileVariables;

  private readonly queue = new KeyedQueue();

  constructor(private readonly connection: Connection) {
    this.variables = new FileVariables(connection);
  }

  /**
   * Uploads the files of an item.
   *
   * @param lookFor where an earlier attempt may have uploaded files of it
   * @returns the item, with its files
   * @throws ProcessMakerError when the item has failed, or not all of its files are in place
   */
  async upload(
    { files, options }: Start,
    requestId: number,
    answer: Answer,
    lookFor?: UploadSettings['lookFor'],
  ): Promise<OutputItem[]> {
    const variables = options.writeFileId ? this.variables : undefined;
    const settings = { memory: this.memory, variables, ...(lookFor && { lookFor }) };
    // Items with the same Idempotency Key share a Request, and must not take each other's files away.
    const uploads = await this.queue.run(
      requestId,
      async () => await uploadFiles(this.connection, requestId, files, settings),
    );
    if ('error' in answer) throw withFiles(answer.error, uploads);
    if (uploads.error) throw filesMissing(requestId, uploads, uploads.error);
    return [{ json: { ...answer.json, files: uploads.uploaded.map((file) => ({ ...file })) } }];
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
    description: `${joined([describeOutcomes(outcomes), error.description])} To retry this execution uploads only what is missing.`,
    outcome: 'started',
    requestId,
    files: outcomes,
  });
}

function joined(sentences: string[]): string {
  return sentences.filter((text) => text !== '').join(' ');
}
