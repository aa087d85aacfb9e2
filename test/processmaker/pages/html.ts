import type { Json } from '../types';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#039;',
};

type Value = Html | Html[] | Json | undefined;

/** Text for HTML. */
export function escapeHtml(text: Json | undefined): string {
  const plain = typeof text === 'object' || text === undefined ? '' : String(text);
  return plain.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Markup that stands in a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

/** A template of HTML: what is put into it is escaped, unless it is HTML itself. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  const parts = values.map((value, index) => textOf(value) + (strings[index + 1] ?? ''));
  return new Html((strings[0] ?? '') + parts.join(''));
}

function textOf(value: Value): string {
  if (Array.isArray(value)) return value.map(textOf).join('');
  return value instanceof Html ? value.text : escapeHtml(value);
}
