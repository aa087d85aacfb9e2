import { visibleData } from '../data/normalise';
import type { JsonObject } from '../types';
import { html, type Html } from './html';

/** The data of a Request as the API shows it. */
export function dataBlock(data: JsonObject): Html {
  const visible = visibleData(data);
  if (Array.isArray(visible) && visible.length === 0) return html`<p>None.</p>`;
  return html`<pre>${JSON.stringify(visible, null, 2)}</pre>`;
}
