import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodePropertyOptions } from 'n8n-workflow';
import { ProcessMaker } from '../../nodes/ProcessMaker/ProcessMaker.node';
import { EXAMPLES } from '../docs/examples';

const ROOT = join(__dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const readme = read('README.md');
const { properties } = new ProcessMaker().description;

const optionsOf = (name: string, resource?: string) =>
  properties
    .filter((property) => property.name === name)
    .filter(({ displayOptions }) => !resource || displayOptions?.show?.resource?.includes(resource))
    .flatMap(({ options = [] }) => options as INodePropertyOptions[]);

/** Resource and operation of every entry of the list under 'Operations'. */
function operationList(): string[] {
  const [, section = ''] = readme.split('\n## Operations\n');
  const lines = (section.split('\n## ')[0] ?? '').matchAll(/^- \[(.*)\]\(.*\): (.*)$/gm);
  return [...lines].flatMap(([, resource = '', operations = '']) =>
    operations.split(', ').map((operation) => `${resource} ${operation}`),
  );
}

it('lists every operation of the node, and no other, in the README', () => {
  const operations = optionsOf('resource').flatMap((resource) =>
    optionsOf('operation', String(resource.value)).map(({ name }) => `${resource.name} ${name}`),
  );
  expect(operationList()).toEqual(operations);
});

it('keeps the README short enough to be read: at most 10 kB', () => {
  expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(10_000);
});

it('shows an input and an output of every operation in the documents', () => {
  const operations = optionsOf('resource').flatMap(({ value: resource }) =>
    optionsOf('operation', String(resource)).map(({ value }) => `${String(resource)} ${String(value)}`),
  );
  expect(EXAMPLES.map(({ operation }) => operation).sort()).toEqual(operations.sort());
});

it('keeps what the documents show of operations, messages and examples as the code has it', () => {
  const check = ['--import', 'tsx', 'test/docs/main.ts', '--check'];
  let output = '';
  try {
    execFileSync(process.execPath, check, { cwd: ROOT, encoding: 'utf8' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    output = stdout + stderr;
  }
  expect(output).toBe('');
}, 120_000);

it('says in the README, the document on reliability and the panel what an Idempotency Key cannot promise', () => {
  const panel = optionsOf('options', 'request')
    .map(({ description = '' }) => description)
    .join(' ');
  const reliability = read('docs/RELIABILITY.md');
  expect(readme).toMatch(/two Requests can be started/);
  expect(readme).toMatch(/if the same user of ProcessMaker has started it/);
  expect(reliability).toMatch(/can both start a Request/);
  expect(panel).toMatch(/at the same moment can both start one/);
  for (const text of [reliability, panel]) expect(text).toMatch(/user of the access token may see/);
});

it.each(['cancel', 'delete'])(
  'says in the document on Requests and in the panel what becomes of sub-processes when a Request is ended by %s',
  (operation) => {
    const { name, description } =
      optionsOf('operation', 'request').find(({ value }) => value === operation) ?? {};
    expect(description).toMatch(/sub-process.*parent/);
    const [, section = ''] = read('docs/REQUESTS.md').split(`\n## ${name}\n`);
    expect(section.split('\n## ')[0]).toMatch(/sub-process.*parent/);
  },
);

it.each(['ECONNREFUSED', 'ENOTFOUND', 'EPROTO', 'self-signed certificate'])(
  "says what n8n's own word %s in the test of a credential means",
  (word) => {
    expect(read('docs/MESSAGES.md')).toMatch(new RegExp(`^  - \`${word}\`: .+\\.$`, 'm'));
  },
);
