import type { Instance } from '../instance';
import { failRequest } from './finish';
import { activeTokens, findRequest } from './store';

/** The text of every script's failure: there is nothing here that could run one. */
export const SCRIPT_FAILURE = 'No script executor is available to run this script.';

const DELAY_MS = 50;

/** The queue of the script tasks. None of them can run, so each ends its Request in ERROR. */
export class ScriptQueue {
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
      this.fail(requestId);
    }, DELAY_MS);
    this.timers.add(timer);
  }

  /** Puts on the queue what an earlier run of the server left on it. */
  resume(): void {
    const requests = this.instance.database.all<{ id: number }>(
      `SELECT DISTINCT process_request_id AS id FROM process_request_tokens
       WHERE status = 'ACTIVE' AND element_type IN ('scriptTask', 'serviceTask')`,
    );
    for (const { id } of requests) this.add(id);
    this.flush();
  }

  /** On the sync queue: works everything off, before the answer is sent but after it was made. */
  flush(): void {
    const requestIds = this.waiting;
    this.waiting = [];
    for (const requestId of requestIds) this.fail(requestId);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private fail(requestId: number): void {
    const request = findRequest(this.instance, requestId);
    if (request?.status !== 'ACTIVE') return;
    const token = activeTokens(this.instance, requestId).find(({ element_type: type }) =>
      ['scriptTask', 'serviceTask'].includes(type),
    );
    if (token === undefined) return;
    failRequest(this.instance, requestId, SCRIPT_FAILURE, token);
  }
}
