import type { Instance } from '../instance';
import { failRequest } from './finish';
import { completeToken } from './progress';
import { makeCall, scriptCall } from './script-call';
import { activeTokens, findRequest } from './store';

/** What a script's failure says. */
export const SCRIPT_FAILURE = 'No script executor is available to run this script.';

const DELAY_MS = 50;

/** The queue of the script tasks. Where none of them can run, each ends its Request in ERROR. */
export class ScriptQueue {
  /** The statuses with which calls of scripts were answered. */
  readonly answers: number[] = [];
  private readonly ended = new AbortController();
  private stopped = false;
  private readonly timers = new Set<NodeJS.Timeout>();
  private waiting: number[] = [];

  constructor(
    private readonly instance: Instance,
    private readonly kind: 'redis' | 'sync',
  ) {}

  /** Puts the script tasks of a Request on the queue. */
  add(requestId: number): void {
    if (this.kind === 'sync') {
      this.waiting.push(requestId);
      return;
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.work(requestId).catch((error: unknown) => {
        if (!this.stopped) console.error(error);
      });
    }, DELAY_MS);
    this.timers.add(timer);
  }

  /** Puts on the queue what an earlier run of the server left on it. */
  async resume(): Promise<void> {
    const requests = this.instance.database.all<{ id: number }>(
      `SELECT DISTINCT process_request_id AS id FROM process_request_tokens
       WHERE status = 'ACTIVE' AND element_type IN ('scriptTask', 'serviceTask')`,
    );
    for (const { id } of requests) this.add(id);
    await this.flush();
  }

  /** On the sync queue: works everything off, before the answer is sent but after it was made. */
  async flush(): Promise<void> {
    const requestIds = this.waiting;
    this.waiting = [];
    for (const requestId of requestIds) await this.work(requestId);
  }

  stop(): void {
    this.stopped = true;
    this.ended.abort();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  /** Runs the script at which a Request stands: it changes no data, but may call a URL in it. */
  private async work(requestId: number): Promise<void> {
    const request = findRequest(this.instance, requestId);
    if (request?.status !== 'ACTIVE') return;
    const token = activeTokens(this.instance, requestId).find(({ element_type: type }) =>
      ['scriptTask', 'serviceTask'].includes(type),
    );
    if (token === undefined) return;
    if (!this.instance.scriptsRun) {
      failRequest(this.instance, requestId, SCRIPT_FAILURE, token);
      return;
    }
    const call = await scriptCall(this.instance, request, token);
    const refused = call && (await makeCall(call, this.answers, this.ended.signal));
    if (this.stopped) return;
    if (refused === undefined) await completeToken(this.instance, token.id, {});
    else failRequest(this.instance, requestId, refused, token);
  }
}
