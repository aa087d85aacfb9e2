import { type IDataObject, type IExecuteFunctions, WAIT_INDEFINITELY } from 'n8n-workflow';

import type { ApiRequest } from '../api/requests/requests';
import { requestJson } from '../descriptions/output';
import { isTool, readResumeUrl, type ResumeUrl } from '../input/parameters';
import { type CallbackSettings, readCallbackSettings } from '../input/waitParameters';
import type { Connection } from '../transport/connection';
import { inputError } from '../transport/processMakerError';
import { endedBadlyError, unreadableError } from '../waiting/waitErrors';
import { CallbackRecord } from './callbackRecord';
import { hideUrl, storeUrl } from './callbackUrl';

const ONE_ONLY =
  "An execution has only one URL to be called. Put this node and what follows it into a workflow of its own, and call that with 'Execute Workflow', in the mode 'Run once for each item' and with 'Wait For Sub-Workflow Completion' switched off.";

/** Puts the execution to sleep until the process of its one Request calls, or a limit passes. */
export class CallbackWait {
  /** @param resume with the URL that the process has to call: n8n's own, with the tag of the wait */
  private constructor(
    private readonly context: IExecuteFunctions,
    private readonly settings: CallbackSettings,
    private readonly record: CallbackRecord,
    private readonly resume: ResumeUrl,
  ) {}

  /**
   * Reads and checks all that can be without a call. Nothing is sent.
   *
   * @throws ProcessMakerError also where the execution cannot sleep for exactly one Request
   */
  static read(context: IExecuteFunctions, itemIndex: number): CallbackWait {
    const settings = readCallbackSettings(context, itemIndex);
    checkItems(context);
    const resume = readResumeUrl(context);
    if (!resume) {
      throw inputError(
        'n8n has no address at which the process could call this execution',
        "Let an administrator of n8n set 'WEBHOOK_URL' to the address under which ProcessMaker reaches it.",
      );
    }
    const record = CallbackRecord.of(context);
    if (!record) {
      throw inputError(
        "'Callback' waits for one Request in an execution, but the node runs a second time, as in a loop",
        ONE_ONLY,
      );
    }
    resume.url.searchParams.set('wait', record.tag);
    return new CallbackWait(context, settings, record, resume);
  }

  /** The name of the field for the URL. */
  get variable(): string {
    return this.settings.variable;
  }

  /** The field with the URL, to be sent along when the Request is started. */
  takeField(): { name: string; value: string } {
    this.record.markSent();
    return { name: this.variable, value: this.resume.url.toString() };
  }

  /**
   * Makes sure that a Request has the URL, and sleeps.
   *
   * @param extraFields what the output is to hold besides the Request
   * @returns the output for when no call comes
   */
  async storeUrlAndWait(
    connection: Connection,
    requestId: number,
    extraFields: IDataObject = {},
  ): Promise<IDataObject> {
    const request = await this.storeUrl(connection, requestId);
    return await this.sleep(request, extraFields, connection.instanceUrl);
  }

  private async storeUrl(connection: Connection, requestId: number): Promise<ApiRequest> {
    const { variable, includes } = this.settings;
    const { isSent } = this.record;
    try {
      return await storeUrl(connection, {
        requestId,
        variable,
        url: this.resume.url.toString(),
        isSent,
        includes,
      });
    } catch (error) {
      throw unreadableError(requestId, error);
    }
  }

  /** Sleeps for a Request that has the URL. One that has ended will not call any more: it is returned at once. */
  private async sleep(
    request: ApiRequest,
    extraFields: IDataObject,
    instanceUrl: string,
  ): Promise<IDataObject> {
    const { returnsErrored, variable, simplify, includes } = this.settings;
    const json = requestJson(request, { simplify, includes, includeTasks: false }, instanceUrl);
    const shown = { ...hideUrl(json, variable, this.resume.signature), ...extraFields, callback: null };
    if (request.status !== 'ACTIVE') {
      if (request.status === 'COMPLETED' || returnsErrored) return { ...shown, timedOut: false };
      throw endedBadlyError(request, instanceUrl);
    }
    this.record.expect({ requestId: request.id, variable, simplify, includes, extraFields });
    const atLimit = { ...shown, timedOut: true };
    // Without this, the output at the limit would be the node's input: n8n does not run the node again.
    this.context.getExecuteData().data.main = [[{ json: atLimit, pairedItem: { item: 0 } }]];
    await this.context.putExecutionToWait(this.until());
    return atLimit;
  }

  private until(): Date {
    const { limitSeconds } = this.settings;
    return limitSeconds === undefined ? WAIT_INDEFINITELY : new Date(Date.now() + limitSeconds * 1000);
  }
}

function checkItems(context: IExecuteFunctions): void {
  if (isTool(context)) {
    throw inputError(
      "An AI agent cannot wait for a 'Callback'",
      "Choose 'Request to Finish', 'Task to Appear', or no waiting, in 'Wait For'.",
    );
  }
  const items = context.getInputData().length;
  if (items > 1) {
    throw inputError(
      `'Callback' waits for one Request in an execution, but ${items} items have come in`,
      ONE_ONLY,
    );
  }
}
