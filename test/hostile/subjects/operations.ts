import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { binary, rows } from '../../support/files';
import { isFailedItem } from '../../support/failed-item';
import { ID_OPERATIONS, type IdOperation } from '../../support/id-operations';
import type { Run } from '../../support/run';
import { requests, tasks } from '../../support/things';
import { ERROR_OUTPUT, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import type { Lane } from '../lane';
import type { Random } from '../random';
import { falseClaims } from './claims';
import { ORDINARY, type Subject } from './subject';
import { toldByRun } from './told';

const ITEMS = 2;
/** A failed item goes to the error output, or ends the run. */
const SETTINGS: Array<Partial<INode>> = [ERROR_OUTPUT, ERROR_OUTPUT, {}];

async function perform(
  lane: Lane,
  {
    operation,
    parameters,
    user,
    binary = {},
  }: Pick<IdOperation, 'operation' | 'parameters' | 'user' | 'binary'>,
  input: IDataObject[],
  settings: Partial<INode>,
  signal: AbortSignal,
): Promise<Run> {
  const binaries = input.map(() => binary);
  const credentials = lane.credentials(user);
  return await lane.harness.perform(operation, parameters, {
    input,
    binaries,
    credentials,
    settings,
    signal,
  });
}

/** An operation that is given something by its id, or by what the server says of it. */
function byId(one: IdOperation): Subject {
  const { operation, field, change } = one;
  const isFound = field === 'name' || field === 'caseNumber' || one.variant?.includes('Automatic') === true;
  return {
    ...ORDINARY,
    name: operation,
    canCancel: true,
    changes: change !== undefined,
    looksUp: isFound && operation !== 'request start',
    async prepare(lane, random) {
      const items = await one.prepare(lane.harness, ITEMS);
      if (items.length < ITEMS) throw new Error('Not all things that an operation needs were made.');
      const before = lane.harness.server.requests().length;
      const settings = random.pick(SETTINGS);
      return async (signal) => {
        const run = await perform(lane, one, items, settings, signal);
        return { ...toldByRun(run), falseStarts: falseClaims(run, one, items, lane, before) };
      };
    },
  };
}

const LIMIT = 3;
const SORTS: INodeParameters[] = [
  {},
  { sort: { by: { field: 'id', direction: 'asc' } } },
  { sort: { by: { field: 'name', direction: 'desc' } } },
];

/** The operations that give many things, with the parameters that make different calls. */
const LISTS: Array<{ operation: string; variants: INodeParameters[] }> = [
  { operation: 'request getAll', variants: SORTS },
  {
    operation: 'task getAll',
    variants: [{}, { sort: 'oldestFirst' }, { sort: 'newestFirst' }, { filters: { assignedTo: 'me' } }],
  },
  { operation: 'process getAll', variants: [{}, { show: 'all' }, { show: 'archived' }] },
  { operation: 'user getAll', variants: [{}] },
];

function list({ operation, variants }: (typeof LISTS)[number]): Subject {
  return {
    ...ORDINARY,
    name: operation,
    canCancel: true,
    async prepare(lane: Lane, random: Random) {
      await requests(lane.harness, ITEMS);
      const returnAll = random.oneIn(2);
      const parameters = { ...random.pick(variants), returnAll, ...(!returnAll && { limit: LIMIT }) };
      const user: User = 'admin';
      const settings = random.pick(SETTINGS);
      return async (signal) => {
        const run = await perform(lane, { operation, parameters, user }, [{}], settings, signal);
        const items = run.items('ProcessMaker').filter((json) => !isFailedItem(json));
        const isOver = !returnAll && items.length > LIMIT;
        const told = toldByRun(run);
        const others = isOver
          ? [...told.others, `${items.length} items, with the limit ${LIMIT}`]
          : told.others;
        return { ...told, others, falseStarts: [] };
      };
    },
  };
}

/** A start that also waits for the end of its Request, which reads it again and again. */
const WAITING_START: IdOperation[] = ID_OPERATIONS.filter(
  ({ operation, field }) => operation === 'request start' && field === 'id',
).map((one) => ({
  ...one,
  parameters: {
    ...one.parameters,
    startEvent: locator('id', 'node_1'),
    waitFor: 'finish',
    options: { timeLimit: 20 },
  },
}));

/** Starts that look for what there is already, or send more, and a wait that sleeps until the process calls. */
const OTHERS: IdOperation[] = [
  ...WAITING_START.slice(0, 1).flatMap((one) =>
    [
      { ...rows(['data', 'contract']), recoveryWindow: 2 },
      { idempotencyKey: '=key-{{ $json.id }}', recoveryWindow: 2 },
    ].map((options) => ({
      ...one,
      parameters: { ...one.parameters, waitFor: 'nothing', options },
      binary: { data: binary('a.txt', 'Content') },
    })),
  ),
  {
    operation: 'request wait',
    parameters: { request: locator('id', '={{ $json.requestId }}'), waitFor: 'callback' },
    prepare: tasks,
    field: 'requestId',
    user: 'operator',
  },
];

/** Every operation of the node. */
export const OPERATIONS: Subject[] = [
  ...[...ID_OPERATIONS, ...WAITING_START.slice(0, 1), ...OTHERS].map(byId),
  ...LISTS.map(list),
];
