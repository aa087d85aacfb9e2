import { toApiTime, toSqlTime } from '../processmaker/database/time';
import type { Change, Deed, Kind } from './plan';
import type { SimulatedServer } from './server';
import { Timeline, type Happening } from './timeline';
import { keyOf } from './verdict';

/** The process that a trigger watches when it watches one, and another. */
export const WATCHED_PROCESS = 4;
const OTHER_PROCESS = 2;

interface Thing {
  id: number;
  processId: number;
  status: 'ACTIVE' | 'COMPLETED' | 'CANCELED' | 'ERROR' | 'CLOSED';
  /** From when on all that was done to it so far can be seen. */
  visibleAt: number;
}

export interface SimulatedRequest extends Thing {
  errors: { created_at: string; message: string }[];
  breakdown?: Happening;
}

export interface SimulatedTask extends Thing {
  overdue?: Happening;
}

const sqlTime = (milliseconds: number): string => toSqlTime(new Date(milliseconds));

let lastId = 0;

/** What is done to Requests and Tasks, and what should come of it. */
export class History extends Timeline {
  private readonly requests: SimulatedRequest[] = [];
  private readonly tasks: SimulatedTask[] = [];

  constructor(
    server: SimulatedServer,
    private readonly onlyOneProcess: boolean,
  ) {
    super(server);
  }

  /** What a plan asks for, where there is something that it can be done to. */
  change({ deed, pick, delay, elsewhere, pause }: Change): void {
    this.pass(pause);
    const request = this.requests[pick % Math.max(1, this.requests.length)];
    const task = this.tasks[pick % Math.max(1, this.tasks.length)];
    if (deed === 'start') {
      this.start(delay, elsewhere);
    } else if (deed === 'close' || deed === 'editTask') {
      if (task) this.changeTask(task, deed, delay);
    } else if (request) {
      if (deed === 'task') this.addTask(request, delay, (pick % 600) - 30);
      else this.changeRequest(request, deed, delay);
    }
  }

  start(delay: number, elsewhere: boolean): SimulatedRequest {
    const id = ++lastId;
    const processId = elsewhere ? OTHER_PROCESS : WATCHED_PROCESS;
    const time = this.second();
    const request: SimulatedRequest = { id, processId, status: 'ACTIVE', visibleAt: 0, errors: [] };
    this.requests.push(request);
    this.happen(request, delay, () => this.server.insertRequest(id, processId, time), 'requestStarted');
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
    this.happen(task, delay, insert, 'taskCreated');
    const key = keyOf('taskOverdue', id, toApiTime(sqlTime(due)));
    task.overdue = this.expect('taskOverdue', key, task, {
      time: due,
      visibleAt: Math.max(task.visibleAt, due),
    });
    return task;
  }

  changeRequest(request: SimulatedRequest, deed: Deed, delay: number): void {
    // Nobody can change what is not there yet.
    this.passUntil(request.visibleAt);
    const { id, errors } = request;
    const time = this.second();
    const completed_at = sqlTime(time);
    const isOpen = request.status === 'ACTIVE' || request.status === 'ERROR';
    const update = (columns: Record<string, string>) => () =>
      this.server.update('requests', id, time, columns);
    if (deed === 'edit') {
      this.happen(request, delay, update({}));
    } else if ((deed === 'complete' || deed === 'cancel') && isOpen) {
      this.leaveError(request);
      request.status = deed === 'complete' ? 'COMPLETED' : 'CANCELED';
      const kind = deed === 'complete' ? 'requestCompleted' : 'requestCanceled';
      this.happen(request, delay, update({ status: request.status, completed_at }), kind);
    } else if (deed === 'break' && isOpen) {
      this.leaveError(request);
      request.status = 'ERROR';
      errors.push({ created_at: toApiTime(completed_at), message: 'Simulated' });
      const columns = { status: 'ERROR', errors: JSON.stringify(errors) };
      request.breakdown = this.happen(request, delay, update(columns), 'requestErrored', errors.length);
    } else if (deed === 'repair' && request.status === 'ERROR') {
      this.leaveError(request);
      request.status = 'ACTIVE';
      this.happen(request, delay, update({ status: 'ACTIVE' }));
    }
  }

  changeTask(task: SimulatedTask, deed: Deed, delay: number): void {
    this.passUntil(task.visibleAt);
    const { id, overdue } = task;
    const time = this.second();
    const update = (columns: Record<string, string>) => () => this.server.update('tasks', id, time, columns);
    if (deed === 'editTask') {
      this.happen(task, delay, update({}));
    } else if (task.status === 'ACTIVE') {
      task.status = 'CLOSED';
      this.happen(task, delay, update({ status: 'CLOSED', completed_at: sqlTime(time) }), 'taskCompleted');
      if (overdue?.expectation === 'given') overdue.expectation = 'either';
    }
  }

  /** A state that comes and goes between two polls is not seen. */
  private leaveError({ breakdown }: SimulatedRequest): void {
    if (breakdown?.expectation === 'given') breakdown.expectation = 'either';
  }

  /** Writes a change; where it is an event of a kind, one is expected. */
  private happen(thing: Thing, delay: number, write: () => void, kind?: Kind, which?: number) {
    const time = this.second();
    thing.visibleAt = this.after(delay);
    this.write(thing.id, thing.visibleAt, write);
    return (
      kind && this.expect(kind, keyOf(kind, thing.id, which), thing, { time, visibleAt: thing.visibleAt })
    );
  }

  private expect(
    kind: Kind,
    key: string,
    { processId }: Thing,
    { time, visibleAt }: { time: number; visibleAt: number },
  ): Happening {
    const isWatched = !this.onlyOneProcess || processId === WATCHED_PROCESS;
    const happening: Happening = {
      kind,
      key,
      time: toApiTime(sqlTime(time)) ?? '',
      visibleAt,
      expectation: isWatched ? 'given' : 'never',
    };
    this.happenings.push(happening);
    return happening;
  }
}
