import type { ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';

import { toMapperField } from '../../api/forms/field';
import { readProcessFields, type FormProcess } from '../../api/forms/processFields';
import { readLocator } from '../../input/locators';
import { ProcessFinder } from '../../api/processes/processFinder';
import { toProcessReference } from '../../input/processReference';
import { AUTOMATIC } from '../../actions/request/start/target';
import { connect, type Connection } from '../../transport/connection';
import { unwrap } from '../unwrap';
import { noFields } from './noFields';

/**
 * The fields of the chosen process for 'Form Fields'.
 *
 * @throws NodeApiError when ProcessMaker refuses to tell
 */
export async function getFormFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
  const locator = this.getCurrentNodeParameter('process');
  const { value } = readLocator(locator);
  if (value === '') return noFields("Choose a process in 'Process' to see its fields.");
  if (value.startsWith('=')) {
    return noFields(
      "The fields are not known while 'Process' is an expression. Give them in 'Additional Fields', or choose the process from the list.",
    );
  }
  const connection = await connect(this);
  const process = await findProcess(this, connection, locator);
  const { first, later } = unwrap(this, await readProcessFields(connection, process, chosenStartEvent(this)));
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
}

/** One that the user may not start has fields all the same, if its id is known. */
async function findProcess(
  context: ILoadOptionsFunctions,
  connection: Connection,
  locator: unknown,
): Promise<FormProcess> {
  const reference = unwrap(context, toProcessReference(locator, connection));
  const found = await new ProcessFinder(connection).findStartable(reference);
  const isUnlisted = !found.ok && found.failure.kind === 'input';
  return isUnlisted && 'id' in reference ? { ...reference, startEvents: [] } : unwrap(context, found);
}

/** An expression is not worked out here: then the form may be that of any start event. */
function chosenStartEvent(context: ILoadOptionsFunctions): string | undefined {
  const { value } = readLocator(context.getCurrentNodeParameter('startEvent'));
  return value === '' || value === AUTOMATIC || value.startsWith('=') ? undefined : value;
}
