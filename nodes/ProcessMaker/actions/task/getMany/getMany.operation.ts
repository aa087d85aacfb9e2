import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { ListOrder } from '../../../api/lists';
import { taskJson } from '../../../api/output';
import { listTasks } from '../../../api/tasks/tasks';
import { checkUser } from '../../../api/users/users';
import { optionsOf } from '../../../fields/common';
import { readLimit, readTaskOutput, returnAllFields, taskOutputOptions } from '../../../fields/output';
import { asText } from '../../../guards';
import { inputError, ProcessMakerError, rethrown } from '../../../transport/processMakerError';
import { operation } from '../../operation';
import { aboutOwnPmql, assignedToFields, readTaskSearch, taskFilters, taskQueries } from './taskSearch';

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

export const getMany = operation({
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many tasks',
  description: "Get a list of Tasks, open and completed ones: for open ones only, add the filter 'Status'",
  fields: [...assignedToFields, ...returnAllFields, taskFilters, sort, optionsOf(...taskOutputOptions)],
  changes: false,
  read: (context, itemIndex, connection) => ({
    ...readTaskSearch(context, itemIndex, connection),
    limit: readLimit(context, itemIndex),
    order: readOrder(context, itemIndex),
    ...readTaskOutput(context, itemIndex),
  }),
  begin(connection, all) {
    const queryOf = taskQueries(connection, all);
    return async (search) => {
      const { assignee, limit, order, hasOwnPmql, includeData } = search;
      const qs = { ...(await queryOf(search)), ...(includeData && { include: 'data' }) };
      const list = async (maxReads?: number) => await listTasks(connection, qs, { limit, order, maxReads });
      const isOfUser = typeof assignee === 'object';
      // Neither an unknown user nor PMQL that ProcessMaker cannot read will work the next time.
      const tasks = await list(isOfUser || hasOwnPmql ? 1 : undefined).catch(async (error: unknown) => {
        if (isOfUser) await checkUser(connection, assignee.id);
        if (hasOwnPmql) throw aboutOwnPmql(error);
        if (isOfUser && error instanceof ProcessMakerError && error.isTransient) return await list();
        throw rethrown(error);
      });
      return tasks.map((task) => ({ json: taskJson(task, search, connection.instanceUrl) }));
    };
  },
});

function readOrder(context: IExecuteFunctions, itemIndex: number): ListOrder {
  const sorted = asText(context.getNodeParameter('sort', itemIndex, 'newestFirst')) || 'newestFirst';
  const order = Object.hasOwn(ORDERS, sorted) ? ORDERS[sorted] : undefined;
  if (order) return order;
  throw inputError(`'Sort' is "${sorted}", which is not a valid option`, 'Choose one from its list.');
}
