import { pauseFor, type Connection } from '../transport/connection';
import type { Failure, Result } from '../transport/failure';
import type { ApiRequest } from '../api/requests/simplifyRequest';
import type { ApiTask } from '../api/tasks/tasks';
import { connectionForLook, mayComeBack, readStates } from './look';
import { OpenTasks } from './openTasks';
import { Pace } from './pollBackoff';
import { canceledFailure, silenceFailure, unreadFailure } from './waitErrors';

/** How a wait has ended: with the Task, with the Request as it stood at its end, or as it stood when the time was over. */
export type Waited = { task: ApiTask } | { ended: ApiRequest } | { timeIsOver: ApiRequest };

/** What one item waits for. */
export interface Awaited {
  requestId: number;
  /** How long it may take, from when the room was made. */
  seconds: number;
  /** The Task that it waits for; when it is not given, the Request's end. */
  isWanted?: (task: ApiTask) => boolean;
}

interface Waiter extends Awaited {
  /** In milliseconds since 1970. */
  until: number;
  resolve: (result: Result<Waited>) => void;
  reject: (thrown: unknown) => void;
}

/** All items of a run wait here together: one look reads their Requests in as few calls as can be. */
export class WaitingRoom {
  private readonly waiters = new Set<Waiter>();

  private readonly began = Date.now();

  private readonly tasks = new OpenTasks();

  private readonly pace = new Pace();

  /** Why the latest look has not seen something. */
  private latestFailure: Failure | undefined;

  private isOpen = false;

  constructor(private readonly connection: Connection) {}

  /** Whether the time of those who wait so long is over. */
  isOver(seconds: number): boolean {
    return this.deadlineOf(seconds) <= Date.now();
  }

  async wait(awaited: Awaited): Promise<Result<Waited>> {
    return await new Promise((resolve, reject) => {
      this.waiters.add({ ...awaited, until: this.deadlineOf(awaited.seconds), resolve, reject });
      if (this.isOpen) return;
      this.isOpen = true;
      this.run().catch((thrown: unknown) => this.breakUp(thrown));
    });
  }

  /** What nobody thought of must not let the others wait for ever. */
  private breakUp(thrown: unknown): void {
    this.isOpen = false;
    for (const { reject } of this.waiters) reject(thrown);
    this.waiters.clear();
  }

  private async run(): Promise<void> {
    // The other items come in meanwhile.
    let goesOn = await pauseFor(this.connection, this.pace.beforeFirst(Date.now()));
    while (goesOn) {
      await this.look();
      if (this.waiters.size === 0) break;
      goesOn = await pauseFor(this.connection, this.pace.afterLook(Date.now(), this.nextDeadline()));
    }
    this.isOpen = false;
    for (const waiter of this.waiters) this.fail(waiter, canceledFailure(waiter.requestId));
  }

  private deadlineOf(seconds: number): number {
    return this.began + seconds * 1000;
  }

  private nextDeadline(): number {
    return Math.min(...[...this.waiters].map(({ until }) => until));
  }

  private async look(): Promise<void> {
    const now = Date.now();
    if (this.latestFailure && this.pace.isQuiet(now)) {
      for (const waiter of this.waiters) this.settleUnread(waiter, this.latestFailure);
      return;
    }
    await this.lookAt(now);
    this.pace.looked(Date.now());
  }

  private async lookAt(now: number): Promise<void> {
    const connection = connectionForLook(this.connection, this.nextDeadline() - now);
    const ids = [...new Set([...this.waiters].map(({ requestId }) => requestId))];
    const states = await readStates(connection, ids);
    if (!states.ok) {
      this.note(states.failure);
      for (const waiter of this.waiters) this.settleUnread(waiter, states.failure);
      return;
    }
    const tasks = await this.tasks.read(connection, this.withWantedTasks(states.value));
    for (const result of [...states.value.values(), tasks]) if (!result.ok) this.note(result.failure);
    for (const waiter of this.waiters) {
      const state = states.value.get(waiter.requestId);
      if (state) this.settle(waiter, state, tasks, now);
    }
  }

  private note(failure: Failure): void {
    this.latestFailure = failure;
    this.pace.heed(failure, Date.now());
  }

  /** The Requests that are ACTIVE, and in which a Task is waited for. */
  private withWantedTasks(states: Map<number, Result<ApiRequest>>): ApiRequest[] {
    const ids = new Set(
      [...this.waiters].flatMap(({ requestId, isWanted }) => (isWanted ? [requestId] : [])),
    );
    return [...states.values()].flatMap((state) =>
      state.ok && state.value.status === 'ACTIVE' && ids.has(state.value.id) ? [state.value] : [],
    );
  }

  private settle(
    waiter: Waiter,
    state: Result<ApiRequest>,
    tasks: Result<Map<number, ApiTask[]>>,
    now: number,
  ): void {
    const { requestId, isWanted, until } = waiter;
    if (!state.ok) this.settleUnread(waiter, state.failure);
    else if (state.value.status !== 'ACTIVE') this.end(waiter, { ended: state.value });
    else if (!tasks.ok) this.settleUnread(waiter, tasks.failure);
    else {
      const task = isWanted && tasks.value.get(requestId)?.find(isWanted);
      if (task) this.end(waiter, { task });
      else if (until <= now) this.end(waiter, { timeIsOver: state.value });
    }
  }

  /** A server that does not answer for a while ends no wait before its time. */
  private settleUnread(waiter: Waiter, failure: Failure): void {
    const { requestId, seconds, until } = waiter;
    if (this.connection.canceled?.aborted) this.fail(waiter, canceledFailure(requestId));
    else if (!mayComeBack(failure)) this.fail(waiter, unreadFailure(requestId, failure));
    else if (until <= Date.now()) this.fail(waiter, silenceFailure(requestId, seconds, failure));
  }

  private end(waiter: Waiter, value: Waited): void {
    this.waiters.delete(waiter);
    waiter.resolve({ ok: true, value });
  }

  private fail(waiter: Waiter, failure: Failure): void {
    this.waiters.delete(waiter);
    waiter.resolve({ ok: false, failure });
  }
}
