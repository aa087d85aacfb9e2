import type { ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';

import { type FormProcess, readProcessFields } from '../api/forms/processFields';
import type { FormField } from '../api/forms/screenFields';
import { readTaskScreens } from '../api/forms/screens';
import { AUTOMATIC } from '../api/processes/processes';
import { withConnection } from '../execution/nodeError';
import { ProcessFinder } from '../execution/processFinder';
import type { MapperField } from '../input/formData';
import { readLocator, toProcessReference, toTaskId } from '../input/references';
import type { Connection } from '../transport/connection';
import { explained, isKind } from '../transport/processMakerError';

/** The fields of the chosen process for 'Form Fields'. */
export async function getFormFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
  const locator = this.getCurrentNodeParameter('process');
  const { value } = readLocator(locator);
  if (value === '') return noFields("Choose a process in 'Process' to see its fields.");
  if (value.startsWith('=')) {
    return noFields(
      "The fields are not known while 'Process' is an expression. Give them in 'Additional Fields', or choose the process from the list.",
    );
  }
  return await withConnection(this, async (connection) => {
    const process = await findProcess(connection, locator);
    const { first, later } = await readProcessFields(connection, process, chosenStartEvent(this));
    if (first.length === 0) {
      return noFields(
        "This process has no form, and no Request with data that the user of the access token may see. Give the data in 'Additional Fields'.",
      );
    }
    return {
      fields: [
        ...first.map((field) => toMapperField(field, false)),
        ...later.map((field) => toMapperField(field, true)),
      ],
    };
  });
}

/** One that the user may not start has fields all the same, if its id is known. */
async function findProcess(connection: Connection, locator: unknown): Promise<FormProcess> {
  const reference = toProcessReference(locator, connection);
  try {
    return await new ProcessFinder(connection).findStartable(reference);
  } catch (error) {
    if (!isKind(error, 'input') || !('id' in reference)) throw explained(error);
    return { ...reference, startEvents: [] };
  }
}

/** The value of an expression is not known here: then the form may be that of any start event. */
function chosenStartEvent(context: ILoadOptionsFunctions): string | undefined {
  const { value } = readLocator(context.getCurrentNodeParameter('startEvent'));
  return value === '' || value === AUTOMATIC || value.startsWith('=') ? undefined : value;
}

/** The fields of the form of the chosen Task for 'Form Fields'. */
export async function getTaskFormFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
  const locator = this.getCurrentNodeParameter('task');
  const { value } = readLocator(locator);
  if (value === '' || value.startsWith('=')) {
    return noFields(
      "Choose a Task in 'Task' to see the fields of its form. If it is an expression, execute the nodes before this one, so that it has a value.",
    );
  }
  return await withConnection(this, async (connection) => {
    const { fields } = await readTaskScreens(connection, toTaskId(locator, connection));
    return fields.length > 0
      ? { fields: fields.map((field) => toMapperField(optional(field), false)) }
      : noFields("This Task has no form. Give the data in 'Additional Fields'.");
  });
}

/**
 * The data of the Request may hold a value already, which people would find in the form: then none has to be given, and
 * a checkbox must not become false by itself.
 */
function optional(field: FormField): FormField {
  return { ...field, required: false, ...(field.type === 'boolean' && { initially: null }) };
}

/** What the editor shows in place of fields. */
function noFields(emptyFieldsNotice: string): ResourceMapperFields {
  return { fields: [], emptyFieldsNotice };
}

/** @param removed whether the editor offers it under "Add field" instead of showing it at once */
function toMapperField(field: FormField, removed: boolean): MapperField {
  const { path, label, type, dateOnly, required = false, options, initially } = field;
  return {
    id: path,
    displayName: label === path ? label : `${label} (${path})`,
    required,
    defaultMatch: false,
    canBeUsedToMatch: false,
    display: true,
    type,
    ...(removed && { removed }),
    ...(dateOnly && { dateOnly }),
    ...(options && { options }),
    ...(initially !== undefined && { defaultValue: initially }),
  };
}
