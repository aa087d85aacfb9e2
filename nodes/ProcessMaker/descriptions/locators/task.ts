import { TASK_URL_PATTERN } from '../../input/references';
import { byId, byUrl, fromList, locator } from './locator';

export const taskLocator = locator(
  {
    displayName: 'Task',
    name: 'task',
    required: true,
    description: 'The Task, which is one step of a Request that a person does. The list shows the open ones.',
  },
  fromList('searchTasks', 'Select a Task...'),
  byId(
    'Task',
    'e.g. 4711',
    'The number in the address of its page. A started Request gives it as activeTask.id.',
  ),
  byUrl(TASK_URL_PATTERN, 'Task', '/tasks/4711/edit'),
);
