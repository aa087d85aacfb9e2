import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { root } from '../../demo/paths';
import type { Outcome } from './outcome';
import { PROMISES } from './promises';
import type { Version } from './versions';

/** What is known of a version from the last run that was written down. */
interface Entry extends Outcome {
  n8n: string;
  /** The Node on which it ran. */
  node: string;
}

const RESULTS = path.join(__dirname, 'results.json');
const DOCUMENT = path.join(root, 'docs', 'COMPATIBILITY.md');
const BLOCK = /(<!-- runs -->\n)[^]*(<!-- \/runs -->)/;

/** Keeps the outcomes of a run in `results.json`, and puts the table of all that is in there into the document. */
export function writeOutcomes(outcomes: Array<[Version, Outcome]>): void {
  const known = existsSync(RESULTS)
    ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Record<string, Entry>)
    : {};
  for (const [{ engine, n8n }, outcome] of outcomes) {
    known[engine] = { n8n, node: process.versions.node, ...outcome };
  }
  const sorted = Object.entries(known).sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  writeFileSync(RESULTS, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
  const text = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(
    DOCUMENT,
    text.replace(BLOCK, (_, begin, end) => `${begin}${tables(sorted)}${end}`),
  );
}

function tables(entries: Array<[engine: string, entry: Entry]>): string {
  const row = (name: string, cell: (entry: Entry, engine: string) => string) =>
    `| ${[name, ...entries.map(([engine, entry]) => cell(entry, engine))].join(' | ')} |`;
  const promises = Object.keys(PROMISES).map((promise) =>
    row(promise, ({ promises }) => verdict(promises[promise])),
  );
  const differences = new Map<string, string[]>();
  for (const [, { n8n, differs }] of entries) {
    for (const differing of differs) {
      // What holds there instead is said below the table.
      const [text = ''] = differing.split('; instead:');
      differences.set(text, [...(differences.get(text) ?? []), n8n]);
    }
  }
  return [
    '<!-- prettier-ignore-start -->',
    row('n8n', ({ n8n }) => n8n),
    row('---', () => '---'),
    ...promises,
    row('Tests passed', ({ passed }) => String(passed)),
    row('Tests failed', ({ failed }) => String(failed)),
    row('Tests skipped', ({ skipped }) => String(skipped)),
    row('`n8n-core`', (_, engine) => engine),
    row('Node.js', ({ node }) => node),
    '',
    ...[...differences].map(([text, versions]) => `- n8n ${versions.join(', ')}: ${text}.`),
    '<!-- prettier-ignore-end -->',
    '',
  ].join('\n');
}

function verdict(
  { passed, failed, skipped }: Outcome['promises'][string] = { passed: 0, failed: 0, skipped: 0 },
) {
  const all = passed + failed + skipped;
  if (passed === all) return all ? 'yes' : 'not tested';
  return passed ? `${passed} of ${all} tests` : 'no';
}
