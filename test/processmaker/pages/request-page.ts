import { visibleData } from '../data/normalise';
import type { RequestRow, TokenRow } from '../database/rows';
import type { Instance } from '../instance';
import { requestData } from '../requests/store';
import { escapeHtml, layout } from './layout';

const status = (text: string): string => `<span class="status">${escapeHtml(text)}</span>`;

/** The page of one Request. */
export function requestPage(instance: Instance, base: string, request: RequestRow): string {
  const facts = [
    ['Case number', escapeHtml(request.case_number)],
    ['Status', status(request.status)],
    ['Started', `${escapeHtml(request.initiated_at)} UTC`],
    ['Completed', request.completed_at === null ? '' : `${escapeHtml(request.completed_at)} UTC`],
  ];
  const rows = facts.map(([name, value]) => `<tr><th>${name}</th><td>${value}</td></tr>`).join('');
  const errors = request.errors === null ? '' : `<h2>Errors</h2>${errorList(request.errors)}`;
  return layout(
    `${request.name} #${request.id}`,
    `<table>${rows}</table>${errors}
<h2>Tasks</h2>${taskTable(instance, base, request.id)}
<h2>Data</h2><pre>${escapeHtml(JSON.stringify(visibleData(requestData(request)), null, 2))}</pre>
<p><a href="${base}/process-browser/${request.process_id}">Process “${escapeHtml(request.name)}”</a></p>`,
  );
}

/** The page of a case: all Requests that share its number. */
export function casePage(
  instance: Instance,
  base: string,
  caseNumber: number,
  requests: RequestRow[],
): string {
  const parts = requests.map(
    (request) =>
      `<h2><a href="${base}/requests/${request.id}">${escapeHtml(request.name)} #${request.id}</a> ${status(request.status)}</h2>` +
      taskTable(instance, base, request.id),
  );
  return layout(`Case #${caseNumber}`, parts.join(''));
}

function errorList(errors: string): string {
  const list = JSON.parse(errors) as { message: string; element_name: string | null }[];
  return `<ul>${list.map((error) => `<li>${escapeHtml(error.element_name)}: ${escapeHtml(error.message)}</li>`).join('')}</ul>`;
}

function taskTable({ database }: Instance, base: string, requestId: number): string {
  const tasks = database.all<TokenRow>(
    `SELECT * FROM process_request_tokens WHERE process_request_id = ? AND element_type NOT IN ('startEvent', 'end_event', 'gateway') ORDER BY id`,
    [requestId],
  );
  if (tasks.length === 0) return '<p>None.</p>';
  const rows = tasks.map((task) => {
    const name = escapeHtml(task.element_name);
    const open =
      task.status === 'ACTIVE' && /task$/i.test(task.element_type) && task.element_type !== 'scriptTask';
    const link = open ? `<a href="${base}/tasks/${task.id}/edit">${name}</a>` : name;
    return `<tr><td>${link}</td><td>${status(task.status)}</td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}
