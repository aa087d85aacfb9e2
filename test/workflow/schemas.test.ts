import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { resources } from '../../nodes/ProcessMaker/actions/resources';
import { runExamples } from '../docs/outputs';
import { schemaFile, schemasOf } from '../docs/schemas';
import { createEngine } from '../support/engine';
import { useHarness } from '../support/harness';
import { locator } from '../support/workflows';

/** What is built is what n8n finds. */
const BUILT = path.resolve(__dirname, '../../dist');
const OPERATIONS = resources.flatMap(({ value, operations }) =>
  operations.map((operation) => `${value} ${operation.value}`),
);

interface Schema {
  type: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

const readSchema = (operation: string) =>
  JSON.parse(readFileSync(path.join(BUILT, schemaFile(operation)), 'utf8')) as Schema & { version: number };

/** Where a value is not as a schema says: null is allowed everywhere, since the editor reads one type of each value. */
function strangers(value: unknown, schema: Schema | undefined, at: string): string[] {
  if (!schema) return [`${at} is not in the schema`];
  if (value === null) return [];
  const type = Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  if (type !== schema.type) return [`${at} is of the type ${type}, not ${schema.type}`];
  if (Array.isArray(value)) return value.flatMap((one) => strangers(one, schema.items, `${at}[]`));
  if (type !== 'object' || at.endsWith('.data')) return [];
  return Object.entries(value as IDataObject).flatMap(([name, one]) =>
    strangers(one, schema.properties?.[name], `${at}.${name}`),
  );
}

describe('the schema of an output, which the editor shows before a run', () => {
  const harness = useHarness({ queue: 'sync' });
  let outputs: Map<string, IDataObject[]>;

  beforeAll(async () => {
    const examples = await runExamples(await createEngine());
    outputs = new Map([...examples].map(([operation, { items }]) => [operation, items]));
  });

  it('lies in the built package for every operation, and for nothing else', () => {
    const folder = path.join(BUILT, 'nodes/ProcessMaker/__schema__');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.relative(BUILT, path.join(parentPath, name)));
    expect(files.sort()).toEqual(OPERATIONS.map(schemaFile).sort());
  });

  it.each(OPERATIONS)(
    'names every field of the real output of %s, and no other, with its type',
    (operation) => {
      const items = outputs.get(operation) ?? [];
      const schema = readSchema(operation);
      expect(items).not.toEqual([]);
      expect(items.flatMap((item) => strangers(item, schema, operation))).toEqual([]);
      const given = new Set(items.flatMap((item) => Object.keys(item)));
      expect(Object.keys(schema.properties ?? {}).sort()).toEqual([...given].sort());
      expect(schema).toEqual(schemasOf(outputs).get(operation));
    },
  );

  it('holds for a Request that is completed and for one that waits at a Task', async () => {
    for (const process of [2, 4]) {
      const run = await harness.start({ process: locator('id', process) });
      const [item] = run.items('ProcessMaker');
      expect(strangers(item, readSchema('request start'), 'request start')).toEqual([]);
    }
  });

  it('has a type for every field of a new Request, also for one that is null in the beginning', () => {
    expect(readSchema('request start')).toEqual({
      type: 'object',
      properties: {
        id: { type: 'integer' },
        caseNumber: { type: 'integer' },
        status: { type: 'string' },
        processId: { type: 'integer' },
        processName: { type: 'string' },
        startedAt: { type: 'string' },
        completedAt: { type: 'string' },
        activeTask: {
          type: 'object',
          properties: { id: { type: 'integer' }, name: { type: 'string' } },
        },
        url: { type: 'string' },
      },
      version: 1,
    });
  });
});
