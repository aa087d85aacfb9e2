import { toApiTime, toSqlTime } from '../processmaker/database/time';
import type { Change, Action, EventType, ScriptPlan } from './plan';
import { errorsText, ScriptAtWork, type FailureEntry, type ScriptHost } from './scripts';
import type { SimulatedServer } from './server';
import { Timeline, type ExpectedEvent } from './timeline';
import { firstOfLatest, keyOf } from './verdict';

/** The process that a trigger watches when it watches one, and another. */
export const WATCHED_PROCESS = 4;
const OTHER_PROCESS = 2;
/** How long a script takes that is tried again. */
const RETRY_SECONDS = 5;

interface Entity {
  id: number;
  processId: number;
  status: 'ACTIVE' | 'COMPLETED' | 'CANCELED' | 'ERROR' | 'CLOSED';
  /** From when on all that was done to it so far can be seen. */
  visibleAt: number;
}

export interface SimulatedRequest extends Entity {
  errors: FailureEntry[];
  /** Those of the first errors, which have one; others have numbers. */
  errorKeys: string[];
  breakdown?: ExpectedEvent;
  script?: ScriptAtWork;
}

export interface SimulatedTask extends Entity {
  overdue?: ExpectedEvent;
}

/** A script without attempts. */
const NO_RETRY: ScriptPlan = { which: 0, failures: 1, isLast: true };

const sqlTime = (milliseconds: number): string => toSqlTime(new Date(milliseconds));

let lastId = 0;

/** What is done to Requests and Tasks, and what should come of it. */
export class History extends Timeline implements ScriptHost {
  /** Whether a script that had failed has ended well. */
  hasHealed = false;
  /** What was before this moment, by the server's clock, may be none for the trigger, which was switched on then. */
  watchedFrom = 0;
  /** Comes for each event that is expected. */
  noteExpected: (expected: ExpectedEvent) => void = () => undefined;

  private readonly requests: SimulatedRequest[] = [];
  private readonly tasks: SimulatedTask[] = [];

  constructor(
    override readonly server: SimulatedServer,
    private readonly onlyOneProcess: boolean,
  ) {
    super(server);
  }

  /** What a plan asks for, where there is something that it can be done to. */
  change({ action, pick, delay, elsewhere, pause, script = NO_RETRY }: Change): void {
    this.pass(pause);
    const request = this.requests[pick % Math.max(1, this.requests.length)];
    const task = this.tasks[pick % Math.max(1, this.tasks.length)];
    if (action === 'start') {
      this.start(delay, elsewhere);
    } else if (action === 'close' || action === 'editTask') {
      if (task) this.changeTask(task, action, delay);
    } else if (request) {
      if (action === 'task') this.addTask(request, delay, (pick % 600) - 30);
      else this.changeRequest(request, action, delay, script);
    }
  }

  /** The scripts that have failed and go on by themselves. */
  get scriptsTriedAgain(): ScriptAtWork[] {
    return this.requests.flatMap(({ script }) => (script?.isTriedAgain ? script : []));
  }

  writeLate(request: SimulatedRequest, delay: number, write: () => void): void {
    request.visibleAt = Math.max(request.visibleAt, this.after(delay));
    this.write(request.id, request.visibleAt, write);
  }

  /** A Request has failed for good. Attempts that follow each other at once look like one breakdown. */
  failed(request: SimulatedRequest): void {
    const which = firstOfLatest(request.errors);
    const key = keyOf('requestErrored', request.id, which);
    if (this.expectedEvents.some((expected) => expected.key === key)) return;
    const times = { time: Date.parse(which), visibleAt: request.visibleAt };
    request.breakdown = this.expect('requestErrored', key, request, times);
    if (request.breakdown.expectation === 'emitted' && times.time < this.watchedFrom)
      request.breakdown.expectation = 'either';
  }

  /** A script has ended well, after it had failed. */
  healed(request: SimulatedRequest): void {
    this.hasHealed = true;
    this.leaveError(request);
    request.script = undefined;
    if (request.status !== 'COMPLETED') return;
    const times = { time: this.second(), visibleAt: request.visibleAt };
    this.expect('requestCompleted', keyOf('requestCompleted', request.id), request, times);
  }

  start(delay: number, elsewhere: boolean): SimulatedRequest {
    const id = ++lastId;
    const processId = elsewhere ? OTHER_PROCESS : WATCHED_PROCESS;
    const time = this.second();
    const request: SimulatedRequest = {
      id,
      processId,
      status: 'ACTIVE',
      visibleAt: 0,
      errors: [],
      errorKeys: [],
    };
    this.requests.push(request);
    this.record(request, delay, () => this.server.insertRequest(id, processId, time), 'requestStarted');
    return request;
  }

  addTask(request: SimulatedRequest, delay: number, dueSeconds: number): SimulatedTask {
    this.passUntil(request.visibleAt);
    const id = ++lastId;
    const { processId } = request;
    const time = this.second();
    const due = time + dueSeconds * 1000;
    const task: SimulatedTask = { id, processId, status: 'ACTIVE', visibleAt: 0 };
    this.tasks.push(task);
    const insert = () => this.server.insertTask(id, request.id, processId, time, due);
    this.record(task, delay, insert, 'taskCreated');
    const key = keyOf('taskOverdue', id, toApiTime(sqlTime(due)));
    task.overdue = this.expect('taskOverdue', key, task, {
      time: due,
      visibleAt: Math.max(task.visibleAt, due),
    });
    return task;
  }

