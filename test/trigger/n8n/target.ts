import type { ProcessMaker, StoredRequest, StoredTask } from '../../processmaker';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import type { EventType } from '../plan';
import { startRequest } from './watch';

/** The ProcessMaker behind the slow gateway. */
export interface SlowTarget {
  url: string;
  token: string;
  /** Which processes are watched; all when there are none. */
  processes?: string[];
  /** Starts a Request that waits at a Task. */
  start: () => Promise<unknown>;
  /** Lets every type of event happen, to new Requests and to earlier ones. */
  makeAllTypes: () => Promise<void>;
  /** All events that its Requests and Tasks stand for, such as `requestStarted 7`, and what will be overdue soon. */
  events: () => Promise<string[]> | string[];
}

/** How long after its start a Task is due, in hours: 36 s. */
const HOURS_TO_DO = '0.01';
const SOON_MS = 600_000;
const LIMITED_USER = '3';
const ENDED: Partial<Record<StoredRequest['status'], EventType>> = {
  COMPLETED: 'requestCompleted',
  CANCELED: 'requestCanceled',
  ERROR: 'requestErrored',
};

/** A stand-in as the target. */
export async function standInTarget(processMaker: ProcessMaker): Promise<SlowTarget> {
  const { url, tokens } = processMaker;
  const start = async (processId?: number) => await startRequest(processMaker, processId);
  const task = formTask('node_2', 'Due soon', LIMITED_USER);
  const dueSoon = await processMaker.addProcess({
    name: 'Due soon',
    bpmn: bpmn(
      [
        startEvent('node_1', 'Start', LIMITED_USER),
        { ...task, pm: { ...task.pm, dueIn: HOURS_TO_DO } },
        endEvent('node_3', 'End'),
      ],
      line('node_1', 'node_2', 'node_3'),
    ),
  });
  const complete = async (requestId: number) => {
    const open = processMaker.tasks().find((one) => one.requestId === requestId && one.status === 'ACTIVE');
    if (!open || !(await processMaker.completeTask(open.id, {})))
      throw new Error(`Request ${requestId} has no open Task.`);
  };
  return {
    url,
    token: tokens.admin,
    start: async () => await start(),
    makeAllTypes: async () => {
      const [toComplete, toCancel] = processMaker.requests().filter(({ status }) => status === 'ACTIVE');
      if (!toComplete || !toCancel) throw new Error('There are no earlier Requests.');
      await start(dueSoon.id);
      const [completed, canceled, failed] = [await start(), await start(), await start()];
      for (const id of [toComplete.id, completed]) await complete(id);
      for (const id of [toCancel.id, canceled]) processMaker.cancelRequest(id);
      processMaker.failRequest(failed, 'What the Request needs is not there');
    },
    events: () => [
      ...processMaker.requests().flatMap(eventsOfRequest),
      ...processMaker.tasks().flatMap(eventsOfTask),
    ],
  };
}

function eventsOfRequest({ id, status }: StoredRequest): string[] {
  const end = ENDED[status];
  return [`requestStarted ${id}`, ...(end ? [`${end} ${id}`] : [])];
}

function eventsOfTask({ id, status, dueAt, completedAt }: StoredTask): string[] {
  const isDue = status === 'ACTIVE' && Date.parse(dueAt ?? '') < Date.now() + SOON_MS;
  return [
    `taskCreated ${id}`,
    ...(completedAt === null ? [] : [`taskCompleted ${id}`]),
    ...(isDue ? [`taskOverdue ${id}`] : []),
  ];
}
