import { setTimeout as sleep } from 'node:timers/promises';

import { say } from '../../demo/progress';

const AT_A_TIME = 10;
const LOOK_EVERY_MS = 1_000;
/** Longer than n8n needs to give up the jobs of a killed worker. */
const SILENCE_MS = 30_000;
const DELIVERED_WITHIN_MS = 300_000;
const UNFINISHED = ['new', 'running', 'waiting', 'unknown'];

export interface SenderOptions {
  webhook: string;
  /** The status of every execution that n8n knows, by its id. */
  statuses: () => Promise<Map<string, string>>;
  /** Whether ProcessMaker has a Request for the order. */
  isStarted: (order: string) => boolean;
  signal: AbortSignal;
}

/** Sends orders to a webhook, and sends each again until its execution has ended well. */
export class Sender {
  /** The execution of each order that is under way; undefined where the webhook gave no response. */
  private readonly underWay = new Map<string, string | undefined>();

  readonly sentAgain = new Set<string>();

  /** Those of them that had a Request by then, so that a start without a key would have been a second one. */
  readonly alreadyStarted = new Set<string>();

  /** Executions that n8n has marked as ended in any other way than well. */
  readonly marked = new Set<string>();

  /** Executions that never ended in n8n's eyes, or that it may never have begun. */
  lost = 0;

  private known = '';

  private changedAt = Date.now();

  constructor(private readonly options: SenderOptions) {}

  async deliver(orders: string[]): Promise<void> {
    const { signal } = this.options;
    const deadline = Date.now() + DELIVERED_WITHIN_MS;
    await this.sendAll(orders);
    while (this.underWay.size > 0) {
      if (Date.now() > deadline) {
        throw new Error(`${this.underWay.size} orders were not done within ${DELIVERED_WITHIN_MS / 1000} s.`);
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal });
      await this.sendAgain(await this.takeFailed());
    }
  }

  /** Marked executions that n8n has changed its mind about. */
  async revived(): Promise<string[]> {
    const statuses = await this.options.statuses();
    return [...this.marked].filter((execution) => statuses.get(execution) === 'success');
  }

  /** Ends what has ended, well or not; gives the orders that are to be sent again. */
  private async takeFailed(): Promise<string[]> {
    const statuses = await this.options.statuses();
    const isSilent = this.isSilent(statuses);
    const failed: string[] = [];
    for (const [order, execution] of this.underWay) {
      const status = execution === undefined ? undefined : statuses.get(execution);
      const hasEnded = status !== undefined && !UNFINISHED.includes(status);
      // The earlier attempt must have ended before an order is sent again.
      if (!hasEnded && !isSilent) continue;
      this.underWay.delete(order);
      if (status === 'success') continue;
      failed.push(order);
      if (!hasEnded) this.lost += 1;
      else if (execution !== undefined) this.marked.add(execution);
    }
    return failed;
  }

  /** Whether nothing has begun or ended in n8n for so long that nothing is under way any more. */
  private isSilent(statuses: Map<string, string>): boolean {
    const known = JSON.stringify([...statuses]);
    if (known !== this.known) this.changedAt = Date.now();
    this.known = known;
    return Date.now() - this.changedAt > SILENCE_MS;
  }

  private async sendAgain(orders: string[]): Promise<void> {
    if (orders.length === 0) return;
    say(`Sending ${orders.length} orders again, since their executions did not end well …`);
    for (const order of orders) {
      this.sentAgain.add(order);
      if (this.options.isStarted(order)) this.alreadyStarted.add(order);
    }
    await this.sendAll(orders);
  }

  private async sendAll(orders: string[]): Promise<void> {
    const queue = [...orders];
    const work = async () => {
      for (let order = queue.shift(); order !== undefined; order = queue.shift()) {
        this.underWay.set(order, await this.send(order));
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    this.changedAt = Date.now();
  }

  /** @returns the id of the execution, when n8n has answered with it */
  private async send(orderNumber: string): Promise<string | undefined> {
    const { webhook, signal } = this.options;
    try {
      const response = await fetch(webhook, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ orderNumber, supplier: 'Office supplies', amount: 249.9 }),
        signal,
      });
      const id = /^"?(\d+)"?$/.exec((await response.text()).trim())?.[1];
      return response.ok ? id : undefined;
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }
}
