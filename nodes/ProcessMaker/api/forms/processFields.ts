import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import type { StartableProcess, StartEvent } from '../processes/processes';
import type { FormField } from './field';
import { readLatestData } from './latestData';
import type { ScreenFields } from './screenFields';
import { readScreens } from './screens';
import { readTaskForms } from './taskForms';
import { readVariables } from './variables';

/** A process, with the start events that the user of the token may trigger. */
export type FormProcess = Pick<StartableProcess, 'id' | 'startEvents'>;

/** What is known about the data of a process. */
export interface ProcessFields {
  /** Those of the form with which it begins, or all when it begins without one. */
  first: FormField[];
  /** Those of its other forms. */
  later: FormField[];
}

/**
 * The fields of a process: of the form of its start event and of those of its tasks, or when it has none, of the data
 * of its latest Requests.
 *
 * @param startEventId the chosen start event, undefined for Automatic
 */
export async function readProcessFields(
  connection: Connection,
  { id, startEvents }: FormProcess,
  startEventId: string | undefined,
): Promise<Result<ProcessFields>> {
  const start = await readScreens(connection, formsOf(startEvents, startEventId));
  if (!start.ok) return start;
  const variables = await readVariables(connection, id);
  if (!variables.ok) return variables;
  const tasks = isCovered(variables.value, start.value)
    ? { ok: true as const, value: NO_FORM }
    : await readTaskForms(connection, id);
  if (!tasks.ok) return tasks;

  const first = unique(start.value.fields);
  const later = laterFields(variables.value, start.value, tasks.value);
  if (first.length > 0) return { ok: true, value: { first, later } };
  if (later.length > 0) return { ok: true, value: { first: later, later: [] } };
  const latest = await readLatestData(connection, id);
  return latest.ok ? { ok: true, value: { first: latest.value, later: [] } } : latest;
}

const NO_FORM: ScreenFields = { fields: [], files: [], others: [], nested: [] };

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

/**
 * The variables that the first form does not show. The forms of tasks say more about them, but may be old ones, so that
 * they only add to the list when the server has none. Nobody has to fill them in at the start.
 */
function laterFields(
  variables: FormField[] | undefined,
  start: ScreenFields,
  tasks: ScreenFields,
): FormField[] {
  const shown = new Set(start.fields.map(({ path }) => path));
  const inForms = new Map(unique(tasks.fields).map((field) => [field.path, field]));
  const others = new Set([...start.others, ...tasks.others]);
  return unique(variables ?? tasks.fields)
    .filter(({ path }) => !shown.has(path) && (inForms.has(path) || !others.has(path)))
    .map((variable) => ({ ...(inForms.get(variable.path) ?? variable), required: false }))
    .map((field) => (field.type === 'boolean' ? { ...field, initially: null } : field));
}

function unique(fields: FormField[]): FormField[] {
  const paths = new Set<string>();
  return fields.filter(({ path }) => !paths.has(path) && paths.add(path));
}
