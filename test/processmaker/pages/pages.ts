import type { RequestRow, TokenRow } from '../database/rows';
import { fieldsOf, type FormField } from '../forms/fields';
import { pagesOf, screenOfElement } from '../forms/store';
import type { Instance } from '../instance';
import { completeToken } from '../requests/progress';
import { findProcess, findRequest, findToken, requestData } from '../requests/store';
import type { JsonObject } from '../types';
import { layout } from './layout';
import { processPage } from './process-page';
import { casePage, requestPage } from './request-page';
import { formValues, taskPage } from './task-page';

/** What a page responds with: HTML, or a path to go on to. */
export type PageResponse = { status: number; html: string } | { redirect: string };

const missing: PageResponse = { status: 404, html: layout('Not Found', '<p>There is no such page.</p>') };

const page = (html: string): PageResponse => ({ status: 200, html });

/** Shows the page at a path below the instance's base path. */
export async function showPage(instance: Instance, base: string, path: string): Promise<PageResponse> {
  const [, kind, id] =
    /^\/(requests|cases|process-browser|modeler|tasks)\/(\d+)(?:\/edit)?\/?$/.exec(path) ?? [];
  const number = Number(id);
  switch (kind) {
    case 'requests': {
      const request = findRequest(instance, number);
      return request === undefined ? missing : page(requestPage(instance, base, request));
    }
    case 'cases': {
      const requests = instance.database.all<RequestRow>(
        'SELECT * FROM process_requests WHERE case_number = ? ORDER BY id',
        [number],
      );
      return requests.length === 0 ? missing : page(casePage(instance, base, number, requests));
    }
    case 'tasks': {
      const found = await taskWithFields(instance, number);
      if (found === undefined) return missing;
      const { task, request, fields } = found;
      return page(taskPage(base, task, request, fields, requestData(request)));
    }
    case undefined:
      return missing;
    default: {
      const process = findProcess(instance, number);
      return process === undefined ? missing : page(processPage(process));
    }
  }
}

/** A person has sent the form of a task. */
export async function sendTaskForm(
  instance: Instance,
  base: string,
  taskId: number,
  form: JsonObject,
): Promise<PageResponse> {
  const found = await taskWithFields(instance, taskId);
  if (found === undefined) return missing;
  if (found.task.status === 'ACTIVE') await completeToken(instance, taskId, formValues(found.fields, form));
  return { redirect: `${base}/requests/${found.request.id}` };
}

async function taskWithFields(
  instance: Instance,
  id: number,
): Promise<{ task: TokenRow; request: RequestRow; fields: FormField[] } | undefined> {
  const task = findToken(instance, id);
  const request = task && findRequest(instance, task.process_request_id);
  const process = request && findProcess(instance, request.process_id);
  if (!task || !request || !process) return undefined;
  const { elements } = await instance.definitions.definition(process.bpmn);
  const screen = screenOfElement(instance, elements.get(task.element_id));
  return { task, request, fields: screen === undefined ? [] : fieldsOf(pagesOf(screen)) };
}
