import type { INodePropertyOptions } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { isObject } from '../guards';
import { readTask } from '../tasks';
import type { FormField } from './field';
import { screenFields } from './screenFields';
import { readScreens } from './screens';

/** A field of a Task's form, as workflows use it. */
export interface TaskField {
  /** Where its value stands in the data. */
  name: string;
  label: string;
  /** n8n's name of the type; `date` for a date without a time, and `file` for an upload. */
  type: string;
  required: boolean;
  /** The values to choose from; empty when any may be given. */
  options: INodePropertyOptions[];
}

/**
 * The fields of the form of a Task: `GET /api/1.0/tasks/{id}?include=screen`, and the screens that stand inside of its
 * screen.
 *
 * @returns none for a Task without a form
 */
export async function readFormOfTask(connection: Connection, taskId: number): Promise<Result<TaskField[]>> {
  const task = await readTask(connection, taskId, ['screen']);
  if (!task.ok) return task;
  const own = screenFields(isObject(task.value.screen) ? task.value.screen.config : undefined);
  const nested = await readScreens(connection, own.nested);
  if (!nested.ok) return nested;
  const fields = [...own.fields, ...nested.value.fields].map(toTaskField);
  const files = [...own.files, ...nested.value.files].map(({ path, label }) => ({
    name: path,
    label,
    type: 'file',
    required: false,
    options: [],
  }));
  return { ok: true, value: [...fields, ...files].filter(isFirstOfName) };
}

function toTaskField({ path, label, type, dateOnly, required = false, options = [] }: FormField): TaskField {
  return { name: path, label, type: dateOnly ? 'date' : type, required, options };
}

function isFirstOfName({ name }: TaskField, index: number, all: TaskField[]): boolean {
  return all.findIndex((other) => other.name === name) === index;
}
