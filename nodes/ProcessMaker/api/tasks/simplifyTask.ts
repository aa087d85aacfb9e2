import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../../guards';
import type { ApiTask } from './tasks';

/** The ten fields of a Task that matter to most workflows, and the data of its Request where it was asked for. */
export function simplifyTask(task: ApiTask, instanceUrl: string): IDataObject {
  const request = isObject(task.process_request) ? task.process_request : {};
  const process = isObject(task.process) ? task.process : {};
  return {
    id: task.id,
    caseNumber: request.case_number ?? null,
    name: task.element_name ?? null,
    status: task.status,
    assignee: assigneeOf(task),
    dueAt: task.due_at ?? null,
    completedAt: task.completed_at ?? null,
    requestId: task.process_request_id ?? null,
    processName: process.name ?? request.name ?? null,
    url: taskUrl(task.id, instanceUrl),
    ...('data' in task && { data: task.data }),
  };
}

/** The user who has a Task; null while nobody has taken it. */
function assigneeOf({ user_id: id, user }: ApiTask): IDataObject | null {
  if (typeof id !== 'number') return null;
  return { id, name: isObject(user) && user.id === id ? user.fullname : null };
}

/** The page of a Task in ProcessMaker. */
export function taskUrl(id: number, instanceUrl: string): string {
  return `${instanceUrl}/tasks/${id}/edit`;
}
