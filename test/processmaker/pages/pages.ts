import { sanitiseStartData } from '../data/sanitise';
import type { ProcessRow, RequestRow, TokenRow, UserRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import { fieldsOf, type FormField } from '../forms/fields';
import { findScreen, pagesOf, screenOfElement } from '../forms/store';
import type { Instance } from '../instance';
import { mayStart, type StartEvent } from '../requests/access';
import { TASK_TYPES } from '../requests/apply-step';
import { completeToken, startRequest } from '../requests/progress';
import { willCall } from '../requests/script-call';
import { findProcess, findRequest, findToken, requestData } from '../requests/store';
import { hasEventDefinition, startEventsOf } from '../serializers/process';
import type { JsonObject } from '../types';
import { formValues } from './form';
import { homePage } from './home-page';
import { html } from './html';
import { layout } from './layout';
import { processPage, type PageStart } from './process-page';
import { casePage, requestPage } from './request-page';
import { taskPage } from './task-page';

/** Who may start: an administrator may start all, so those come last. */
const STARTERS = `SELECT * FROM users WHERE status = 'ACTIVE' ORDER BY is_administrator, id`;

/** What a page responds with: HTML, or a path to go on to. */
export type PageResponse = { status: number; html: string } | { redirect: string };

const missing: PageResponse = { status: 404, html: layout('Not Found', html`<p>There is no such page.</p>`) };

const page = (text: string): PageResponse => ({ status: 200, html: text });

/** What all pages need. */
export interface Site {
  instance: Instance;
  /** The path below which the instance lives. */
  base: string;
  /** The instance as clients name it. */
  url: string;
}

/** Shows the page at a path below the instance's base path. */
export async function showPage({ instance, base, url }: Site, path: string): Promise<PageResponse> {
  if (path === '/') return page(await homePage(instance, base, url));
  const [, kind, id] =
    /^\/(requests|cases|process-browser|modeler|tasks)\/(\d+)(?:\/edit)?\/?$/.exec(path) ?? [];
  const number = Number(id);
  switch (kind) {
    case 'requests': {
      const request = findRequest(instance, number);
      return request === undefined ? missing : page(await requestPage(instance, base, request));
    }
    case 'cases': {
      const requests = instance.database.all<RequestRow>(
        'SELECT * FROM process_requests WHERE case_number = ? ORDER BY id',
        [number],
      );
      return requests.length === 0 ? missing : page(await casePage(instance, base, number, requests));
    }
    case 'tasks': {
      const found = await taskWithFields(instance, number);
      if (found === undefined) return missing;
      const { task, request, fields } = found;
      const wakesN8n = await willCall(instance, request);
      return page(taskPage(base, task, request, fields, requestData(request), wakesN8n));
    }
    case undefined:
      return missing;
    default: {
      const process = findProcess(instance, number);
      if (process === undefined) return missing;
      return page(processPage(base, process, await startsOf(instance, process)));
    }
  }
}

/** A person has sent the form of a task. */
export async function sendTaskForm(
  { instance, base }: Site,
  taskId: number,
  form: JsonObject,
): Promise<PageResponse> {
  const found = await taskWithFields(instance, taskId);
  if (found === undefined) return missing;
  if (found.task.status === 'ACTIVE') await completeToken(instance, taskId, formValues(found.fields, form));
  return { redirect: `${base}/requests/${found.request.id}` };
}

/** A person has started a Request on the page of its process. */
export async function sendStartForm(
  { instance, base }: Site,
  processId: number,
  event: string,
  form: JsonObject,
): Promise<PageResponse> {
  const process = findProcess(instance, processId);
  const start = process && (await startsOf(instance, process)).find(({ id }) => id === event);
  if (process === undefined || start?.user === undefined) return missing;
  const data = sanitiseStartData(formValues(start.fields, form));
  const id = await startRequest(instance, { process, startEvent: event, user: start.user, data });
  return { redirect: `${base}/requests/${id}` };
}

/** The start events of a process that a person can trigger, each with the first user who may. */
async function startsOf(instance: Instance, process: ProcessRow): Promise<PageStart[]> {
  const { elements } = await instance.definitions.definition(process.bpmn);
  const users = process.status === 'ACTIVE' ? instance.database.all<UserRow>(STARTERS) : [];
  return startEventsOf(process)
    .filter((event) => !hasEventDefinition(event))
    .map((event) => event as unknown as StartEvent & { name: string })
    .map((event) => {
      const { id, name } = event;
      const user = users.find((candidate) => mayStart(instance, candidate, [event], id));
      return { id, name, user, fields: fieldsOfElement(instance, elements.get(id)) };
    });
}

function fieldsOfElement(instance: Instance, element: FlowElement | undefined): FormField[] {
  const screen = screenOfElement(instance, element);
  if (screen === undefined) return [];
  return fieldsOf(pagesOf(screen), (id) => {
    const nested = findScreen(instance, id);
    return nested && pagesOf(nested);
  });
}

async function taskWithFields(
  instance: Instance,
  id: number,
): Promise<{ task: TokenRow; request: RequestRow; fields: FormField[] } | undefined> {
  const task = findToken(instance, id);
  const request = task && findRequest(instance, task.process_request_id);
  const process = request && findProcess(instance, request.process_id);
  if (!task || !request || !process || !TASK_TYPES.includes(task.element_type)) return undefined;
  const { elements } = await instance.definitions.definition(process.bpmn);
  return { task, request, fields: fieldsOfElement(instance, elements.get(task.element_id)) };
}
