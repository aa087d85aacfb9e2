import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import type { ListOrder } from '../../../api/lists';
import { type ApiTask, listTasks } from '../../../api/tasks/tasks';
import { optionsOf, readLimit, returnAllFields } from '../../../descriptions/common';
import { readTaskOutput, taskJson, taskOutputOptions } from '../../../descriptions/output';
import { assignedToFields, taskFilters } from '../../../descriptions/taskFilters';
import { runItems } from '../../../execution/runItems';
import { asText } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import { explained, inputError } from '../../../transport/processMakerError';
import type { Operation } from '../../operation';
import { aboutOwnPmql, readTaskSearch, type TaskSearch, TaskSearchIds } from './taskSearch';

const ORDERS: Record<string, ListOrder> = {
  dueFirst: { field: 'due_at', direction: 'asc' },
  newestFirst: { field: 'id', direction: 'desc' },
  oldestFirst: { field: 'id', direction: 'asc' },
};

const sort: INodeProperties = {
  displayName: 'Sort',
  name: 'sort',
  type: 'options',
  default: 'newestFirst',
  description: 'Which Tasks come first',
  options: [
    { name: 'Due First', value: 'dueFirst' },
    { name: 'Newest First', value: 'newestFirst' },
    { name: 'Oldest First', value: 'oldestFirst' },
  ],
};

export const getMany: Operation = {
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many tasks',
  description: 'Get a list of Tasks',
  fields: [...assignedToFields, ...returnAllFields, taskFilters, optionsOf(...taskOutputOptions, sort)],
  execute,
};

/** Gives one item for each Task of the list that an item asks for. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read: (context, itemIndex, connection) => ({
      search: readTaskSearch(context, itemIndex, connection),
      limit: readLimit(context, itemIndex),
      order: readOrder(context, itemIndex),
      output: readTaskOutput(context, itemIndex),
    }),
    begin(connection, all) {
      const ids = new TaskSearchIds(
        connection,
        all.map(({ search }) => search),
      );
      return async ({ search, limit, order, output }) => {
        const include = output.includeData ? { include: 'data' } : {};
        const qs = { ...(await ids.queryOf(search)), ...include };
        const tasks = await findTasks(connection, search, { qs, limit, order });
        return tasks.map((task) => ({ json: taskJson(task, output, connection.instanceUrl) }));
      };
    },
  });
}

function readOrder(context: IExecuteFunctions, itemIndex: number): ListOrder {
  const sorted = asText(context.getNodeParameter('options', itemIndex, {}).sort) || 'newestFirst';
  const order = Object.hasOwn(ORDERS, sorted) ? ORDERS[sorted] : undefined;
  if (order) return order;
  throw inputError(`'Sort' is "${sorted}", which is not a valid option`, 'Choose one from its list.');
}

async function findTasks(
  connection: Connection,
  { hasOwnPmql }: TaskSearch,
  { qs, ...bounds }: { qs: IDataObject; limit: number | undefined; order: ListOrder },
): Promise<ApiTask[]> {
  try {
    // What is most likely written in the wrong way stays so.
    return await listTasks(connection, qs, { ...bounds, maxReads: hasOwnPmql ? 1 : undefined });
  } catch (error) {
    throw hasOwnPmql ? aboutOwnPmql(error) : explained(error);
  }
}
