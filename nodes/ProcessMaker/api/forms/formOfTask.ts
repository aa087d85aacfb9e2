import type { INodePropertyOptions } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import type { FormField } from './field';
import { readTaskScreens } from './taskScreens';

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

/** The fields of the form of a Task, the files last; none for a Task without a form. See `readTaskScreens`. */
export async function readFormOfTask(connection: Connection, taskId: number): Promise<Result<TaskField[]>> {
  const form = await readTaskScreens(connection, taskId);
  if (!form.ok) return form;
  const fields = form.value.fields.map(toTaskField);
  const files = form.value.files.map(({ path, label }) => ({
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
