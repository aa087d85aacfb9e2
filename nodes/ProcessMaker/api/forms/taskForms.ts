import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { readList } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import type { ScreenFields } from './screenFields';
import { isUnreadable } from './screens';
import { readTaskScreens } from './taskScreens';

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
    const form = await readTaskScreens(connection, id);
    if (!form.ok) {
      if (isUnreadable(form.failure)) continue;
      return form;
    }
    all.fields.push(...form.value.fields);
    all.files.push(...form.value.files);
    all.others.push(...form.value.others);
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
