import type { ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';

import { toMapperField, type FormField } from '../../api/forms/field';
import { readTaskScreens } from '../../api/forms/taskScreens';
import { readLocator } from '../../input/locators';
import { toTaskId } from '../../input/taskReference';
import { connect } from '../../transport/connection';
import { unwrap } from '../unwrap';
import { noFields } from './noFields';

/**
 * The fields of the form of the chosen Task for 'Form Fields'.
 *
 * @throws NodeApiError when ProcessMaker refuses to tell
 */
export async function getTaskFormFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
  const locator = this.getCurrentNodeParameter('task');
  const { value } = readLocator(locator);
  if (value === '' || value.startsWith('=')) {
    return noFields(
      "Choose a Task in 'Task' to see the fields of its form. If it is an expression, execute the nodes before this one, so that it has a value.",
    );
  }
  const connection = await connect(this);
  const id = unwrap(this, toTaskId(locator, connection));
  const { fields } = unwrap(this, await readTaskScreens(connection, id));
  return fields.length > 0
    ? { fields: fields.map((field) => toMapperField(optional(field), false)) }
    : noFields("This Task has no form. Give the data in 'Additional Fields'.");
}

/**
 * The data of the Request may hold a value already, which people would find in the form: then none has to be given, and
 * a checkbox must not become false by itself.
 */
function optional(field: FormField): FormField {
  return { ...field, required: false, ...(field.type === 'boolean' && { initially: null }) };
}
