import type { IDataObject } from 'n8n-workflow';

import { asText, isObject } from '../../guards';
import type { Connection } from '../../transport/connection';
import { readList } from '../../transport/pagination';
import { isKind, rethrown } from '../../transport/processMakerError';
import { apiPath, read } from '../../transport/request';
import { readTask } from '../tasks/tasks';
import { emptyForm, screenFields, type ScreenFields, unique } from './screenFields';

/** Far above any form; forms can contain each other. */
const MAX_SCREENS = 30;
const LATEST_TASKS = 20;
const MAX_FORMS = 5;

/** Reads screens and those inside: `GET /api/1.0/screens/{id}`. One that is gone or may not be read is left out. */
export async function readScreens(connection: Connection, ids: number[]): Promise<ScreenFields> {
  const all = emptyForm();
  const queue = [...new Set(ids)];
  for (let index = 0; index < Math.min(queue.length, MAX_SCREENS); index++) {
    const path = apiPath('1.0', 'screens', queue[index] ?? '');
    const screen = await unlessUnreadable(read(connection, { path }));
    if (!screen) continue;
    const found = screenFields((screen as IDataObject).config);
    add(all, found);
    queue.push(...found.nested.filter((id) => !queue.includes(id)));
  }
  return { ...all, nested: queue };
}

/** What the form of a Task holds, with the screens inside of it: `GET /api/1.0/tasks/{id}?include=screen`. */
export async function readTaskScreens(connection: Connection, taskId: number): Promise<ScreenFields> {
  const { screen } = await readTask(connection, taskId, ['screen']);
  const form = screenFields(isObject(screen) ? screen.config : undefined);
  const inside = await readScreens(connection, form.nested);
  add(form, inside);
  return { ...form, nested: inside.nested };
}

/** The forms of one of the latest tasks of each element: no other route shows an ordinary user a process's screens. */
export async function readTaskForms(connection: Connection, processId: number): Promise<ScreenFields> {
  const tasks = await readList(connection, {
    path: apiPath('1.0', 'tasks'),
    qs: { process_id: processId, order_by: 'id', order_direction: 'desc' },
    limit: LATEST_TASKS,
  });
  const all = emptyForm();
  for (const { id, element_name: name } of oneOfEach(tasks)) {
    const found = await unlessUnreadable(readTaskScreens(connection, Number(asText(id))));
    if (!found) continue;
    const form = asText(name).trim() || undefined;
    add(all, { ...found, fields: found.fields.map((field) => ({ ...field, form })) });
  }
  return all;
}

function oneOfEach(tasks: IDataObject[]): IDataObject[] {
  const elements = tasks.map(({ element_id: element }) => element);
  const latest = tasks.filter(({ element_id: element }, index) => elements.indexOf(element) === index);
  return latest.slice(0, MAX_FORMS);
}

/** Without a form that is gone or out of reach, fields can be given all the same, if with less help. */
async function unlessUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isKind(error, 'forbidden', 'notFound')) return undefined;
    throw rethrown(error);
  }
}

function add(all: ScreenFields, { fields, files, others }: ScreenFields): void {
  all.fields.push(...fields);
  all.files.push(...files);
  all.others.push(...others);
}

/** The fields of the form, as workflows use them: `type` is that of n8n, or `date` or `file`. Files come last. */
export async function readFormOfTask(connection: Connection, taskId: number): Promise<IDataObject[]> {
  const form = await readTaskScreens(connection, taskId);
  const fields = form.fields.map((field) => ({ ...field, type: field.dateOnly ? 'date' : field.type }));
  const files = form.files.map((field) => ({ ...field, type: 'file', required: false, options: undefined }));
  return unique([...fields, ...files]).map(({ path, label, type, required = false, options = [] }) => {
    return { name: path, label, type, required, options };
  });
}
