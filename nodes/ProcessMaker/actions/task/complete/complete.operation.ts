import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { outputJson, type Simplify } from '../../../api/output';
import { simplifyTask } from '../../../api/tasks/tasks';
import { TaskReader } from '../../../execution/readers';
import { taskDataFields } from '../../../fields/changeData';
import { optionsOf } from '../../../fields/common';
import { readChangeData } from '../../../fields/data';
import { readMappedForm } from '../../../fields/formData';
import { taskLocator } from '../../../fields/locators';
import { outputOptions, readSimplify } from '../../../fields/output';
import { readTaskId } from '../../../fields/references';
import { asText, isObject } from '../../../guards';
import { inputError } from '../../../transport/processMakerError';
import { operation } from '../../operation';
import { takeTask } from '../takeTask';
import { type CompletedTask, completeTask } from './completeTask';
import { TaskForms } from './taskForms';
import { isClosed, TaskLook } from './taskLook';

const DEFAULT_WINDOW_SECONDS = 30;
const MAX_WINDOW_SECONDS = 3600;

export const complete = operation({
  value: 'complete',
  name: 'Complete',
  action: 'Complete task',
  description: 'Complete a Task, so that its Request goes on',
  fields: [
    taskLocator,
    ...taskDataFields,
    optionsOf(
      {
        displayName: 'Recovery Window',
        name: 'recoveryWindow',
        type: 'number',
        typeOptions: { minValue: 0, maxValue: MAX_WINDOW_SECONDS },
        default: DEFAULT_WINDOW_SECONDS,
        description:
          'If the completion of a Task got no response: how many seconds to look whether the Task was completed. The completion is not sent again. After the Retry button: how many seconds to wait before an open Task is completed.',
      },
      ...outputOptions,
    ),
  ],
  changes: true,
  read(context, itemIndex, connection, hints) {
    const id = readTaskId(context, itemIndex, connection);
    const data = readChangeData(context, itemIndex, hints, 'task');
    const windowSeconds = readWindow(context, itemIndex);
    takeTask(connection, id, itemIndex);
    return {
      id,
      data,
      windowSeconds,
      form: readMappedForm(context, itemIndex),
      simplify: readSimplify(context.getNodeParameter('options', itemIndex, {})),
    };
  },
  // The data may hold a time that is another one in a repeat.
  changeOf: ({ id }) => id,
  begin(connection, all) {
    const reader = new TaskReader(connection, all);
    const look = new TaskLook(connection, all);
    const forms = new TaskForms(connection);
    return async ({ id, form, simplify, ...change }, attempt) => {
      const task = await reader.get({ id });
      const isNew = !isClosed(task) && attempt.mayBeDone !== 'sent';
      if (form && isNew) await forms.check(task, form);
      const completed = await completeTask(connection, task, { ...change, look }, attempt);
      return [{ json: toJson(completed, simplify, connection.instanceUrl) }];
    };
  },
});

function readWindow(context: IExecuteFunctions, itemIndex: number): number {
  const { recoveryWindow } = context.getNodeParameter('options', itemIndex, {});
  const seconds = Number(asText(recoveryWindow ?? DEFAULT_WINDOW_SECONDS).trim() || NaN);
  if (seconds >= 0 && seconds <= MAX_WINDOW_SECONDS) return seconds;
  throw inputError(
    `The option 'Recovery Window' is not a number from 0 to ${MAX_WINDOW_SECONDS}`,
    'Enter a number of seconds, e.g. 30.',
  );
}

/** The fields of a Task, with the status of its Request in place of the time when it was due. */
function toJson({ task, alreadyCompleted }: CompletedTask, simplify: Simplify, url: string): IDataObject {
  const { status, retrying } = isObject(task.process_request) ? task.process_request : {};
  const simplified: IDataObject = {
    ...simplifyTask(task, url),
    requestStatus: retrying === true ? null : (status ?? null),
  };
  delete simplified.dueAt;
  return {
    ...outputJson(task, simplify, simplified),
    ...(retrying === true && { retrying }),
    ...(alreadyCompleted && { alreadyCompleted }),
  };
}
