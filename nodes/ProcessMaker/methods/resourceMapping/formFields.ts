import type { ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';

import { chosenProcess } from '../../helpers/chosenProcess';
import { toMapperField } from '../../helpers/form/field';
import { readProcessFields } from '../../helpers/form/processFields';
import { readLocator } from '../../helpers/locatorValue';
import { getStartableProcesses } from '../../helpers/processes';
import { AUTOMATIC } from '../../helpers/start/target';
import { connect } from '../../transport/connection';
import { unwrap } from '../unwrap';

/**
 * The fields of the chosen process for 'Form Fields'.
 *
 * @throws NodeApiError when ProcessMaker refuses to tell
 */
export async function getFormFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
  const locator = this.getCurrentNodeParameter('process');
  const { value } = readLocator(locator);
  if (value === '') return none("Choose a process in 'Process' to see its fields.");
  if (value.startsWith('=')) {
    return none(
      "The fields are not known while 'Process' is an expression. Give them in 'Additional Fields', or choose the process from the list.",
    );
  }
  const connection = await connect(this);
  const processes = unwrap(this, await getStartableProcesses(connection));
  const process = unwrap(this, chosenProcess(processes, locator, connection.instanceUrl));
  const { first, later } = unwrap(this, await readProcessFields(connection, process, chosenStartEvent(this)));
  if (first.length === 0) {
    return none(
      "This process has no form, and no Request with data that the user of the access token may see. Give the data in 'Additional Fields'.",
    );
  }
  return {
    fields: [
      ...first.map((field) => toMapperField(field, false)),
      ...later.map((field) => toMapperField(field, true)),
    ],
  };
}

function none(emptyFieldsNotice: string): ResourceMapperFields {
  return { fields: [], emptyFieldsNotice };
}

/** An expression is not worked out here: then the form may be that of any start event. */
function chosenStartEvent(context: ILoadOptionsFunctions): string | undefined {
  const { value } = readLocator(context.getCurrentNodeParameter('startEvent'));
  return value === '' || value === AUTOMATIC || value.startsWith('=') ? undefined : value;
}
