import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { userKey, userKeyPrefix } from '../../nodes/ProcessMaker/starting/keys';
import { KEY_FIELD } from '../../nodes/ProcessMaker/api/requests/hiddenKey';
import { binary, REQUEST_OF_ITEM, rows } from '../support/files';
import { locator } from '../support/workflows';
import {
  COPY_PROCESS,
  EVENT,
  type ModelledProcessMaker,
  OTHER_USER,
  PROCESSES,
  START_EVENT,
} from './model/processmaker';
import type { Act } from './model/others';
import type { RequestRow } from './model/rows';

/** What an item is about: the number in the data of a start, or the id of what is changed. */
export interface Thing {
  json: IDataObject;
  number: string;
  /** The id under which the model notes a change of it; a start has none before. */
  target?: number;
  /** Shows it, where it was not there for the first attempt. */
  reveal: () => void;
}

export interface Operation {
  name: string;
  /** What the model notes when it is carried out. */
  effect: string;
  parameters: INodeParameters;
  /** How long the node looks for a change whose response was lost. */
  windowMs: number;
  /** After a crash, how long it waits for a call from before, where that is longer. */
  crashWindowMs?: number;
  /** Whether to carry it out twice does harm, and whether a read shows that it was carried out. */
  harm: boolean;
  canBeSeen: boolean;
  /** What others can do about the same thing. */
  others: Act[];
  /** By which of these it is as it was to be, although this operation was not carried out. */
  fulfilledBy?: Act[];
  /** It brings something along, so that it is not the same when another user does it. */
  brings?: true;
  hasKey?: true;
  isStart?: true;
  binaries?: true;
  /** Makes what an item is about. @param isHidden nobody finds it until it is revealed, so that the first attempt fails */
  make: (server: ModelledProcessMaker, number: string, isHidden: boolean) => Thing;
}

const START_WINDOW_SECONDS = 20;
const TASK_WINDOW_SECONDS = 10;
const LOOKS_MS = 3000;
const RETRY_CRASH_WINDOW_MS = 30_000;
const START_TIMEOUT_SECONDS = 30;
const FAR = Number.MAX_SAFE_INTEGER;

const startOptions: INodeParameters = {
  recoveryWindow: START_WINDOW_SECONDS,
  timeout: START_TIMEOUT_SECONDS,
};

function makeStart(server: ModelledProcessMaker, number: string, isHidden: boolean): Thing {
  if (isHidden) server.refusedUntil.set(number, FAR);
  return { json: { number }, number, reveal: () => server.refusedUntil.delete(number) };
}

/** Its Idempotency Key may be that of a Request with which it has nothing to do. */
function makeStartWithKey(server: ModelledProcessMaker, number: string, isHidden: boolean): Thing {
  const { taken } = server.world;
  if (taken !== 'not') {
    const processId = taken === 'byOtherUser' ? PROCESSES.withTask : COPY_PROCESS;
    const row = server.create(processId, {
      number,
      [KEY_FIELD]: userKey(userKeyPrefix(number), 0, 'other', 0),
    });
    if (taken === 'byOtherUser') row.userId = OTHER_USER;
  }
  return makeStart(server, number, isHidden);
}

const start = (name: string, options: INodeParameters, more: Partial<Operation> = {}): Operation => ({
  name,
  effect: 'start',
  parameters: {
    resource: 'request',
    operation: 'start',
    process: locator('id', PROCESSES.withTask),
    startEvent: locator('id', START_EVENT),
    options: { ...startOptions, ...options },
  },
  windowMs: START_WINDOW_SECONDS * 1000,
  harm: true,
  canBeSeen: true,
  others: ['cancels the Request', 'deletes the Request', 'completes the Task'],
  isStart: true,
  make: makeStart,
  ...more,
});

/** A Request that is there for every item. */
function withRequest(
  processId: number,
  toTarget: (server: ModelledProcessMaker, row: RequestRow) => { target: number; json?: IDataObject },
): Operation['make'] {
  return (server, number, isHidden) => {
    const row = server.create(processId, { number });
    const { target, json = {} } = toTarget(server, row);
    if (isHidden) row.visibleAt = FAR;
    return {
      json: { id: row.id, number, ...json },
      number,
      target,
      reveal: () => (row.visibleAt = Date.now()),
    };
  };
}

const itself = (_server: ModelledProcessMaker, { id }: RequestRow) => ({ target: id });

