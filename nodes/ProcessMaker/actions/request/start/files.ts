import type { Connection } from '../../../transport/connection';
import type { Failure } from '../../../transport/failure';
import { workThrough, type Throttle } from '../../../execution/concurrency';
import { FileVariables } from '../../file/upload/fileVariables';
import { MemoryRoom } from '../../file/upload/memoryRoom';
import type { UploadSettings } from '../../file/upload/uploadFile';
import { describeOutcomes, uploadFiles, type FileOutcome } from '../../file/upload/uploads';
import type { ItemFailure } from '../../../execution/failedItem';
import type { Entry } from './item';
import type { StartOutput } from './output';

/** The files of an item whose Request is there. */
interface Waiting extends Pick<Entry, 'index' | 'files' | 'options'> {
  requestId: number;
  lookFor: UploadSettings['lookFor'];
}

/** Uploads the files of the items of a run once their Requests are started. */
export class StartFiles {
  private waiting: Waiting[] = [];

  private readonly variables: FileVariables;

  private readonly room = new MemoryRoom();

  constructor(
    private readonly connection: Connection,
    private readonly output: StartOutput,
  ) {
    this.variables = new FileVariables(connection);
  }

  /** @param lookFor where an earlier try may have uploaded files of it */
  add({ index, files, options }: Entry, requestId: number, lookFor?: UploadSettings['lookFor']): void {
    if (files.length > 0) this.waiting.push({ index, files, options, requestId, lookFor });
  }

  /** Uploads the files of an item that was just started. */
  async uploadOf(index: number): Promise<void> {
    const item = this.waiting.find((one) => one.index === index);
    if (!item) return;
    this.waiting = this.waiting.filter((one) => one !== item);
    await this.upload(item);
  }

  /** Uploads what is left: the Requests are there, whatever has become of other items. */
  async uploadRest(throttle: Throttle): Promise<void> {
    const byRequest = new Map<number, Waiting[]>();
    for (const item of this.waiting) {
      byRequest.set(item.requestId, [...(byRequest.get(item.requestId) ?? []), item]);
    }
    this.waiting = [];
    await workThrough([...byRequest.values()], throttle, async (items) => {
      // Items with the same Idempotency Key share a Request, and must not take each other's files away.
      for (const item of items) await this.upload(item);
      return true;
    });
  }

  private async upload({ index, files, options, requestId, lookFor }: Waiting): Promise<void> {
    const { uploaded, outcomes, failure } = await uploadFiles(this.connection, requestId, files, {
      room: this.room,
      lookFor,
    });
    const written =
      options.writeFileId && uploaded.length > 0
        ? await this.variables.write(requestId, uploaded)
        : undefined;
    const refused = failure ?? (written?.ok === false ? written.failure : undefined);
    const earlier = this.output.failureOf(index);
    if (earlier) this.output.fail(index, withFiles(earlier, outcomes, refused));
    else if (refused) this.output.fail(index, filesMissing(requestId, outcomes, refused));
    else this.output.add(index, { files: uploaded.map((file) => ({ ...file })) });
  }
}

/** An item that has not ended well for another reason, such as a Request in ERROR. */
function withFiles(earlier: ItemFailure, files: FileOutcome[], refused: Failure | undefined): ItemFailure {
  const description = refused
    ? `${earlier.description} Not all of its files are in place: ${reasonOf(files, refused)}`
    : earlier.description;
  return { ...earlier, description, files };
}

function filesMissing(requestId: number, files: FileOutcome[], refused: Failure): ItemFailure {
  return {
    ...refused,
    message: `Request ${requestId} was started, but not all of its files are in place: ${refused.message}`,
    description: `${[describeOutcomes(files), refused.description].join(' ').trim()} To retry this execution uploads only what is missing.`,
    outcome: 'started',
    requestId,
    files,
  };
}

function reasonOf(files: FileOutcome[], { message, description }: Failure): string {
  return [`${message}.`, describeOutcomes(files), description].filter((text) => text !== '').join(' ');
}
