import type { ProcessRow, UserRow } from '../database/rows';
import type { FormField } from '../forms/fields';
import { inputs } from './form';
import { html, type Html } from './html';
import { layout, section, statusChip } from './layout';

/** A start event that a person can trigger. */
export interface PageStart {
  id: string;
  name: string;
  /** The inputs of its form. */
  fields: FormField[];
  /** Who starts the Request; undefined: nobody may. */
  user: UserRow | undefined;
}

/** The page of one process, on which a Request can be started. */
export function processPage(base: string, process: ProcessRow, starts: PageStart[]): string {
  const facts = html`<p>${process.description}</p>
    <p class="quiet">Process id ${process.id} ${statusChip(process.status)}</p>`;
  return layout(process.name, html`${facts}${starts.map(startSection)}`, { base });
}

function startSection({ id, name, fields, user }: PageStart): Html {
  const about = html`<p class="quiet">Start event <code>${id}</code></p>`;
  if (user === undefined) {
    return section(
      id,
      name,
      html`${about}
        <p>No user may start a Request here by hand.</p>`,
    );
  }
  const form = html`<form method="post" action="?event=${encodeURIComponent(id)}">
    ${inputs(fields)}
    <button>Start a Request</button>
    <span class="quiet">as ${user.firstname} ${user.lastname} (${user.username})</span>
  </form>`;
  return section(id, name, html`${about}${form}`);
}
