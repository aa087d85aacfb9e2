import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { isObject } from '../../guards';
import { readTask } from '../tasks/tasks';
import { screenFields, type ScreenFields } from './screenFields';
import { readScreens } from './screens';

/**
 * What the form of a Task holds: `GET /api/1.0/tasks/{id}?include=screen`, and the screens that stand inside of it.
 *
 * @returns no fields for a Task without a form
 */
export async function readTaskScreens(connection: Connection, taskId: number): Promise<Result<ScreenFields>> {
  const task = await readTask(connection, taskId, ['screen']);
  if (!task.ok) return task;
  const { screen } = task.value;
  const form = screenFields(isObject(screen) ? screen.config : undefined);
  const inside = await readScreens(connection, form.nested);
  if (!inside.ok) return inside;
  return {
    ok: true,
    value: {
      fields: [...form.fields, ...inside.value.fields],
      files: [...form.files, ...inside.value.files],
      others: [...form.others, ...inside.value.others],
      nested: inside.value.nested,
    },
  };
}
