import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodePropertyOptions } from 'n8n-workflow';
import { ProcessMaker } from '../../nodes/ProcessMaker/ProcessMaker.node';

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const { properties } = new ProcessMaker().description;

const optionsOf = (name: string, resource?: string) =>
  properties
    .filter((property) => property.name === name)
    .filter(({ displayOptions }) => !resource || displayOptions?.show?.resource?.includes(resource))
    .flatMap(({ options = [] }) => options as INodePropertyOptions[]);

/** Resource and operation of every row of the table under 'Operations'. */
function operationTable(): string[] {
  const [, section = ''] = readme.split('\n## Operations\n');
  const rows = section.split('\n## ')[0]?.match(/^\| (?!-|Resource).*$/gm) ?? [];
  return rows.map((row) => {
    const [, resource = '', operation = ''] = row.split('|').map((cell) => cell.trim());
    return `${resource} ${operation}`;
  });
}

it('lists every operation of the node, and no other, in the README', () => {
  const operations = optionsOf('resource').flatMap((resource) =>
    optionsOf('operation', String(resource.value)).map(({ name }) => `${resource.name} ${name}`),
  );
  expect(operationTable()).toEqual(operations);
});

it('says in the README and in the panel what an Idempotency Key cannot promise', () => {
  const panel = optionsOf('options', 'request')
    .map(({ description = '' }) => description)
    .join(' ');
  for (const text of [readme, panel]) {
    expect(text).toMatch(/narrows the gap and does not close it/);
    expect(text).toMatch(/user of the access token may see/);
  }
  const cancelMine = JSON.stringify(properties).match(/"name":"Cancel Mine".*?}/)?.[0];
  expect(cancelMine).toMatch(/Scripts and emails of it may have run already/);
});

it.each(['cancel', 'delete'])(
  'says in the README and in the panel what becomes of sub-processes when a Request is ended by %s',
  (operation) => {
    const { name, description } =
      optionsOf('operation', 'request').find(({ value }) => value === operation) ?? {};
    expect(description).toMatch(/sub-process.*parent/);
    expect(readme.split('\n').find((row) => row.startsWith(`| Request  | ${name}`))).toMatch(/sub-process/);
  },
);
