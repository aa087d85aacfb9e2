import type { ILoadOptionsFunctions, INodePropertyOptions, ResourceMapperFields } from 'n8n-workflow';

import { type FormProcess, readProcessFields } from '../api/forms/processFields';
import type { FormField } from '../api/forms/screenFields';
import { readTaskScreens } from '../api/forms/screens';
import { AUTOMATIC } from '../api/processes/processes';
import { withConnection } from '../execution/nodeError';
import { ProcessFinder } from '../execution/processFinder';
import { FORM_FIELDS, type MapperField } from '../fields/formData';
import { isTool } from '../fields/parameters';
import { readLocator, toProcessReference, toTaskId } from '../fields/references';
import { isObject, objectsIn } from '../guards';
import type { Connection } from '../transport/connection';
import { isKind, rethrown } from '../transport/processMakerError';

/** The fields of the chosen process for 'Map From Form'. */
export async function getFormFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
  const locator = this.getCurrentNodeParameter('process');
  const { value } = readLocator(locator);
  if (value === '' || value.startsWith('=')) return notKnownYet(this, 'process', "'Process'");
  return await withConnection(this, async (connection) => {
    const process = await findProcess(connection, locator);
    const { first, later } = await readProcessFields(connection, process, chosenStartEvent(this));
    if (first.length + later.length === 0) {
      return noFields(
        "This process has no form, and no Request with data that the user of the access token may see. Give the data in 'Additional Fields'.",
      );
    }
    return mapperFields(this, first, later);
  });
}

/** One that the user may not start has fields all the same, if its id is known. */
async function findProcess(connection: Connection, locator: unknown): Promise<FormProcess> {
  const reference = toProcessReference(locator, connection);
  try {
    return await new ProcessFinder(connection).findStartable(reference);
  } catch (error) {
    if (!isKind(error, 'input') || !('id' in reference)) throw rethrown(error);
    return { ...reference, startEvents: [] };
  }
}

/** The value of an expression is not known here: then the form may be that of any start event. */
function chosenStartEvent(context: ILoadOptionsFunctions): string | undefined {
  const { value } = readLocator(context.getCurrentNodeParameter('startEvent'));
  return value === '' || value === AUTOMATIC || value.startsWith('=') ? undefined : value;
}

/** The fields of the form of the chosen Task for 'Map From Form'. */
export async function getTaskFormFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
  const locator = this.getCurrentNodeParameter('task');
  const { value } = readLocator(locator);
  if (value === '' || value.startsWith('=')) return notKnownYet(this, 'Task', "'Task'");
  return await withConnection(this, async (connection) => {
    const { fields } = await readTaskScreens(connection, toTaskId(locator, connection));
    return fields.length > 0
      ? mapperFields(this, fields.map(optional))
      : noFields("This Task has no form. Give the data in 'Additional Fields'.");
  });
}

/** The Request may hold a value already: then none has to be given, and a checkbox must not become false by itself. */
function optional(field: FormField): FormField {
  return { ...field, required: false, ...(field.type === 'boolean' && { initially: null }) };
}

function noFields(emptyFieldsNotice: string): ResourceMapperFields {
  return { fields: [], emptyFieldsNotice };
}

/** Without a value of the locator, the fields and values that are saved stay; or what to do is said. */
function notKnownYet(context: ILoadOptionsFunctions, thing: string, parameter: string): ResourceMapperFields {
  const saved: unknown = context.getCurrentNodeParameter(FORM_FIELDS.name);
  const fields = objectsIn(isObject(saved) ? saved.schema : undefined) as unknown as MapperField[];
  if (fields.length > 0) return { fields };
  return noFields(
    `Choose a ${thing} in ${parameter} to see its fields. If ${parameter} is an expression, execute the nodes before this one, then close this panel and open it again. Or give the data in 'Additional Fields'.`,
  );
}

/** A switch has two states, and n8n draws it as on while it has no value. This list then shows 'Not Sent'. */
const CHECKBOX: INodePropertyOptions[] = [
  { name: 'Not Sent', value: '' },
  { name: 'True', value: true },
  { name: 'False', value: false },
];

/** So many choices or columns of a list are named in its label. */
const MAX_LISTED = 8;

/** @param later what the editor offers under "Add field" instead of showing it at once */
function mapperFields(context: ILoadOptionsFunctions, first: FormField[], later: FormField[] = []) {
  const labelOf = ({ label, form }: FormField) => (form === undefined ? label : `${label} · ${form}`);
  const labels = [...first, ...later].map(labelOf);
  const toMapperField = (field: FormField, removed: boolean): MapperField => {
    const label = labelOf(field);
    const {
      path,
      type,
      dateOnly,
      required = false,
      options,
      choices = [],
      holds = choices.map(choiceText),
    } = field;
    // The panel cuts long labels off, and has no other place for this. The variable tells two fields apart.
    const notes = labels.indexOf(label) === labels.lastIndexOf(label) ? [] : [path];
    const listed = holds.length > MAX_LISTED ? [...holds.slice(0, MAX_LISTED), '…'] : holds;
    if (listed.length > 0) notes.push(`list of ${listed.join(', ')}`);
    return {
      id: path,
      displayName: notes.length > 0 ? `${label} (${notes.join(', ')})` : label,
      required,
      defaultMatch: false,
      canBeUsedToMatch: false,
      display: true,
      type,
      ...(removed && { removed }),
      ...(dateOnly && { dateOnly }),
      ...(options && { options }),
      ...(type === 'boolean' && checkbox(context, field)),
      // n8n would draw a list as JSON, which is red while it is empty.
      ...(type === 'array' && { type: 'string', isList: true, choices }),
    };
  };
  return {
    fields: [
      ...first.map((field) => toMapperField(field, false)),
      ...later.map((field) => toMapperField(field, true)),
    ],
  };
}

/** A value to choose, and what people see in its place. */
function choiceText({ name, value }: INodePropertyOptions): string {
  return name === String(value) ? name : `${String(value)} = ${name}`;
}

function checkbox(context: ILoadOptionsFunctions, { initially = false }: FormField): Partial<MapperField> {
  if (!isTool(context)) return { type: 'options', options: CHECKBOX, defaultValue: initially };
  // n8n lets a model fill in a switch, but not a list. What is not sent by itself has to be added.
  return { defaultValue: initially === true, ...(initially === null && { removed: true }) };
}
