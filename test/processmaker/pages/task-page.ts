import type { RequestRow, TokenRow } from '../database/rows';
import type { FormField } from '../forms/fields';
import type { JsonObject } from '../types';
import { dataBlock } from './data-block';
import { inputs } from './form';
import { html } from './html';
import { layout, section } from './layout';
import { WAIT_NOTICE } from './task-table';

/** The page on which a person completes a task. */
export function taskPage(
  base: string,
  task: TokenRow,
  request: RequestRow,
  fields: FormField[],
  data: JsonObject,
  wakesN8n: boolean,
): string {
  const title = task.element_name ?? 'Task';
  const link = html`<a href="${base}/requests/${request.id}">${request.name} #${request.id}</a>`;
  if (task.status !== 'ACTIVE') {
    return layout(title, html`<p>This Task is closed. Its Request: ${link}</p>`, { base });
  }
  const form = html`<form method="post">
    ${inputs(fields, data)}
    <button>Complete the Task</button>
  </form>`;
  const content = html`<p>A Task of the Request ${link}</p>
    ${wakesN8n ? html`<section class="notice">${WAIT_NOTICE}</section>` : html``}
    <section>${form}</section>
    ${section('data', 'What the Request holds', dataBlock(data))}`;
  return layout(title, content, { base });
}
