import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { taskDataFields } from '../../../descriptions/changeData';
import { taskLocator } from '../../../descriptions/locators/task';
import { simplifyOption } from '../../../descriptions/simplify';
import { readChangeData } from '../../../input/changeData';
import { completeTask, type CompletedTask } from './completeTask';
import { isObject } from '../../../guards';
import type { ServerChange } from '../../../input/jsonData';
import { OnePerTask } from '../onePerTask';
import { runItems } from '../../../execution/runItems';
import { simplifyTask } from '../../../api/tasks/simplifyTask';
import { StartNotices } from '../../../execution/hints';
import { TaskReader } from '../../../api/tasks/taskReader';
import { readTaskId } from '../../../input/taskReference';
import { inputFailure } from '../../../transport/failure';
import type { Operation } from '../../operation';

const DEFAULT_WINDOW_SECONDS = 30;
const MAX_WINDOW_SECONDS = 3600;

export const complete: Operation = {
  value: 'complete',
  name: 'Complete',
  action: 'Complete task',
  description: 'Complete a Task, so that its Request goes on',
  fields: [
    taskLocator,
    ...taskDataFields,
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add option',
      default: {},
      options: [
        {
          displayName: 'Recovery Window',
          name: 'recoveryWindow',
          type: 'number',
          typeOptions: { minValue: 0, maxValue: MAX_WINDOW_SECONDS },
          default: DEFAULT_WINDOW_SECONDS,
          description:
            'How many seconds to look whether a Task was completed whose completion was not answered. It is not sent again in the meantime.',
        },
        simplifyOption,
      ],
    },
  ],
  execute,
};

/** Unlike at a start, ProcessMaker keeps these as they are. */
const KEPT = new Set<ServerChange>(['trimmed', 'emptied']);

/** Completes one Task per item, and gives it as it is then. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const notices = new StartNotices();
  const once = new OnePerTask();
  const items = await runItems(this, {
    changes: true,
    read(context, itemIndex, connection) {
      const id = readTaskId(context, itemIndex, connection);
      if (!id.ok) return id;
      const data = readChangeData(context, itemIndex, {
        fieldLeftOut: (name, index) => notices.fieldLeftOut(name, index),
        change(change, path, index) {
          if (!KEPT.has(change)) notices.change(change, path, index);
        },
      });
      if (!data.ok) return data;
      const options = context.getNodeParameter('options', itemIndex, {});
      const windowSeconds = Number(options.recoveryWindow ?? DEFAULT_WINDOW_SECONDS);
      if (!(windowSeconds >= 0 && windowSeconds <= MAX_WINDOW_SECONDS)) {
        return inputFailure(
          `The option 'Recovery Window' is not a number from 0 to ${MAX_WINDOW_SECONDS}`,
          'Enter a number of seconds, e.g. 30.',
        );
      }
      const taken = once.take(id.value, itemIndex);
      if (!taken.ok) return taken;
      const simplify = options.simplify !== false;
      return { ok: true, value: { id: id.value, data: data.value, windowSeconds, simplify } };
    },
    // The data may hold a time that is another one in a repeat.
    changeOf: ({ id }) => id,
    begin(connection, all) {
      const reader = new TaskReader(
        connection,
        all.map(({ id }) => ({ id, includeData: false })),
      );
      return async ({ id, simplify, ...completion }, turn) => {
        const before = await reader.get({ id, includeData: false });
        if (!before.ok) return before;
        const after = await completeTask(connection, before.value, completion, turn);
        if (!after.ok) return after;
        return { ok: true, value: [{ json: toJson(after.value, simplify, connection.instanceUrl) }] };
      };
    },
  });
  notices.show(this);
  return items;
}

/** The fields of a Task, with the status of its Request in place of the time when it was due. */
function toJson({ task, alreadyCompleted }: CompletedTask, simplify: boolean, url: string): IDataObject {
  const mark = alreadyCompleted ? { alreadyCompleted } : {};
  if (!simplify) return { ...task, ...mark };
  const fields = simplifyTask(task, url);
  delete fields.dueAt;
  const requestStatus = isObject(task.process_request) ? task.process_request.status : null;
  return { ...fields, requestStatus, ...mark };
}
