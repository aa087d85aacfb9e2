import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { INodePropertyOptions, INodeTypeDescription, IWorkflowBase } from 'n8n-workflow';
import * as prettier from 'prettier';
import { createEngine } from '../support/engine';
import { PROCESS_MAKER } from '../support/workflows';
import { LINKED_FILES, withDocsLinks } from '../verify/docsLinks';
import type { Manifest } from '../verify/manifest';
import { messagesAsMarkdown } from './messages';
import { runExamples } from './outputs';
import { schemaFile, schemasOf } from './schemas';

const root = path.resolve(__dirname, '../..');
/** A part of a document that is written here, between two comments. */
const PART = /(<!-- npm run docs: ([\w -]+) -->\n)[\s\S]*?(<!-- end -->)/g;
/** The page on each resource. */
const PAGES: Record<string, string> = {
  file: 'FILES',
  process: 'PROCESSES',
  request: 'REQUESTS',
  task: 'TASKS',
  user: 'PROCESSES',
};

/** The operations of each resource, with a link to its page. */
function operationList({ properties }: INodeTypeDescription): string {
  const optionsOf = (name: string, resource?: INodePropertyOptions['value']) =>
    properties
      .filter((property) => property.name === name)
      .filter(({ displayOptions }) => !resource || displayOptions?.show?.resource?.includes(resource))
      .flatMap(({ options = [] }) => options as INodePropertyOptions[]);
  const rows = optionsOf('resource').map(({ name, value }) => {
    const operations = optionsOf('operation', value).map((operation) => operation.name);
    return `- [${name}](docs/${PAGES[String(value)]}.md): ${operations.join(', ')}`;
  });
  return rows.join('\n');
}

/** The workflows to import, by their names. */
function exampleList(): string {
  const files = readdirSync(path.join(root, 'examples')).filter((file) => file.endsWith('.json'));
  return files
    .sort()
    .map((file) => {
      const { name } = JSON.parse(readFileSync(path.join(root, 'examples', file), 'utf8')) as IWorkflowBase;
      return `- [${name}](examples/${file})`;
    })
    .join('\n');
}

/** What is written into the documents, by name, and the shapes of outputs, by file. */
async function readParts() {
  const engine = await createEngine();
  const node = engine.nodeTypes.getByName(PROCESS_MAKER).description;
  const examples = await runExamples(engine);
  const outputs = [...examples].map(([name, { text }]) => [`example ${name}`, text] as const);
  const schemas = schemasOf(new Map([...examples].map(([name, { items }]) => [name, items])));
  const parts = new Map([
    ['operations', operationList(node)],
    ['examples', exampleList()],
    ['messages', messagesAsMarkdown()],
    ...outputs,
  ]);
  return {
    parts,
    schemas: [...schemas].map(([name, schema]) => [schemaFile(name), JSON.stringify(schema)] as const),
  };
}

/** The files that are not as they would be written now, with their new text. */
async function outdated(): Promise<Map<string, string>> {
  const { parts, schemas } = await readParts();
  const unused = new Set(parts.keys());
  const changed = new Map<string, string>();
  const format = async (file: string, text: string, current: string) => {
    const options = { ...(await prettier.resolveConfig(path.join(root, file))), filepath: file };
    const formatted = await prettier.format(text, options);
    if (formatted !== current) changed.set(file, formatted);
  };
  for (const [file, text] of schemas) {
    const target = path.join(root, file);
    await format(file, text, existsSync(target) ? readFileSync(target, 'utf8') : '');
  }
  const { homepage } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
  for (const file of LINKED_FILES) {
    const text = readFileSync(path.join(root, file), 'utf8');
    await format(file, withDocsLinks(text, homepage), text);
  }
  const documents = readdirSync(path.join(root, 'docs')).map((file) => `docs/${file}`);
  for (const file of ['README.md', ...documents.filter((name) => name.endsWith('.md'))]) {
    const text = readFileSync(path.join(root, file), 'utf8');
    const written = text.replace(PART, (_, begin: string, name: string, end: string) => {
      const part = parts.get(name);
      if (part === undefined) throw new Error(`${file} asks for '${name}', which is not made here.`);
      unused.delete(name);
      return `${begin}\n${part}\n\n${end}`;
    });
    if (written !== text) await format(file, written, text);
  }
  if (unused.size > 0) throw new Error(`No document has a place for: ${[...unused].join(', ')}.`);
  return changed;
}

/** Writes the parts of the documents, the shapes of outputs, and the links to the documents, that are made from the code; with --check it only says which are not current. */
async function main(): Promise<void> {
  const changed = await outdated();
  const isCheck = process.argv.includes('--check');
  for (const [file, text] of changed) {
    if (!isCheck) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
    console.log(`${file} ${isCheck ? 'is not current: run npm run docs' : 'is written'}.`);
  }
  process.exit(isCheck && changed.size > 0 ? 1 : 0);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
