import { visibleData } from '../data/normalise';
import type { JsonObject } from '../types';
import { html, type Html } from './html';

/** The data of a Request as the API shows it. */
export function dataBlock(data: JsonObject): Html {
  return html`<pre>${JSON.stringify(visibleData(data), null, 2)}</pre>`;
}
