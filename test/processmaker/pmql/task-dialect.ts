import { ApiError } from '../http/errors';
import type { ColumnType } from './columns';
import { offeredTo } from '../requests/access';
import { textFilter } from '../tasks/filter';
import { compare } from './compare';
import type { Alias, Dialect } from './dialect';

/** The columns of a task (`t`) and those of its Request (`r`), by their PMQL names. */
const COLUMNS: Readonly<Record<string, { sql: string; type: ColumnType }>> = {
  ...own('number', 'id', 'user_id', 'process_id', 'process_request_id', 'subprocess_request_id'),
  ...own('number', 'is_self_service'),
  ...own('text', 'uuid', 'element_id', 'element_type', 'element_name', 'status'),
  ...own('time', 'due_at', 'initiated_at', 'completed_at', 'created_at', 'updated_at'),
  task: { sql: 't.element_name', type: 'text' },
  created: { sql: 't.created_at', type: 'time' },
  completed: { sql: 't.completed_at', type: 'time' },
  due: { sql: 't.due_at', type: 'time' },
  modified: { sql: 't.updated_at', type: 'time' },
  started: { sql: 't.created_at', type: 'time' },
  is_priority: { sql: '0', type: 'number' },
  process_name: { sql: 'r.name', type: 'text' },
  case_number: { sql: 'r.case_number', type: 'number' },
  case_title: { sql: 'r.case_title', type: 'text' },
  data: { sql: 'r.data', type: 'json' },
};

function own(type: ColumnType, ...names: string[]): Record<string, { sql: string; type: ColumnType }> {
  return Object.fromEntries(names.map((name) => [name, { sql: `t.${name}`, type }]));
}

const STATUS_NAMES: Readonly<Record<string, string>> = {
  'in progress': `('ACTIVE')`,
  completed: `('CLOSED', 'COMPLETED')`,
};
const MEMBERSHIPS: Readonly<Record<string, string>> = { '=': 'IN', '!=': 'NOT IN' };

const ALIASES: Readonly<Record<string, Alias>> = {
  fulltext: (value) => textFilter(String(value)),
  request: (value, operator) => compare('r.name', 'text', operator, value),
  status: (value, operator, context) => {
    const name = String(value).toLowerCase();
    if (name === 'self service') {
      const { sql, values } = offeredTo(context.askingUserId);
      return { sql: `t.status = 'ACTIVE' AND (${sql})`, values };
    }
    // Whatever the status, tasks that are offered to a group are left out.
    const known = STATUS_NAMES[name];
    const membership = MEMBERSHIPS[operator];
    if (known !== undefined)
      return {
        sql: `t.is_self_service = 0${membership === undefined ? '' : ` AND t.status ${membership} ${known}`}`,
        values: [],
      };
    const { sql, values } = compare('t.status', 'text', operator, name);
    return { sql: `t.is_self_service = 0 AND (${sql})`, values };
  },
};

/** PMQL on tasks. An unknown column is told by its name. */
export const TASK_DIALECT: Dialect = {
  aliases: ALIASES,
  column(name) {
    const column = COLUMNS[name.toLowerCase()];
    if (column === undefined) {
      throw new ApiError(422, { message: `PMQL Is Invalid. Column not found: "${name}"` });
    }
    return column;
  },
};
