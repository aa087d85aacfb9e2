import { WAIT_INDEFINITELY, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { requestJson } from '../descriptions/requestOutput';
import type { Connection } from '../transport/connection';
import type { Result } from '../transport/failure';
import type { ApiRequest } from '../api/requests/simplifyRequest';
import { endedBadlyFailure, unreadFailure } from '../waiting/waitErrors';
import { beginRound, hidingResumeUrl, type CallRound } from './callRound';
import { readCallbackSettings, type CallbackSettings } from './callbackParameters';
import { giveUrl } from './giveUrl';
import { hideUrl } from './hideUrl';

/** Puts the execution to sleep until the process of its one Request calls, or a limit passes. */
export class CallbackWait {
  private constructor(
    private readonly context: IExecuteFunctions,
    private readonly round: CallRound,
    private readonly settings: CallbackSettings,
  ) {}

  /** Reads and checks all that can be without a call. Nothing is sent. */
  static read(context: IExecuteFunctions, itemIndex: number): Result<CallbackWait> {
    const settings = readCallbackSettings(context, itemIndex);
    if (!settings.ok) return settings;
    const round = beginRound(context);
    if (!round.ok) return round;
    return { ok: true, value: new CallbackWait(context, round.value, settings.value) };
  }

  /** The name of the field for the URL. */
  get variable(): string {
    return this.settings.variable;
  }

  /** The field with the URL, to be sent along when the Request is started. */
  takeField(): { name: string; value: string } {
    this.round.markSent();
    return { name: this.settings.variable, value: this.round.url };
  }

  /**
   * Sees to it that a Request has the URL, and sleeps.
   *
   * @param told what the output is to hold besides the Request
   */
  async giveUrlAndSleep(
    connection: Connection,
    requestId: number,
    told: IDataObject = {},
  ): Promise<Result<IDataObject>> {
    const { variable, includes } = this.settings;
    const given = { requestId, variable, url: this.round.url, includes, isSent: this.round.isSent() };
    const hiding = hidingResumeUrl(this.context, connection);
    const request = await giveUrl(hiding, given);
    if (request.ok) return await this.sleep(hiding, request.value, told);
    return { ok: false, failure: unreadFailure(requestId, request.failure) };
  }

  /**
   * Sleeps for a Request that has the URL. One that has ended will not call any more: it is returned at once.
   *
   * @returns the output for when no call comes: n8n does not run the node again
   */
  private async sleep(
    connection: Connection,
    request: ApiRequest,
    told: IDataObject,
  ): Promise<Result<IDataObject>> {
    const { instanceUrl, scrub } = connection;
    const { returnsErrored, variable, simplify, includes } = this.settings;
    const json = requestJson(request, { simplify, includes, includeTasks: false }, instanceUrl);
    const shown = { ...hideUrl(json, variable, this.round.signature), ...told, callback: null };
    if (request.status !== 'ACTIVE') {
      if (request.status === 'COMPLETED' || returnsErrored) {
        return { ok: true, value: { ...shown, timeIsOver: false } };
      }
      const failure = endedBadlyFailure(request, instanceUrl);
      // What the engine says may hold the URL that could not be called.
      return { ok: false, failure: { ...failure, message: scrub(failure.message) } };
    }
    this.round.expect({ requestId: request.id, variable, simplify, includes, told });
    const atLimit = { ...shown, timeIsOver: true };
    // Without this, the output at the limit would be the node's input.
    this.context.getExecuteData().data.main = [[{ json: atLimit, pairedItem: { item: 0 } }]];
    await this.context.putExecutionToWait(this.until());
    return { ok: true, value: atLimit };
  }

  private until(): Date {
    const { limitSeconds } = this.settings;
    return limitSeconds === undefined ? WAIT_INDEFINITELY : new Date(Date.now() + limitSeconds * 1000);
  }
}
