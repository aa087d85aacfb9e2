import type { TokenRow } from '../database/rows';
import type { Instance } from '../instance';
import { TASK_TYPES } from '../requests/apply-step';
import { findUser } from '../requests/store';
import { html, type Html } from './html';

/** Whether a person can complete what waits at a token. */
export const isOpenTask = ({ status, element_type: type }: TokenRow): boolean =>
  status === 'ACTIVE' && TASK_TYPES.includes(type);

/** The name of a Task, linked to its page while it is open. */
export function taskLink(base: string, task: TokenRow): Html {
  const name = task.element_name ?? task.element_id;
  return isOpenTask(task) ? html`<a href="${base}/tasks/${task.id}/edit">${name}</a>` : html`${name}`;
}

/** What to do where a workflow sleeps. */
export const WAIT_NOTICE = html`<strong>A workflow of n8n sleeps until this Request calls it.</strong>
  Complete the open Task: a script of the process then calls n8n, and the workflow goes on.`;

/** Who has a Task. */
export function assigneeName(instance: Instance, task: TokenRow): string {
  const user = task.user_id === null ? undefined : findUser(instance, task.user_id);
  if (user !== undefined) return `${user.firstname} ${user.lastname}`;
  return task.is_self_service === 1 ? 'Nobody yet (self-service)' : '';
}
