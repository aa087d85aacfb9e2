import type { Json } from '../types';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#039;',
};

/** Text for HTML. */
export function escapeHtml(text: Json | undefined): string {
  const plain = typeof text === 'object' || text === undefined ? '' : String(text);
  return plain.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A page around its content, which is HTML already. */
export function layout(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1f2933; }
h1 { font-size: 1.5rem; } a { color: #0a6ebd; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid #e4e7eb; vertical-align: top; }
label { display: block; margin: .75rem 0; } input:not([type=checkbox]), textarea, select { display: block; width: 100%; padding: .4rem; font: inherit; box-sizing: border-box; }
button { font: inherit; padding: .5rem 1rem; background: #0a6ebd; color: #fff; border: 0; border-radius: .25rem; cursor: pointer; }
.status { padding: .1rem .5rem; border-radius: 1rem; background: #e4e7eb; font-size: .85rem; }
pre { background: #f5f7fa; padding: .75rem; overflow: auto; } footer { margin-top: 2rem; color: #616e7c; font-size: .85rem; }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
<footer>This is a stand-in for ProcessMaker, made for tests and demos. A sign-in is only needed to let an OAuth2 client in.</footer>
</body>
</html>
`;
}
