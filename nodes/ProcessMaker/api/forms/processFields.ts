import type { IDataObject } from 'n8n-workflow';

import { asText, isObject } from '../../guards';
import type { Connection } from '../../transport/connection';
import { readList } from '../../transport/pagination';
import { isKind } from '../../transport/processMakerError';
import { apiPath } from '../../transport/request';
import type { StartableProcess, StartEvent } from '../processes/processes';
import {
  emptyForm,
  type FormField,
  isUsablePath,
  type ScreenFields,
  typeOfFormat,
  unique,
} from './screenFields';
import { readScreens, readTaskForms } from './screens';

const LATEST_REQUESTS = 10;
const MAX_DEPTH = 3;
const UNKNOWN_FORM = 'later form';

export type FormProcess = Pick<StartableProcess, 'id' | 'startEvents'>;

/**
 * The fields of the forms of a process, or of its latest data. @returns as `first` those of the form it begins with, as
 * `later` those of its Tasks, such as a decision, which a start seldom has
 */
export async function readProcessFields(
  connection: Connection,
  { id, startEvents }: FormProcess,
  startEventId: string | undefined,
): Promise<{ first: FormField[]; later: FormField[] }> {
  const start = await readScreens(connection, formsOf(startEvents, startEventId));
  const variables = await readVariables(connection, id);
  const tasks = isCovered(variables, start) ? emptyForm() : await readTaskForms(connection, id);

  const first = unique(start.fields);
  const later = laterFields(variables, start, tasks);
  if (first.length > 0 || later.length > 0) return { first, later };
  return { first: await readLatestData(connection, id), later: [] };
}

/** The screens of the start events that may be meant: the chosen one, or those that a person triggers. */
function formsOf(events: StartEvent[], chosen: string | undefined): number[] {
  return events
    .filter(({ id, triggers }) => (chosen === undefined ? triggers.length === 0 : id === chosen))
    .flatMap(({ screenId }) => screenId ?? []);
}

/** Whether the form of the start event is known to show every variable. */
function isCovered(variables: FormField[] | undefined, { fields, others }: ScreenFields): boolean {
  const known = new Set([...fields.map(({ path }) => path), ...others]);
  return variables?.every(({ path }) => known.has(path)) === true;
}

/** Forms of tasks say more, but may be old: they add fields only where the server does not list the variables. */
function laterFields(variables: FormField[] | undefined, start: ScreenFields, tasks: ScreenFields) {
  const shown = new Set(start.fields.map(({ path }) => path));
  const inForms = new Map(unique(tasks.fields).map((field) => [field.path, field]));
  const others = new Set([...start.others, ...tasks.others]);
  return unique(variables ?? tasks.fields)
    .filter(({ path }) => !shown.has(path) && (inForms.has(path) || !others.has(path)))
    .map((variable) => inForms.get(variable.path) ?? variable)
    .map((field) => ({ ...field, form: field.form ?? UNKNOWN_FORM, required: false }))
    .map((field) => (field.type === 'boolean' ? { ...field, initially: null } : field));
}

/** Reads `GET /api/1.1/processes/variables?processIds=…`. @returns undefined before 4.14.2, which does not know it */
async function readVariables(connection: Connection, processId: number): Promise<FormField[] | undefined> {
  const path = apiPath('1.1', 'processes', 'variables');
  const call = { path, qs: { processIds: processId } };
  const list = await readList(connection, call).catch((error: unknown) => {
    if (isKind(error, 'notFound', 'methodNotAllowed')) return undefined;
    throw error;
  });
  return list?.flatMap(toField);
}

function toField({ field, label, format, isSubmitButton }: IDataObject): FormField[] {
  const [, path = ''] = /^data\.(.*)$/.exec(asText(field)) ?? [];
  if (isSubmitButton === true || format === 'file' || !isUsablePath(path)) return [];
  return [{ path, label: asText(label).trim() || path, ...typeOfFormat(asText(format)) }];
}

/** The fields in the data of the latest Requests: `GET /api/1.0/requests?pmql=process_id = …&include=data`. */
async function readLatestData(connection: Connection, processId: number): Promise<FormField[]> {
  const list = await readList(connection, {
    path: apiPath('1.0', 'requests'),
    qs: { pmql: `process_id = ${processId}`, include: 'data', order_by: 'id', order_direction: 'desc' },
    limit: LATEST_REQUESTS,
  });
  const values = new Map<string, unknown>();
  for (const { data } of list) {
    // Data without any field is an empty list.
    if (isObject(data)) collect(data, [], values);
  }
  const paths = [...values.keys()];
  const isParent = (path: string) => paths.some((other) => other.startsWith(`${path}.`));
  return paths
    .filter((path) => values.get(path) !== null || !isParent(path))
    .map((path) => ({ path, label: path, ...typeOf(values.get(path)) }));
}

/** @param values those of later Requests; what is there, and not null, stays */
function collect(data: IDataObject, above: string[], values: Map<string, unknown>): void {
  for (const [name, value] of Object.entries(data)) {
    // ProcessMaker's own values begin with an underscore. A dot in a name is none of a path.
    if (name.startsWith('_') || /[.[\]]/.test(name) || !isUsablePath(name)) continue;
    const keys = [...above, name];
    const path = keys.join('.');
    if (isObject(value) && keys.length < MAX_DEPTH) collect(value, keys, values);
    else if ((values.get(path) ?? null) === null) values.set(path, value);
  }
}

function typeOf(value: unknown): Omit<FormField, 'path' | 'label'> {
  if (typeof value === 'number') return { type: 'number' };
  if (typeof value === 'boolean') return { type: 'boolean', initially: null };
  if (Array.isArray(value)) return { type: 'array' };
  if (isObject(value)) return { type: 'object' };
  const text = asText(value);
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return { type: 'dateTime', dateOnly: true };
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  return { type: isTime ? 'dateTime' : 'string' };
}
