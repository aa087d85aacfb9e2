import { type ApiRequest, isUnderWay } from '../api/requests/requests';
import type { ApiTask } from '../api/tasks/tasks';
import { type Connection, pauseFor } from '../transport/connection';
import { ProcessMakerError } from '../transport/processMakerError';
import { type PolledRequest, StateReader } from './requestReaders';

/** Pauses between two polls grow from the first, which is the shortest, to the longest. */
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
const GROWTH = 1.5;
/** A timer may end a little early, and a poll just before a deadline would be one too many. */
const TIMER_SLACK_MS = 10;

/** When to poll next: never at once after a poll, whatever came of it, and not before the server allows it. */
export class PollBackoff {
  private pause = SHORTEST_PAUSE_MS;

  private lastPoll = -Infinity;

  private retryAt = -Infinity;

  polled(now: number): void {
    this.lastPoll = now;
  }

  /** The server may have said when it wants the next call. */
  heed({ retry }: Pick<ProcessMakerError, 'retry'>, now: number): void {
    this.retryAt = Math.max(this.retryAt, now + (retry?.afterSeconds ?? 0) * 1000);
  }

  /** Whether it is too early for the next call. */
  mustWait(now: number): boolean {
    return now < this.retryAt;
  }

  /** How long to pause before the first poll for those who come in now, in milliseconds. */
  pauseBeforeFirst(now: number): number {
    return Math.max(0, this.lastPoll + SHORTEST_PAUSE_MS - now);
  }

  /** How long to pause after a poll, in milliseconds. @param deadline the next moment at which somebody wants to know */
  pauseAfterPoll(now: number, deadline: number): number {
    const pause = Math.max(this.pause, this.retryAt - now);
    this.pause = Math.min(this.pause * GROWTH, LONGEST_PAUSE_MS);
    const left = deadline - now + TIMER_SLACK_MS;
    // The last poll is the one at the deadline.
    return Math.max(SHORTEST_PAUSE_MS, left < pause + SHORTEST_PAUSE_MS ? left : pause);
  }
}

/** How a wait has ended: with the Task, or with the Request at its end or at the time limit. */
type WaitOutcome = { task: ApiTask } | { request: ApiRequest };

/** What one item waits for. */
export interface WaitTarget {
  requestId: number;
  /** How long it may take. */
  seconds: number;
  /** Since when that counts, in milliseconds since 1970; by default, since the poller was made. */
  since?: number;
  /** Whether a Request is to be waited for further; by default, when it is under way. */
  goesOn?: (request: ApiRequest) => boolean;
  /** The Task that it waits for; when it is not given, the Request's end. */
  isWanted?: (task: ApiTask) => boolean;
}

interface Waiter extends WaitTarget {
  /** In milliseconds since 1970. */
  until: number;
  resolve: (outcome: WaitOutcome) => void;
  reject: (thrown: unknown) => void;
}

/** One loop of polls for all items of a run: each poll reads their Requests in as few calls as possible. */
export class RequestPoller {
  private readonly waiters = new Set<Waiter>();

  private readonly began = Date.now();

  private readonly states: StateReader;

  private readonly backoff = new PollBackoff();

  /** Why the latest poll did not see something. */
  private latestError: ProcessMakerError | undefined;

  private isRunning = false;

  constructor(private readonly connection: Connection) {
    this.states = new StateReader(connection);
  }

  /** Whether a time limit of so many seconds has passed. */
  isOver(seconds: number): boolean {
    return this.deadlineOf(seconds) <= Date.now();
  }

  /** @throws ProcessMakerError of the last read when it cannot be known; the reason of `canceled` when that came before */
  async pollUntil(target: WaitTarget): Promise<WaitOutcome> {
    return await new Promise((resolve, reject) => {
      this.waiters.add({ ...target, until: this.deadlineOf(target.seconds, target.since), resolve, reject });
      if (this.isRunning) return;
      this.isRunning = true;
      // What nobody thought of must not let the others wait for ever.
      this.run().catch((thrown: unknown) => this.stop(thrown));
    });
  }

  private async run(): Promise<void> {
    // The other items come in meanwhile.
    let pause = this.backoff.pauseBeforeFirst(Date.now());
    while (await pauseFor(this.connection, pause)) {
      await this.poll();
      if (this.waiters.size === 0) break;
      pause = this.backoff.pauseAfterPoll(Date.now(), this.nextDeadline());
    }
    this.stop(this.connection.canceled?.reason);
  }

  private stop(reason: unknown): void {
    this.isRunning = false;
    for (const { reject } of this.waiters) reject(reason);
    this.waiters.clear();
  }

  private deadlineOf(seconds: number, since = this.began): number {
    return since + seconds * 1000;
  }

  private nextDeadline(): number {
    return Math.min(...[...this.waiters].map(({ until }) => until));
  }

  private async poll(): Promise<void> {
    const now = Date.now();
    const waiters = [...this.waiters];
    if (this.latestError && this.backoff.mustWait(now)) {
      for (const waiter of waiters) this.settleUnread(waiter, this.latestError);
      return;
    }
    const ids = new Set(waiters.map(({ requestId }) => requestId));
    const idsWithTasks = new Set(waiters.flatMap(({ requestId, isWanted }) => (isWanted ? [requestId] : [])));
    const states = await this.states.read([...ids], idsWithTasks, this.nextDeadline() - now);
    for (const state of states.values()) {
      if (!(state instanceof ProcessMakerError) || !state.isTransient) continue;
      this.latestError = state;
      this.backoff.heed(state, Date.now());
    }
    for (const waiter of waiters) {
      const state = states.get(waiter.requestId);
      if (state instanceof ProcessMakerError) this.settleUnread(waiter, state);
      else if (state) this.settle(waiter, state, now);
    }
    this.backoff.polled(Date.now());
  }

  private settle(waiter: Waiter, { request, tasks, isUnsure }: PolledRequest, now: number): void {
    const task = waiter.isWanted && tasks.find(waiter.isWanted);
    const { goesOn = isUnderWay, until } = waiter;
    if (!task && (isUnsure || goesOn(request)) && until > now) return;
    this.waiters.delete(waiter);
    waiter.resolve(task ? { task } : { request: isUnsure ? { ...request, retrying: null } : request });
  }

  /** A server that cannot be read for a while ends no wait before its time. */
  private settleUnread(waiter: Waiter, error: ProcessMakerError): void {
    if (error.isTransient && waiter.until > Date.now() && !this.connection.canceled?.aborted) return;
    this.waiters.delete(waiter);
    waiter.reject(error);
  }
}
