import { createHash } from 'node:crypto';
import { html, Html } from './html';
import { STYLE } from './style';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** What the browser may load for a page: nothing but its own style. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`;

interface Layout {
  /** The path below which the instance lives. */
  base?: string;
  /** The page shows something that changes in a moment. */
  refresh?: boolean;
}

/** A page around its content. */
export function layout(title: string, content = html``, { base = '', refresh = false }: Layout = {}): string {
  const reload = refresh ? html`<meta http-equiv="refresh" content="1" />` : html``;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${reload}
        <title>${title}</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <header>
          <strong><a href="${base}/">ProcessMaker stand-in</a></strong>
          <a href="${base}/#tasks">Tasks</a>
          <a href="${base}/#requests">Requests</a>
          <a href="${base}/#processes">Processes</a>
          <a href="${base}/#tokens">Tokens</a>
        </header>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
        <footer>
          This is a stand-in for ProcessMaker, made for tests and demos. Nobody has to sign in to these pages;
          an OAuth2 client asks for a sign-in.
        </footer>
      </body>
    </html>`;
  return `${page.text}\n`;
}

/** A part of a page with a heading. */
export function section(id: string, heading: string, content: Html): Html {
  return html`<section id="${id}">
    <h2>${heading}</h2>
    ${content}
  </section>`;
}

/** A table with a heading for each column. */
export function table(headings: string[], rows: Html[][]): Html {
  return html`<table>
    <thead>
      <tr>
        ${headings.map((heading) => html`<th scope="col">${heading}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** The status of a Request or Task. */
export const statusChip = (status: string): Html => html`<span class="status ${status}">${status}</span>`;

/** A time of the database, to the minute. */
export const timeOf = (sqlTime: string | null): Html => html`<time>${sqlTime?.slice(0, 16)} UTC</time>`;