  changeRequest(
    request: SimulatedRequest,
    action: Action,
    delay: number,
    scriptPlan: ScriptPlan = NO_RETRY,
  ): void {
    // Nobody can change what is not there yet.
    this.passUntil(request.visibleAt);
    const { id, script } = request;
    const time = this.second();
    const completed_at = sqlTime(time);
    const isOpen = request.status === 'ACTIVE' || request.status === 'ERROR';
    const update = (columns: Record<string, string>) => () =>
      this.server.update('requests', id, time, columns);
    if (action === 'edit') {
      this.record(request, delay, update({}));
    } else if ((action === 'complete' || action === 'cancel') && isOpen) {
      this.leaveError(request);
      request.status = action === 'complete' ? 'COMPLETED' : 'CANCELED';
      const eventType = action === 'complete' ? 'requestCompleted' : 'requestCanceled';
      this.record(request, delay, update({ status: request.status, completed_at }), eventType);
      // Its script can be seen as left only when its Request can be seen as ended.
      script?.end();
    } else if (script?.isUnderWay) {
      return;
    } else if (action === 'script' && request.status === 'ACTIVE' && !script) {
      request.script = new ScriptAtWork(this, request, ++lastId, scriptPlan, delay);
    } else if (action === 'break' && isOpen) {
      this.leaveError(request);
      request.status = 'ERROR';
      this.breakDown(request, delay, time);
    } else if (action === 'repair' && request.status === 'ERROR') {
      this.leaveError(request);
      if (script && scriptPlan.isLast) return script.retry(scriptPlan);
      request.status = 'ACTIVE';
      // As when a Task beside it is completed.
      if (id % 2 === 0 || script) return void this.record(request, delay, update({ status: 'ACTIVE' }));
      // While a script is tried again, the status stays and the list is empty.
      request.errors = [];
      request.errorKeys = [];
      this.record(request, delay, update({ errors: '[]' }));
      this.later(request, RETRY_SECONDS, update({ status: 'ACTIVE' }));
    }
  }

  /** The server notes a breakdown twice, the second time within the same second or in the next. */
  private breakDown(request: SimulatedRequest, delay: number, time: number): void {
    const { id, errors } = request;
    const note = (seconds: number) => {
      const at = time + seconds * 1000;
      errors.push({ created_at: toApiTime(sqlTime(at)), message: 'Simulated' });
      const columns = { status: 'ERROR', errors: errorsText(request) };
      return () => this.server.update('requests', id, at, columns);
    };
    this.record(request, delay, note(0));
    this.failed(request);
    this.later(request, id % 2, note(id % 2));
  }

  /** Writes what follows some seconds after something else. */
  private later(entity: Entity, seconds: number, write: () => void): void {
    entity.visibleAt += seconds * 1000;
    this.write(entity.id, entity.visibleAt, write);
  }

  changeTask(task: SimulatedTask, action: Action, delay: number): void {
    this.passUntil(task.visibleAt);
    const { id, overdue } = task;
    const time = this.second();
    const update = (columns: Record<string, string>) => () => this.server.update('tasks', id, time, columns);
    if (action === 'editTask') {
      this.record(task, delay, update({}));
    } else if (task.status === 'ACTIVE') {
      task.status = 'CLOSED';
      this.record(task, delay, update({ status: 'CLOSED', completed_at: sqlTime(time) }), 'taskCompleted');
      if (overdue?.expectation === 'emitted') overdue.expectation = 'either';
    }
  }

  /** A state that comes and goes between two polls is not seen. */
  private leaveError({ breakdown }: SimulatedRequest): void {
    if (breakdown?.expectation === 'emitted') breakdown.expectation = 'either';
  }

  /** Writes a change; where it is an event of a type, one is expected. */
  private record(entity: Entity, delay: number, write: () => void, eventType?: EventType) {
    const time = this.second();
    entity.visibleAt = Math.max(entity.visibleAt, this.after(delay));
    this.write(entity.id, entity.visibleAt, write);
    return (
      eventType &&
      this.expect(eventType, keyOf(eventType, entity.id), entity, {
        time,
        visibleAt: entity.visibleAt,
      })
    );
  }

  private expect(
    eventType: EventType,
    key: string,
    { processId }: Entity,
    { time, visibleAt }: { time: number; visibleAt: number },
  ): ExpectedEvent {
    const isWatched = !this.onlyOneProcess || processId === WATCHED_PROCESS;
    const expected: ExpectedEvent = {
      eventType,
      key,
      time: toApiTime(sqlTime(time)) ?? '',
      visibleAt,
      expectation: isWatched ? 'emitted' : 'never',
    };
    this.expectedEvents.push(expected);
    this.noteExpected(expected);
    return expected;
  }
}
