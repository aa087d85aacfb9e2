import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { loadMapperFields, loadOptions, searchList } from '../../support/editor';
import { PROCESS_MAKER_TRIGGER } from '../../support/poller';
import { requests, tasks, waitingAtEvent, withFile } from '../../support/things';
import { locator, PROCESS_MAKER } from '../../support/workflows';
import type { Lane } from '../lane';
import { ORDINARY, type Subject } from './subject';
import { toldBy } from './told';

/** What the editor asks for, and the thing that is chosen in the node by then. */
interface EditorSubject {
  method: string;
  kind: 'list' | 'options' | 'fields';
  choose?: (lane: Lane) => Promise<INodeParameters>;
}

const firstOf = async (items: Promise<IDataObject[]>) => (await items)[0] ?? {};
const ofRequest = async (items: Promise<IDataObject[]>) => ({
  request: locator('id', Number((await firstOf(items)).id)),
});

const METHODS: EditorSubject[] = [
  { kind: 'list', method: 'searchProcesses' },
  {
    kind: 'list',
    method: 'searchStartEvents',
    choose: () => Promise.resolve({ process: locator('id', 2) }),
  },
  { kind: 'list', method: 'searchRequests' },
  {
    kind: 'list',
    method: 'searchFiles',
    choose: async ({ harness }) => ({
      resource: 'file',
      operation: 'download',
      ...(await ofRequest(withFile(harness, 1))),
    }),
  },
  {
    kind: 'list',
    method: 'searchWaitingEvents',
    choose: async ({ harness }) => ({
      resource: 'request',
      operation: 'triggerEvent',
      ...(await ofRequest(waitingAtEvent(harness, 1))),
    }),
  },
  { kind: 'list', method: 'searchTasks' },
  { kind: 'list', method: 'searchUsers' },
  { kind: 'options', method: 'getProcesses' },
  {
    kind: 'fields',
    method: 'getFormFields',
    choose: () => Promise.resolve({ dataMode: 'mapFromForm', process: locator('id', 2) }),
  },
  {
    kind: 'fields',
    method: 'getTaskFormFields',
    choose: async ({ harness }) => ({
      resource: 'task',
      operation: 'complete',
      dataMode: 'mapFromForm',
      task: locator('id', Number((await firstOf(tasks(harness, 1))).id)),
    }),
  },
];

const CALLS = { list: searchList, options: loadOptions, fields: loadMapperFields };

/** What a person may have typed, and where scrolling may have come to. */
const TYPED = [undefined, undefined, '', '1', 'a'];

/** Every list and form of the editor. */
export const EDITOR: Subject[] = METHODS.map(({ kind, method, choose }) => ({
  ...ORDINARY,
  name: `editor ${method}`,
  async prepare(lane, random) {
    await requests(lane.harness, 1);
    const parameters = (await choose?.(lane)) ?? {};
    const search = {
      nodeType: kind === 'options' ? PROCESS_MAKER_TRIGGER : PROCESS_MAKER,
      method,
      parameters,
      credentials: lane.credentials('admin'),
      ...(kind === 'list' && { filter: random.pick(TYPED), paginationToken: random.pick([undefined, '2']) }),
    };
    return async () => await toldBy(async () => await CALLS[kind](lane.harness.engine, search));
  },
}));
