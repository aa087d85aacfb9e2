import type { RequestRow, TokenRow } from '../database/rows';
import type { Instance } from '../instance';
import { SCRIPT_TYPES } from '../requests/apply-step';
import { scriptCall, willCall } from '../requests/script-call';
import { activeTokens, requestData } from '../requests/store';
import { dataBlock } from './data-block';
import { html, type Html } from './html';
import { layout, section, statusChip, table, timeOf } from './layout';
import { assigneeName, isOpenTask, taskLink, WAIT_NOTICE } from './task-table';

/** The page of one Request. */
export async function requestPage(instance: Instance, base: string, request: RequestRow): Promise<string> {
  const link = html`<a href="${base}/process-browser/${request.process_id}">${request.name}</a>`;
  const parent = request.parent_request_id;
  const facts = [
    ['Status', statusChip(request.status)],
    ['Process', link],
    ['Case number', html`<a href="${base}/cases/${request.case_number}">${request.case_number}</a>`],
    ...(parent === null
      ? []
      : [['Parent', html`<a href="${base}/requests/${parent}">#${parent}</a>`] as const]),
    ['Started', timeOf(request.initiated_at)],
    ...(request.completed_at === null ? [] : [['Completed', timeOf(request.completed_at)] as const]),
  ] as const;
  const rows = facts.map(
    ([name, value]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${value}</td>
      </tr>`,
  );
  const wakesN8n = activeTokens(instance, request.id).some(isOpenTask) && (await willCall(instance, request));
  const content = html`${wakesN8n ? html`<section class="notice">${WAIT_NOTICE}</section>` : html``}
    <section>
      <table>
        ${rows}
      </table>
    </section>
    ${request.errors === null ? html`` : section('errors', 'Errors', errorList(request.errors))}
    ${section('tasks', 'Tasks', await tasksOfRequest(instance, base, request))}
    ${section('data', 'Data', dataBlock(requestData(request)))}`;
  const refresh = activeTokens(instance, request.id).some(isScript);
  return layout(`${request.name} #${request.id}`, content, { base, refresh });
}

/** The page of a case: all Requests that share its number. */
export async function casePage(
  instance: Instance,
  base: string,
  caseNumber: number,
  requests: RequestRow[],
): Promise<string> {
  const parts: Html[] = [];
  for (const request of requests) {
    const link = html`<a href="${base}/requests/${request.id}">${request.name} #${request.id}</a>`;
    parts.push(
      html`<section>
        <h2>${link} ${statusChip(request.status)}</h2>
        ${await tasksOfRequest(instance, base, request)}
      </section>`,
    );
  }
  return layout(`Case #${caseNumber}`, html`${parts}`, { base });
}

const isScript = ({ element_type: type }: TokenRow): boolean => SCRIPT_TYPES.includes(type);

function errorList(errors: string): Html {
  const list = JSON.parse(errors) as { message: string; element_name: string | null }[];
  return html`<ul>
    ${list.map((error) => html`<li>${error.element_name}: ${error.message}</li>`)}
  </ul>`;
}

async function tasksOfRequest(instance: Instance, base: string, request: RequestRow): Promise<Html> {
  const tasks = instance.database.all<TokenRow>(
    `SELECT * FROM process_request_tokens WHERE process_request_id = ? AND element_type NOT IN ('startEvent', 'end_event', 'gateway') ORDER BY id`,
    [request.id],
  );
  if (tasks.length === 0) return html`<p>None.</p>`;
  const rows: Html[][] = [];
  for (const task of tasks) {
    const note = await noteOf(instance, base, request, task);
    rows.push([taskLink(base, task), statusChip(task.status), html`${assigneeName(instance, task)}${note}`]);
  }
  return table(['Task', 'Status', 'Who or what'], rows);
}

/** What is worth knowing of a token at which no person is at work. */
async function noteOf(instance: Instance, base: string, request: RequestRow, token: TokenRow): Promise<Html> {
  const child = token.subprocess_request_id;
  if (child !== null) return html`Sub-process <a href="${base}/requests/${child}">#${child}</a>`;
  if (token.element_type === 'event' && token.status === 'ACTIVE')
    return html`Waits for its event, such as by the node's operation Trigger Event`;
  if (!isScript(token)) return html``;
  const call = await scriptCall(instance, request, token);
  // The URL's query holds its signature, which nobody needs to see.
  const address = call?.url.replace(/\?.*$/s, '');
  if (token.status === 'ACTIVE')
    return address === undefined ? html`Script, runs now` : html`Script, calls <code>${address}</code> now`;
  // One that has failed, or was stopped, may be closed without having run to its end.
  const hasRun =
    token.status === 'CLOSED' && token.token_properties === '[]' && request.status !== 'CANCELED';
  if (!hasRun) return html`Script`;
  return address === undefined
    ? html`Script, has run`
    : html`Script, has called <code>${address}</code>: the workflow of n8n goes on`;
}
