import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { readList } from '../../transport/list';
import { apiPath, callApiPatiently } from '../../transport/request';
import { isObject } from '../guards';
import { screenFields, type ScreenFields } from './screenFields';
import { isUnreadable, readScreens } from './screens';

const LATEST_TASKS = 20;
const MAX_FORMS = 5;

/**
 * The forms of the latest tasks of a process that the user of the token may see: `GET /api/1.0/tasks?process_id=…`, and
 * `GET /api/1.0/tasks/{id}?include=screen` for one task of each element. No other route tells an ordinary user which
 * screens the tasks of a process have.
 */
export async function readTaskForms(
  connection: Connection,
  processId: number,
): Promise<Result<ScreenFields>> {
  const list = await readList(connection, {
    path: apiPath('1.0', 'tasks'),
    qs: { process_id: processId, order_by: 'id', order_direction: 'desc' },
    limit: LATEST_TASKS,
  });
  if (!list.ok) return list;
  const all: ScreenFields = { fields: [], files: [], others: [], nested: [] };
  for (const id of oneOfEach(list.value)) {
    const task = await callApiPatiently(connection, {
      method: 'GET',
      path: apiPath('1.0', 'tasks', id),
      qs: { include: 'screen' },
    });
    if (!task.ok) {
      if (isUnreadable(task.failure)) continue;
      return task;
    }
    const { screen } = task.value as IDataObject;
    const form = screenFields(isObject(screen) ? screen.config : undefined);
    const inside = await readScreens(connection, form.nested);
    if (!inside.ok) return inside;
    all.fields.push(...form.fields, ...inside.value.fields);
    all.files.push(...form.files, ...inside.value.files);
    all.others.push(...form.others, ...inside.value.others);
  }
  return { ok: true, value: all };
}

/** The ids of one task of each element of the process, the latest. */
function oneOfEach(tasks: IDataObject[]): number[] {
  const ids = new Map<unknown, number>();
  for (const { element_id: element, id } of tasks) {
    if (!ids.has(element)) ids.set(element, Number(id));
  }
  return [...ids.values()].slice(0, MAX_FORMS);
}