function ofRequest(
  name: string,
  [resource, operation]: [string, string],
  more: Pick<Operation, 'effect' | 'others' | 'make'> & Partial<Operation>,
): Operation {
  return {
    name,
    windowMs: LOOKS_MS,
    harm: false,
    canBeSeen: true,
    ...more,
    parameters: { resource, operation, ...REQUEST_OF_ITEM, ...more.parameters },
  };
}

const taskOf = (server: ModelledProcessMaker, { id }: RequestRow) => {
  const task = server.openTask(id);
  return { target: task.id, json: { id: task.id } };
};

const fileOf = (server: ModelledProcessMaker, { id }: RequestRow) => {
  const file = server.addFile(id, 'paper', 'a.txt', 'text/plain', Buffer.from('Content'));
  return { target: file.id, json: { fileId: file.id } };
};

const BY_TASK = { task: locator('id', '={{ $json.id }}') };

/** Every operation that changes something, but those that wait for a person or call n8n itself. */
export const OPERATIONS: Operation[] = [
  start('start', {}),
  start(
    'start with a key',
    { idempotencyKey: '={{ $json.number }}', onOtherUsersRequest: 'ignore' },
    { hasKey: true, make: makeStartWithKey },
  ),
  ofRequest('complete a Task', ['task', 'complete'], {
    effect: 'completeTask',
    others: ['cancels the Request', 'deletes the Request', 'completes the Task', 'reassigns the Task'],
    brings: true,
    parameters: {
      ...BY_TASK,
      dataMode: 'json',
      jsonData: '{"answer":42}',
      options: { recoveryWindow: TASK_WINDOW_SECONDS },
    },
    windowMs: TASK_WINDOW_SECONDS * 1000,
    harm: true,
    make: withRequest(PROCESSES.withTask, taskOf),
  }),
  ofRequest('reassign a Task', ['task', 'reassign'], {
    effect: 'reassign',
    others: ['cancels the Request', 'deletes the Request', 'completes the Task', 'reassigns the Task'],
    brings: true,
    parameters: { ...BY_TASK, user: locator('id', OTHER_USER) },
    make: withRequest(PROCESSES.withTask, taskOf),
  }),
  ofRequest('cancel', ['request', 'cancel'], {
    effect: 'cancel',
    others: ['cancels the Request', 'deletes the Request', 'completes the Task'],
    make: withRequest(PROCESSES.withTask, itself),
  }),
  ofRequest('complete by hand', ['request', 'complete'], {
    effect: 'complete',
    fulfilledBy: ['retries the Request'],
    others: [
      'cancels the Request',
      'deletes the Request',
      'completes the Request by hand',
      'retries the Request',
    ],
    make: withRequest(PROCESSES.withScript, itself),
  }),
  ofRequest('delete', ['request', 'delete'], {
    effect: 'delete',
    others: ['cancels the Request', 'deletes the Request'],
    make: withRequest(PROCESSES.withTask, itself),
  }),
  ofRequest('retry', ['request', 'retry'], {
    effect: 'retry',
    others: [
      'cancels the Request',
      'deletes the Request',
      'completes the Request by hand',
      'retries the Request',
    ],
    crashWindowMs: RETRY_CRASH_WINDOW_MS,
    harm: true,
    make: withRequest(PROCESSES.withScript, itself),
  }),
  ofRequest('trigger an event', ['request', 'triggerEvent'], {
    effect: 'trigger',
    others: ['cancels the Request', 'deletes the Request', 'triggers the event'],
    brings: true,
    parameters: { event: locator('id', EVENT) },
    harm: true,
    canBeSeen: false,
    make: withRequest(PROCESSES.withEvent, itself),
  }),
  ofRequest('update data', ['request', 'updateData'], {
    effect: 'update',
    others: ['cancels the Request', 'deletes the Request', 'updates the data'],
    brings: true,
    parameters: { dataMode: 'json', jsonData: '{"answer":42}', merge: 'shallow' },
    make: withRequest(PROCESSES.withTask, itself),
  }),
  ofRequest('upload', ['file', 'upload'], {
    effect: 'upload',
    others: ['deletes the Request', 'uploads another file', 'deletes the file'],
    brings: true,
    parameters: rows(['data', 'paper']),
    binaries: true,
    make: withRequest(PROCESSES.withTask, itself),
  }),
  ofRequest('delete a file', ['file', 'delete'], {
    effect: 'deleteFile',
    fulfilledBy: ['uploads another file'],
    others: ['deletes the Request', 'uploads another file', 'deletes the file'],
    parameters: { file: locator('id', '={{ $json.fileId }}') },
    make: withRequest(PROCESSES.withTask, fileOf),
  }),
];

/** The file that comes with each item of an upload. */
export const FILE = { data: binary('a.txt', 'Content') };
