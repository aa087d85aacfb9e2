import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { readLimit, returnAllFields } from '../../../descriptions/returnAll';
import { assignedToFields, taskFilters } from '../../../descriptions/taskFilters';
import { readTaskOutput, taskJson, taskOutputOptions } from '../../../descriptions/taskOutput';
import { asText } from '../../../guards';
import type { ListOrder } from '../../../api/listById';
import { runItems } from '../../../execution/runItems';
import { listTasks } from '../../../api/tasks/tasks';
import { aboutOwnPmql, readTaskSearch } from './taskSearch';
import { TaskSearchIds } from './taskSearchIds';
import { inputFailure } from '../../../transport/failure';
import type { Operation } from '../../operation';

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
  fields: [
    ...assignedToFields,
    ...returnAllFields,
    taskFilters,
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add option',
      default: {},
      options: [...taskOutputOptions, sort],
    },
  ],
  execute,
};

/** Gives one item for each Task of the list that an item asks for. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read(context, itemIndex, connection) {
      const search = readTaskSearch(context, itemIndex, connection);
      if (!search.ok) return search;
      const limit = readLimit(context, itemIndex);
      if (!limit.ok) return limit;
      const order = asText(context.getNodeParameter('options', itemIndex, {}).sort) || 'newestFirst';
      if (!Object.hasOwn(ORDERS, order)) {
        return inputFailure(
          `'Sort' is "${order}", which is none of its choices`,
          'Choose one from its list.',
        );
      }
      const output = readTaskOutput(context, itemIndex);
      return { ok: true, value: { search: search.value, limit: limit.value, order, output } };
    },
    begin(connection, all) {
      const ids = new TaskSearchIds(
        connection,
        all.map(({ search }) => search),
      );
      return async ({ search, limit, order, output }) => {
        const qs = await ids.queryOf(search);
        if (!qs.ok) return qs;
        const include = output.includeData ? { include: 'data' } : {};
        const tasks = await listTasks(
          connection,
          { ...qs.value, ...include },
          // What is most likely a mistake of writing stays one.
          { limit, order: ORDERS[order], maxReads: search.hasOwnPmql ? 1 : undefined },
        );
        if (!tasks.ok) return search.hasOwnPmql ? { ok: false, failure: aboutOwnPmql(tasks.failure) } : tasks;
        const items = tasks.value.map((task) => ({ json: taskJson(task, output, connection.instanceUrl) }));
        return { ok: true, value: items };
      };
    },
  });
}
