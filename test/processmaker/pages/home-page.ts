import type { ProcessRow, RequestRow, TokenRow } from '../database/rows';
import { TOKENS, USERS } from '../fixtures/users';
import type { Instance } from '../instance';
import { willCall } from '../requests/script-call';
import { findRequest } from '../requests/store';
import { hasEventDefinition, startEventsOf } from '../serializers/process';
import { html, type Html } from './html';
import { layout, section, statusChip, table, timeOf } from './layout';
import { assigneeName, isOpenTask, taskLink } from './task-table';

const SHOWN = 50;

/** The page that shows all there is, and where to click next. */
export async function homePage(instance: Instance, base: string, url: string): Promise<string> {
  const content = html`<p>
      What n8n does here appears on this page: reload it. Complete a Task to move its Request on.
    </p>
    ${section('tasks', 'Open Tasks', await openTasks(instance, base))}
    ${section('requests', 'Requests', requests(instance, base))}
    ${section('processes', 'Processes that can be started', processes(instance, base))}
    ${section('tokens', 'Access tokens', tokens(url))}`;
  return layout('What is in ProcessMaker', content, { base });
}

function requestLink(base: string, { id, name }: RequestRow): Html {
  return html`<a href="${base}/requests/${id}">${name} #${id}</a>`;
}

async function openTasks(instance: Instance, base: string): Promise<Html> {
  const tasks = instance.database
    .all<TokenRow>(`SELECT * FROM process_request_tokens WHERE status = 'ACTIVE' ORDER BY id DESC`)
    .filter(isOpenTask);
  if (tasks.length === 0) return html`<p>None. Start a Request, here or from n8n.</p>`;
  const rows: Html[][] = [];
  for (const task of tasks.slice(0, SHOWN)) {
    const request = findRequest(instance, task.process_request_id);
    if (request === undefined) continue;
    const chip = (await willCall(instance, request)) ? html` <span class="status">wakes n8n</span>` : html``;
    rows.push([
      html`${taskLink(base, task)}${chip}`,
      requestLink(base, request),
      html`${assigneeName(instance, task)}`,
      timeOf(task.due_at),
    ]);
  }
  return html`${table(['Task', 'Request', 'Assignee', 'Due'], rows)}${more(tasks.length)}`;
}

function requests(instance: Instance, base: string): Html {
  const found = instance.database.all<RequestRow>('SELECT * FROM process_requests ORDER BY id DESC LIMIT ?', [
    SHOWN,
  ]);
  if (found.length === 0) return html`<p>None has been started yet.</p>`;
  const total = instance.database.get<{ total: number }>('SELECT count(*) AS total FROM process_requests');
  const rows = found.map((request) => [
    requestLink(base, request),
    statusChip(request.status),
    timeOf(request.initiated_at),
  ]);
  return html`${table(['Request', 'Status', 'Started'], rows)}${more(total?.total ?? 0)}`;
}

const more = (total: number): Html =>
  total > SHOWN ? html`<p class="quiet">The newest ${SHOWN} of ${total}.</p>` : html``;

function processes(instance: Instance, base: string): Html {
  const rows = instance.database
    .all<ProcessRow>(`SELECT * FROM processes WHERE status = 'ACTIVE' ORDER BY name`)
    .map((process) => ({
      process,
      events: startEventsOf(process).filter((event) => !hasEventDefinition(event)),
    }))
    .filter(({ events }) => events.length > 0)
    .map(({ process, events }) => [
      html`<a href="${base}/process-browser/${process.id}">${process.name}</a><br /><span class="quiet"
          >${process.description}</span
        >`,
      html`${process.id}`,
      html`${events.map((event) => html`${event['name']} <code>${event['id']}</code><br />`)}`,
    ]);
  return table(['Process', 'Id', 'Start events'], rows);
}

function tokens(url: string): Html {
  const rows = Object.values(TOKENS).map(({ token, userId, about }) => {
    const user = USERS.find(({ id }) => id === userId);
    return [
      html`${user?.firstname} ${user?.lastname}<br /><span class="quiet"
          >${user?.username}, user ${userId}</span
        >`,
      html`<code class="token">${token}</code>`,
      html`${about}`,
    ];
  });
  return html`<p>
      For n8n's credential <strong>ProcessMaker API</strong>: Instance URL <code class="token">${url}</code>,
      and one of these as Access Token.
    </p>
    ${table(['User', 'Token', 'What it is good for'], rows)}`;
}
