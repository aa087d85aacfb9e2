import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from '../../../transport/connection';
import { inputFailure, type Result } from '../../../transport/failure';
import { CallbackWait } from '../../../callback/callbackWait';
import type { ItemFailure } from '../../../execution/failedItem';
import { readSafely } from '../../../input/readSafely';
import { workSafely } from '../../../execution/workSafely';
import { RequestWait } from '../../../waiting/requestWait';
import { readWaitFor, readWaitSettings, type WaitSettings } from '../../../input/waitParameters';
import type { StartOutput } from './output';

/** What the items of a run wait for when their Requests are started. */
export class StartWait {
  private readonly settings = new Map<number, WaitSettings>();

  private callback: CallbackWait | undefined;

  constructor(
    private readonly context: IExecuteFunctions,
    private readonly connection: Connection,
    private readonly output: StartOutput,
  ) {}

  /** Reads and checks the parameters of one item on waiting. Nothing is sent. */
  read(index: number, data: IDataObject): Result<void> {
    return readSafely(() => this.readAll(index, data));
  }

  private readAll(index: number, data: IDataObject): Result<void> {
    const waitFor = readWaitFor(this.context, index, true);
    if (!waitFor.ok) return waitFor;
    if (waitFor.value === 'nothing') return DONE;
    if (waitFor.value === 'callback') return this.readCallback(index, data);
    const settings = readWaitSettings(this.context, index, waitFor.value);
    if (!settings.ok) return settings;
    this.settings.set(index, settings.value);
    return DONE;
  }

  private readCallback(index: number, data: IDataObject): Result<void> {
    const callback = CallbackWait.read(this.context, index);
    if (!callback.ok) return callback;
    this.callback = callback.value;
    const { variable } = callback.value;
    if (!Object.hasOwn(data, variable)) return DONE;
    return inputFailure(
      `The data has a field '${variable}', in whose place the URL for the call would be written`,
      "Give another name in 'Variable for the URL', or leave the field out of the data.",
    );
  }

  /** A field to be sent with the data of a start. It is none of what makes two starts the same: a retry has another. */
  takeField(): { name: string; value: string } | undefined {
    return this.callback?.takeField();
  }

  /** Waits for the Requests of all items that have one; when the node may not go on, for none. */
  async waitForAll(): Promise<void> {
    if (this.output.mustStop()) return;
    const stop = new AbortController();
    const { callback } = this;
    if (callback) {
      const told = this.output.toldOf(0);
      await this.settle(0, (id) => callback.giveUrlAndSleep(this.connection, id, told), stop);
    }
    const requests = new RequestWait(this.connection, stop.signal);
    const waits = [...this.settings].map(([index, settings]) =>
      this.settle(index, (id) => requests.wait(id, settings), stop),
    );
    await Promise.all(waits);
  }

  private async settle(
    index: number,
    wait: (requestId: number) => Promise<Result<IDataObject>>,
    stop: AbortController,
  ): Promise<void> {
    const requestId = this.output.requestIdOf(index);
    if (requestId === undefined) return;
    const json = await workSafely(() => wait(requestId));
    if (json.ok) this.output.replace(index, json.value);
    else this.output.fail(index, afterStart(requestId, json.failure));
    if (this.output.mustStop()) stop.abort();
  }
}

/** What has failed is the wait: whoever reads of it must not start the Request once more. */
function afterStart(requestId: number, failure: ItemFailure): ItemFailure {
  return {
    outcome: 'started',
    ...failure,
    description: `Request ${requestId} was started, and is not to be started again. ${failure.description}`,
    requestId,
  };
}

const DONE: Result<void> = { ok: true, value: undefined };
