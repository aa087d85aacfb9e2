import type { IDataObject } from 'n8n-workflow';
import { PAGE_SIZE } from '../../../nodes/ProcessMaker/transport/pagination';
import { KEY_FIELD } from '../../../nodes/ProcessMaker/api/requests/hiddenKey';
import { asText } from '../../../nodes/ProcessMaker/guards';
import type { Answer, Call } from './answer';
import { FORBIDDEN, json, listOf, NOT_FOUND, NOTHING, refusal, SERVER_ERROR } from './answer';
import { act, type Act } from './others';
import { type Condition, parse } from './pmql';
import {
  type FileRow,
  type RequestRow,
  showFile,
  shownData,
  showRequest,
  showTask,
  type TaskRow,
  toTime,
} from './rows';

/** Each for one behaviour; the numbers are those of the same processes of the stand-in. */
export const PROCESSES = { withTask: 2, withScript: 5, withEvent: 13 } as const;
/** Another process, which gets copies of the data of others. */
export const COPY_PROCESS = 6;
export const START_EVENT = 'node_1';
export const EVENT = 'node_4';
const TASK_ELEMENT = 'node_2';
/** How long a script takes that is tried again. */
export const SCRIPT_MS = 3000;
export const FIRST_ID = 1000;
/** Who is who: the token's user, and another one. */
export const [OWN_USER, OTHER_USER] = [3, 4];

/** A change that was really carried out. */
export interface Effect {
  kind: string;
  /** The id of what was changed. */
  target: number;
  /** What a start was for: the number in its data. */
  number?: string;
  /** The hidden key of a start. */
  key?: string;
  sender: string;
  /** When the call was sent, and when it was carried out. */
  sentAt: number;
  at: number;
  /** From when on everybody can see it. */
  visibleAt: number;
}

/** What differs between worlds. */
export interface World {
  /**
   * A start gives its data on: to a child, to another process, or to the same process. To so many children of the same
   * process that the next start stands on another page of each list. To a child whose script fails, and breaks the parent.
   * Or another user was faster.
   */
  copies:
    'none' | 'child' | 'pageOfChildren' | 'failingChild' | 'otherProcess' | 'sameProcess' | 'aheadByOther';
  /** How much later than its id suggests a start can be seen. */
  commitDelay: number;
  /** Whether a script that is tried again works now. */
  heals: boolean;
  /** Whether a Request comes back to its event: only then can it be triggered twice. */
  loops: boolean;
  /** What holds the Idempotency Keys before anything is started: Requests of another process, or of another user. */
  taken: 'not' | 'inOtherProcess' | 'byOtherUser';
}

export const PLAIN: World = { copies: 'none', commitDelay: 0, heals: true, loops: true, taken: 'not' };

/** As much of ProcessMaker as changes need, in memory and on the clock of the process. */
export class ModelledProcessMaker {
  readonly requests = new Map<number, RequestRow>();
  readonly tasks = new Map<number, TaskRow>();
  readonly files = new Map<number, FileRow>();
  readonly effects: Effect[] = [];
  private readonly retries: Array<{ id: number; requestId: number; at: number }> = [];
  /** Numbers whose start is refused until this time. */
  readonly refusedUntil = new Map<string, number>();
  /** Lists show only what was there so many milliseconds ago. */
  listLag = 0;
  /** Somebody deletes a child that the next list has shown, if it has another page. */
  movesRows = false;
  /** Ids of its own, which are none of a process or a user. */
  private lastId = FIRST_ID;

  constructor(readonly world: World) {}

