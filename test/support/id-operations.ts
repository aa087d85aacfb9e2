import type { IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';
import { binary, REQUEST_OF_ITEM, rows } from './files';
import type { Call } from './gateway';
import type { Harness, User } from './harness';
import { ended, errored, processes, requests, tasks, waitingAtEvent, withFile } from './things';
import { locator } from './workflows';

/** What an operation changes in ProcessMaker for a good item. */
interface ExpectedChange {
  /** What the item gives. */
  gives: (item: IDataObject) => IDataObject;
  /** Whether a call is the one that makes the change. */
  isSent: (call: Call, item: IDataObject) => boolean;
  /** Whether it is to be seen in ProcessMaker. */
  isMade: (harness: Harness, item: IDataObject) => boolean;
}

/** An operation that is given the id of something for each item. */
export interface IdOperation {
  operation: string;
  /** What tells it from another one of the same operation and field. */
  variant?: string;
  parameters: INodeParameters;
  /** Makes the things, and gives an item for each. */
  prepare: (harness: Harness, count: number) => Promise<IDataObject[]>;
  /** The field of an item that holds what may be bad. */
  field: string;
  /** What stands before it in a path, or in a list of ids; none where no call holds it. */
  kind?: 'requests' | 'tasks' | 'processes' | 'files' | 'case_number';
  user?: User;
  binary?: IBinaryKeyData;
  /** For operations that change something. What others give is compared with what they give alone. */
  change?: ExpectedChange;
}

const BY_CASE = { request: locator('caseNumber', '={{ $json.caseNumber }}') };
const BY_PROCESS = { process: locator('id', '={{ $json.id }}') };
const BY_NAME = { process: locator('name', '={{ $json.name }}') };
const BY_TASK = { task: locator('id', '={{ $json.id }}') };
const BY_FILE = { file: locator('id', '={{ $json.fileId }}') };
/** Time for more than one poll, also on a busy machine. */
const WAIT_SECONDS = 20;
const JSON_DATA = { dataMode: 'json', jsonData: '{"answer":42}' };

const requestOf = (harness: Harness, id: unknown) => harness.server.requests().find((one) => one.id === id);
const taskOf = (harness: Harness, id: unknown) => harness.server.tasks().find((one) => one.id === id);
const filesOf = (harness: Harness, id: unknown) =>
  harness.server.files().filter(({ requestId }) => requestId === id);

function sends(method: string, toPath: (item: IDataObject) => string): ExpectedChange['isSent'] {
  return (call, item) => call.method === method && call.path.replace(/\?.*/, '').endsWith(toPath(item));
}

const toRequest = ({ id }: IDataObject) => `/requests/${Number(id)}`;
const toTask = ({ id }: IDataObject) => `/tasks/${Number(id)}`;
const toFiles = (item: IDataObject) => `${toRequest(item)}/files`;

/** A change by which a Request comes into a status. */
function comesInto(status: string, isSent: ExpectedChange['isSent']): ExpectedChange {
  return {
    gives: ({ id }) => ({ id, status }),
    isSent,
    isMade: (harness, { id }) => requestOf(harness, id)?.status === status,
  };
}

const startOfItem: ExpectedChange = {
  gives: ({ id }) => ({ processId: id, status: 'COMPLETED' }),
  isSent: sends('POST', ({ id }) => `/process_events/${Number(id)}`),
  isMade: (harness, { id }) => harness.server.requests().filter((one) => one.processId === id).length === 1,
};

const ofRequests = { prepare: requests, field: 'id', kind: 'requests', user: 'admin' } as const;
const ofTasks = { prepare: tasks, field: 'id', kind: 'tasks' } as const;
const ofProcesses = { prepare: processes, field: 'id', kind: 'processes' } as const;

const REQUEST_OPERATIONS: IdOperation[] = [
  { ...ofRequests, operation: 'request get', parameters: REQUEST_OF_ITEM },
  {
    ...ofRequests,
    operation: 'request get',
    parameters: BY_CASE,
    field: 'caseNumber',
    kind: 'case_number',
  },
  {
    ...ofRequests,
    operation: 'request cancel',
    parameters: REQUEST_OF_ITEM,
    change: comesInto('CANCELED', sends('PUT', toRequest)),
  },
  {
    ...ofRequests,
    operation: 'request cancel',
    parameters: BY_CASE,
    field: 'caseNumber',
    kind: 'case_number',
    change: comesInto('CANCELED', sends('PUT', toRequest)),
  },
  {
    ...ofRequests,
    operation: 'request complete',
    parameters: REQUEST_OF_ITEM,
    prepare: errored,
    change: comesInto('COMPLETED', sends('PUT', toRequest)),
  },
  {
    ...ofRequests,
    operation: 'request delete',
    parameters: REQUEST_OF_ITEM,
    change: {
      gives: () => ({ deleted: true }),
      isSent: sends('DELETE', toRequest),
      isMade: (harness, { id }) => requestOf(harness, id) === undefined,
    },
  },
  {
    ...ofRequests,
    operation: 'request retry',
    parameters: REQUEST_OF_ITEM,
    prepare: errored,
    change: comesInto(
      'COMPLETED',
      sends('PUT', (item) => `${toRequest(item)}/retry`),
    ),
  },
  {
    ...ofRequests,
    operation: 'request triggerEvent',
    parameters: { ...REQUEST_OF_ITEM, event: locator('id', 'node_4'), ...JSON_DATA },
    prepare: waitingAtEvent,
    change: comesInto(
      'COMPLETED',
      sends('POST', (item) => `${toRequest(item)}/events/node_4`),
    ),
  },
  ...['shallow', 'deep'].map((merge): IdOperation => ({
    ...ofRequests,
    operation: 'request updateData',
    parameters: { ...REQUEST_OF_ITEM, ...JSON_DATA, merge },
    change: {
      gives: ({ id }) => ({ id, data: { answer: 42 } }),
      isSent: sends('PUT', toRequest),
      isMade: (harness, { id }) => requestOf(harness, id)?.data.answer === 42,
    },
  })),
  {
    ...ofRequests,
    operation: 'request wait',
    parameters: { ...REQUEST_OF_ITEM, waitFor: 'finish', options: { timeLimit: WAIT_SECONDS } },
    prepare: ended,
  },
  {
    ...ofRequests,
    operation: 'request wait',
    variant: 'for a Task',
    parameters: { ...REQUEST_OF_ITEM, waitFor: 'task', options: { timeLimit: WAIT_SECONDS } },
  },
  {
    ...ofProcesses,
    operation: 'request start',
    parameters: { ...BY_PROCESS, startEvent: locator('id', 'node_1') },
    change: startOfItem,
  },
];

export const ID_OPERATIONS: IdOperation[] = [
  ...REQUEST_OPERATIONS,
  // What can be started is looked up in one list, which names no process.
  {
    operation: 'request start',
    parameters: BY_NAME,
    prepare: processes,
    field: 'name',
    change: startOfItem,
  },
  {
    operation: 'request start',
    variant: 'with the start event Automatic',
    parameters: { ...BY_PROCESS, startEvent: locator('list', 'automatic') },
    prepare: processes,
    field: 'id',
    change: startOfItem,
  },
  { operation: 'process getStartEvents', parameters: BY_PROCESS, prepare: processes, field: 'id' },
  { operation: 'process getStartEvents', parameters: BY_NAME, prepare: processes, field: 'name' },
  {
    ...ofProcesses,
    operation: 'process get',
    parameters: BY_PROCESS,
    user: 'admin',
  },
  { ...ofTasks, operation: 'task get', parameters: BY_TASK },
  { ...ofTasks, operation: 'task getFormFields', parameters: BY_TASK },
  {
    ...ofTasks,
    operation: 'task complete',
    parameters: { ...BY_TASK, ...JSON_DATA, options: { recoveryWindow: 2 } },
    change: {
      gives: ({ id }) => ({ id, status: 'CLOSED', requestStatus: 'COMPLETED' }),
      isSent: sends('PUT', toTask),
      isMade: (harness, { id }) => taskOf(harness, id)?.status === 'CLOSED',
    },
  },
  {
    ...ofTasks,
    operation: 'task reassign',
    parameters: { ...BY_TASK, user: locator('id', 4) },
    user: 'admin',
    change: {
      gives: ({ id }) => ({ id, assignee: { id: 4 } }),
      isSent: sends('PUT', toTask),
      isMade: (harness, { id }) => taskOf(harness, id)?.userId === 4,
    },
  },
  {
    ...ofRequests,
    operation: 'file getAll',
    parameters: { ...REQUEST_OF_ITEM, returnAll: true },
    prepare: withFile,
  },
  {
    ...ofRequests,
    operation: 'file download',
    parameters: { ...REQUEST_OF_ITEM, ...BY_FILE },
    prepare: withFile,
  },
  {
    ...ofRequests,
    operation: 'file download',
    parameters: { ...REQUEST_OF_ITEM, ...BY_FILE },
    prepare: withFile,
    field: 'fileId',
    kind: 'files',
  },
  ...(['requests', 'files'] as const).map((kind): IdOperation => ({
    ...ofRequests,
    operation: 'file delete',
    parameters: { ...REQUEST_OF_ITEM, ...BY_FILE },
    prepare: withFile,
    field: kind === 'files' ? 'fileId' : 'id',
    kind,
    change: {
      gives: () => ({ deleted: true }),
      isSent: sends('DELETE', (item) => `${toFiles(item)}/${Number(item.fileId)}`),
      isMade: (harness, { id }) => filesOf(harness, id).length === 0,
    },
  })),
  {
    ...ofRequests,
    operation: 'file upload',
    parameters: { ...REQUEST_OF_ITEM, ...rows(['data', 'paper']) },
    binary: { data: binary('a.txt', 'Content') },
    change: {
      gives: ({ id }) => ({ requestId: id, variable: 'paper' }),
      isSent: sends('POST', toFiles),
      isMade: (harness, { id }) => filesOf(harness, id).length === 1,
    },
  },
];
