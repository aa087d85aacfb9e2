import type { ProcessRow } from '../database/rows';
import { startEventsOf } from '../serializers/process';
import { escapeHtml, layout } from './layout';

/** The page of one process. */
export function processPage(process: ProcessRow): string {
  const events = startEventsOf(process).map(
    (event) => `<li>${escapeHtml(event['name'])} (<code>${escapeHtml(event['id'])}</code>)</li>`,
  );
  return layout(
    process.name,
    `<p>${escapeHtml(process.description)}</p><p>Process id ${process.id}, ${escapeHtml(process.status)}</p>
<h2>Start events</h2><ul>${events.join('')}</ul>`,
  );
}