  /** Carries out a call, at once and to its end. */
  answer(call: Call): Answer {
    const [resource = '', ...rest] = call.path.replace(/^\/api\/1\.0\//, '').split('/');
    switch (resource) {
      case 'process_events':
        return this.start(Number(rest[0]), call);
      case 'users':
        return json(200, { user_id: OWN_USER });
      // The user of the token may not see how processes are drawn.
      case 'processes':
        return FORBIDDEN;
      case 'start_processes':
        return listOf(this.startProcesses(), call.query);
      case 'requests':
        return rest.length === 0 ? this.listRequests(call) : this.ofRequest(Number(rest[0]), rest, call);
      case 'comments':
        return this.comments(Number(call.query.commentable_id), call.query);
      case 'tasks':
        return rest.length === 0 ? this.listTasks(call) : this.ofTask(Number(rest[0]), call);
      default:
        throw new Error(`The model does not know ${call.method} ${call.path}.`);
    }
  }

  /** Another user does something about that of which a call is; about the first thing where that names none. */
  act(what: Act, call: Call): void {
    const { number } = call.body as IDataObject;
    const ids = call.path.split('/').map(Number);
    const own = [...this.requests.values()].filter(({ processId }) => processId !== COPY_PROCESS);
    const row =
      number === undefined
        ? (own.find(({ id }) => ids.includes(this.taskIdOf(id)) || ids.includes(id)) ?? own[0])
        : own.findLast(({ data }) => data.number === number);
    if (row) act(this, what, row);
  }

  /** A completion that has begun and is still at work: everybody else finds the Task open. @returns what ends it */
  begin(call: Call): () => Answer {
    const task = /\/tasks\/(\d+)$/.exec(call.path);
    const row = task && call.method === 'PUT' ? this.tasks.get(Number(task[1])) : undefined;
    const isCompletion = (call.body as IDataObject).user_id === undefined;
    const isOpen = isCompletion && row?.status === 'ACTIVE';
    if (isOpen) row.atWork++;
    return () => {
      if (!row || !isOpen) return this.answer(call);
      row.atWork--;
      return this.completeTask(row, call, true);
    };
  }

  /** Makes a Request as somebody else does, before the history begins. */
  create(processId: number, data: IDataObject, sender = 'others'): RequestRow {
    const now = Date.now();
    const row: RequestRow = {
      id: ++this.lastId,
      processId,
      parentId: null,
      userId: OWN_USER,
      status: 'ACTIVE',
      data,
      errors: null,
      startedAt: now,
      endedAt: null,
      visibleAt: now + (sender === 'others' ? 0 : this.world.commitDelay),
    };
    this.requests.set(row.id, row);
    if (processId === PROCESSES.withTask) this.addTask(row, TASK_ELEMENT, 'task');
    if (processId === PROCESSES.withEvent) this.addTask(row, EVENT, 'intermediateCatchEvent');
    if (processId === PROCESSES.withScript) this.breakDown(row);
    return row;
  }

  openTask(requestId: number): TaskRow {
    const row = [...this.tasks.values()].findLast((task) => task.requestId === requestId);
    if (!row) throw new Error(`Request ${requestId} has no Task.`);
    return row;
  }

  addFile(requestId: number, variable: string, name: string, mimeType: string, content: Buffer): FileRow {
    for (const [id, file] of this.files) {
      if (file.requestId === requestId && file.variable === variable) this.files.delete(id);
    }
    const row = { id: ++this.lastId, requestId, variable, name, mimeType, content, createdAt: Date.now() };
    this.files.set(row.id, row);
    return row;
  }

  private note(kind: string, target: number, { sender, at: sentAt }: Call, more: Partial<Effect> = {}): void {
    const at = Date.now();
    this.effects.push({ kind, target, sender, sentAt, at, visibleAt: at, ...more });
  }

  private start(processId: number, call: Call): Answer {
    const data = call.body as IDataObject;
    const number = asText(data.number);
    if (call.query.event !== START_EVENT) return SERVER_ERROR;
    if (Date.now() < (this.refusedUntil.get(number) ?? 0)) return FORBIDDEN;
    const ahead = this.world.copies === 'aheadByOther' ? this.create(processId, { ...data }) : undefined;
    const row = this.create(processId, { ...data }, call.sender);
    if (ahead) Object.assign(ahead, { userId: OTHER_USER, visibleAt: row.visibleAt });
    this.note('start', row.id, call, { number, key: asText(data[KEY_FIELD]), visibleAt: row.visibleAt });
    this.copy(row);
    // What is not written yet is not there at all.
    const shown = Object.entries(this.show(row, call.query.include ?? ''));
    return json(201, Object.fromEntries(shown.filter(([, value]) => value !== null)));
  }

  /** Data that is handed on carries the hidden key with it. */
  private copy(row: RequestRow): void {
    const { id, data, processId, visibleAt } = row;
    const { copies } = this.world;
    if (copies === 'none' || copies === 'aheadByOther') return;
    for (let count = copies === 'pageOfChildren' ? PAGE_SIZE - 1 : 1; count > 0; count--) {
      const isSame = copies === 'sameProcess' || copies === 'pageOfChildren';
      const copied = this.create(isSame ? processId : COPY_PROCESS, { ...data });
      copied.visibleAt = visibleAt;
      if (['child', 'pageOfChildren', 'failingChild'].includes(copies)) copied.parentId = id;
      if (copies === 'failingChild') setTimeout(() => this.fail([copied, row]), SCRIPT_MS);
    }
  }

  /** What ProcessMaker notes of a Request by itself: each retry. */
  private comments(requestId: number, query: Call['query']): Answer {
    if (!this.requests.has(requestId)) return NOT_FOUND;
    const rows = this.retries
      .filter((one) => one.requestId === requestId)
      .map(({ id, at }) => ({
        id,
        commentable_id: requestId,
        type: 'LOG',
        subject: 'Request Retried',
        created_at: toTime(at),
      }));
    return listOf(rows.reverse(), query);
  }

  private startProcesses(): object[] {
    const events = [{ id: START_EVENT, name: 'Start', eventDefinitions: [] }];
    return Object.values(PROCESSES).map((id) => ({
      id,
      name: `Process ${id}`,
      status: 'ACTIVE',
      startEvents: events,
      events,
      start_events: events,
    }));
  }

  private listRequests({ query }: Call): Answer {
    const matches: Condition = query.pmql === undefined ? () => true : parse(query.pmql);
    const until = Date.now() - this.listLag;
    const found = [...this.requests.values()].filter(
      (row) => row.visibleAt <= until && matches((name) => columnOf(row, name)),
    );
    const rows = found.sort((one, other) => one.id - other.id);
    if (query.order_direction === 'desc') rows.reverse();
    if (this.movesRows) this.moveRows(rows, Number(query.per_page));
    return listOf(
      rows.map((row) => this.show(row, query.include ?? '')),
      query,
    );
  }

  private moveRows(rows: RequestRow[], size: number): void {
    const child = rows.slice(0, size).find(({ parentId }) => parentId !== null);
    if (!child || rows.length <= size) return;
    this.movesRows = false;
    this.requests.delete(child.id);
  }

  private show(row: RequestRow, include: string): IDataObject {
    const includes = include.split(',');
    const open = [...this.tasks.values()].filter(
      ({ requestId, status }) => requestId === row.id && status === 'ACTIVE',
    );
    return {
      ...showRequest(row),
      ...(includes.includes('user') && { user: { id: row.userId } }),
      ...(includes.includes('process') && {
        process: { id: row.processId, name: `Process ${row.processId}` },
      }),
      ...(includes.includes('data') && { data: shownData(row) }),
      ...(includes.includes('activeTasks') && {
        active_tasks: open.map(({ id, elementId }) => ({ id, element_name: elementId, status: 'ACTIVE' })),
      }),
      ...(includes.includes('summary') && {
        summary: Object.entries(row.data).map(([key, value]) => ({ key, value, type: typeof value })),
      }),
    };
  }

  private ofRequest(id: number, [, part, last]: string[], call: Call): Answer {
    const row = this.requests.get(id);
    if (!row || row.visibleAt > Date.now()) return NOT_FOUND;
    if (part === 'files') return this.ofFiles(row, last, call);
    if (part === 'events') return this.trigger(row, last ?? '', call);
    if (part === 'retry') return this.retry(row, call);
    if (part === 'tokens') return json(200, tokenOf(row));
    // Only lists name the process.
    const includes = call.query.include?.split(',').filter((name) => name !== 'process');
    if (call.method === 'GET') return json(200, this.show(row, includes?.join() ?? ''));
    if (call.method === 'DELETE') return this.remove(row, call);
    return this.update(row, call);
  }

  private update(row: RequestRow, call: Call): Answer {
    const { status, data } = call.body as { status?: string; data?: IDataObject };
    if (data) {
      Object.assign(row.data, data);
      this.note('update', row.id, call);
    } else if (status === 'CANCELED') {
      if (row.status === 'CANCELED') return NOTHING;
      // One that is completed is called CANCELED all the same.
      if (row.status === 'COMPLETED') row.status = 'CANCELED';
      else this.end(row, 'CANCELED');
      this.note('cancel', row.id, call);
    } else {
      if (row.status !== 'ERROR')
        return refusal('Only requests with status: ERROR can be manually completed');
      this.end(row, 'COMPLETED');
      this.note('complete', row.id, call);
    }
    return NOTHING;
  }

  private end(row: RequestRow, status: 'CANCELED' | 'COMPLETED'): void {
    row.status = status;
    row.endedAt = Date.now();
    for (const task of this.tasks.values()) {
      if (task.requestId === row.id && task.status === 'ACTIVE') {
        task.status = 'CLOSED';
        task.endedAt = Date.now();
      }
    }
  }

  private remove({ id }: RequestRow, call: Call): Answer {
    this.requests.delete(id);
    for (const task of this.tasks.values()) if (task.requestId === id) this.tasks.delete(task.id);
    for (const file of this.files.values()) if (file.requestId === id) this.files.delete(file.id);
    this.note('delete', id, call);
    return NOTHING;
  }

  /** Every such call runs the script once more, also while it still runs. */
  private retry(row: RequestRow, call: Call): Answer {
    if (row.status !== 'ERROR') return refusal('Only requests with status: ERROR can be retried');
    row.errors = [];
    this.retries.push({ id: ++this.lastId, requestId: row.id, at: Date.now() });
    this.note('retry', row.id, call);
    setTimeout(() => this.endScript(row), SCRIPT_MS);
    return json(200, { message: [`Retrying ScriptTask (node_2) for Request::${row.id}`], success: true });
  }

  private endScript(row: RequestRow): void {
    if (row.status !== 'ERROR') return;
    if (this.world.heals) this.end(row, 'COMPLETED');
    else this.breakDown(row);
  }

  private fail(rows: RequestRow[]): void {
    for (const row of rows) if (row.status === 'ACTIVE') this.breakDown(row);
  }

  /** The engine notes a failure twice, but not one of a script that had failed before. */
  private breakDown(row: RequestRow): void {
    const created_at = toTime(Date.now()) ?? '';
    const note = { message: 'The script did not work', element_id: TASK_ELEMENT, created_at };
    const notes = row.status === 'ERROR' ? [note] : [note, note];
    row.status = 'ERROR';
    row.errors = [...(row.errors ?? []), ...notes];
  }

  private trigger(row: RequestRow, event: string, call: Call): Answer {
    const waits = row.processId === PROCESSES.withEvent && row.status === 'ACTIVE' && event === EVENT;
    if (!waits) return NOT_FOUND;
    Object.assign(row.data, call.body as IDataObject);
    this.note('trigger', row.id, call);
    if (!this.world.loops) this.end(row, 'COMPLETED');
    return json(200, []);
  }

  private ofFiles(row: RequestRow, last: string | undefined, call: Call): Answer {
    if (call.method === 'POST') {
      const { variable, name, mimeType, content } = call.body as FileRow;
      const file = this.addFile(row.id, variable, name, mimeType, content);
      this.note('upload', row.id, call);
      return json(200, { message: 'The file was uploaded.', fileUploadId: file.id });
    }
    if (last === undefined) {
      const files = [...this.files.values()].filter(({ requestId }) => requestId === row.id);
      return json(200, { data: files.map(showFile) });
    }
    const file = this.files.get(Number(last));
    if (!file) return json(400, { message: 'Not Found' });
    if (call.method === 'GET') {
      const headers = {
        'content-type': file.mimeType,
        'content-disposition': `attachment; filename="${file.name}"`,
      };
      return { status: 200, headers, body: file.content };
    }
    this.files.delete(file.id);
    this.note('deleteFile', file.id, call);
    return NOTHING;
  }

  private listTasks({ query }: Call): Answer {
    const matches: Condition = query.pmql === undefined ? () => true : parse(query.pmql);
    const rows = [...this.tasks.values()].filter(
      (row) =>
        this.isVisible(row) &&
        matches((name) => columnOfTask(row, name)) &&
        (query.process_request_id === undefined || Number(query.process_request_id) === row.requestId) &&
        (query.status === undefined || query.status === row.status),
    );
    return listOf(
      rows.map((row) => this.shownTask(row)),
      query,
    );
  }

  private isVisible({ requestId }: TaskRow): boolean {
    return Number(this.requests.get(requestId)?.visibleAt) <= Date.now();
  }

  private shownTask(row: TaskRow): IDataObject {
    const request = this.requests.get(row.requestId);
    return request ? showTask(row, request) : {};
  }

  private ofTask(id: number, call: Call): Answer {
    const row = this.tasks.get(id);
    if (!row || !this.isVisible(row)) return NOT_FOUND;
    if (call.method === 'GET') return json(200, this.shownTask(row));
    const { user_id: userId } = call.body as IDataObject;
    if (typeof userId !== 'number') return this.completeTask(row, call, false);
    row.userId = userId;
    this.note('reassign', row.id, call);
    return json(200, { ...this.shownTask(row), user: undefined });
  }

  /** ProcessMaker carries out each call that comes while another is at work, and the Request goes into ERROR by it. */
  private completeTask(row: TaskRow, call: Call, hasBegun: boolean): Answer {
    if (row.status === 'CLOSED' && !hasBegun) return json(422, { message: 'Task already closed' });
    const request = this.requests.get(row.requestId);
    if (!request) return NOT_FOUND;
    const isSecond = row.status === 'CLOSED';
    row.status = 'CLOSED';
    row.endedAt ??= Date.now();
    Object.assign(request.data, (call.body as IDataObject).data);
    this.note('completeTask', row.id, call);
    if (isSecond) this.breakDown(request);
    else if (request.status === 'ACTIVE') this.end(request, 'COMPLETED');
    return json(200, { ...this.shownTask(row), user: undefined });
  }

  /** The Task of a Request; 0 for none. */
  private taskIdOf(id: number): number {
    return [...this.tasks.values()].find(({ requestId }) => requestId === id)?.id ?? 0;
  }

  private addTask({ id }: RequestRow, elementId: string, elementType: string): void {
    const row: TaskRow = {
      id: ++this.lastId,
      requestId: id,
      userId: OWN_USER,
      status: 'ACTIVE',
      atWork: 0,
      endedAt: null,
      elementId,
      elementType,
    };
    this.tasks.set(row.id, row);
  }
}

/** The latest visit of a Request to its script. */
function tokenOf({ status, startedAt, endedAt }: RequestRow): IDataObject {
  return {
    status: status === 'ERROR' ? 'FAILING' : 'CLOSED',
    user_id: null,
    element_name: TASK_ELEMENT,
    created_at: toTime(startedAt),
    completed_at: toTime(endedAt),
  };
}

function columnOf(row: RequestRow, name: string): unknown {
  const [, field] = /^data\.(.+)$/.exec(name) ?? [];
  if (field !== undefined) return row.data[field];
  switch (name) {
    case 'id':
    case 'case_number':
      return row.id;
    case 'process_id':
      return row.processId;
    case 'parent_request_id':
      return row.parentId;
    case 'status':
      return row.status;
    default:
      throw new Error(`The model does not know the column '${name}' of Requests.`);
  }
}

function columnOfTask(row: TaskRow, name: string): unknown {
  if (name === 'id') return row.id;
  throw new Error(`The model does not know the column '${name}' of Tasks.`);
}
