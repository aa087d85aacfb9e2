import { isDeepStrictEqual } from 'node:util';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Engine } from '../support/engine';
import { Harness } from '../support/harness';
import { EXAMPLES, type Example } from './examples';
import { wakeUp } from '../support/review';
import { locator, PROCESS_MAKER } from '../support/workflows';
import { settingsOf } from './settings';

const ADDRESS = 'https://acme.processmaker.net';
/** Fields that differ with every thing, and say nothing about what an operation gives. */
const NUMBERS = ['id', 'caseNumber', 'requestId', 'url'];

/** The Requests and Tasks that are shown in full, by the resource of their page. */
type Shown = Record<string, IDataObject[]>;

/** An example that has run. */
interface Output {
  /** What a page shows of it. */
  text: string;
  items: IDataObject[];
}

/** Where the example shows more than the operation gives by itself. */
const BY_DEFAULT: Record<string, INodeParameters> = {
  'request get': { request: locator('id', 1) },
  'request wait': { request: locator('id', 1), waitFor: 'finish' },
};

/** Runs every example in a new ProcessMaker, and gives what comes of it, by `resource operation`. */
export async function runExamples(engine: Engine): Promise<Map<string, Output>> {
  const harness = new Harness();
  await harness.open({ queue: 'sync', reassigns: true, now: () => new Date('2026-11-24T09:30:00Z') }, engine);
  try {
    harness.reset();
    const outputs = new Map<string, Output>();
    const shown: Shown = { request: [], task: [] };
    for (const example of EXAMPLES) outputs.set(example.operation, await runExample(harness, example, shown));
    for (const [operation, parameters] of Object.entries(BY_DEFAULT)) {
      const { text } = outputs.get(operation) ?? { text: '' };
      const { items } = await runExample(harness, { operation, user: 'admin', parameters });
      outputs.set(operation, { text, items });
    }
    return outputs;
  } finally {
    await harness.close();
  }
}

/** Runs an example. What has all fields of one that its page has shown before is shown by the fields that differ. */
async function runExample(harness: Harness, example: Example, shown: Shown = {}): Promise<Output> {
  const { operation, parameters, user, input, binaries, asleep } = example;
  await example.before?.(harness);
  let run = await harness.perform(operation, parameters, {
    ...(user && { user }),
    ...(input && { input: [input] }),
    ...(binaries && { binaries: [binaries] }),
  });
  if (asleep) {
    await asleep(harness);
    run = (await wakeUp(harness, run, user)).run ?? run;
  }
  if (run.error) throw new Error(`The example '${operation}' failed: ${run.error.message}`);
  const node = harness.engine.nodeTypes.getByName(PROCESS_MAKER).description;
  const items = run.outputs('ProcessMaker')[0] ?? [];
  const [first] = items.length === 1 ? items.map(({ json }) => json) : [];
  const before = shown[operation.split(' ')[0] ?? ''];
  const like = first && before?.find((output) => Object.keys(output).every((name) => name in first));
  const differing = Object.entries(first ?? {}).filter(
    ([name, value]) => !NUMBERS.includes(name) && !isDeepStrictEqual(value, like?.[name]),
  );
  if (first?.url && !like) before?.push(first);
  const text = [
    `Settings: ${settingsOf(node, operation, parameters)}`,
    ...(input ? ['Input:', block(input)] : []),
    ...(binaries ? [`Input: an item with the binary field ${namesOf(binaries)}.`] : []),
    ...(like
      ? differences(operation, Object.fromEntries(differing))
      : [outputTitle(items), block(items[0]?.json ?? [])]),
  ]
    .join('\n\n')
    .replaceAll(harness.gateway.url, ADDRESS)
    .replaceAll(harness.server.url, ADDRESS);
  return { text, items: items.map(({ json }) => json) };
}

/** What differs from an output that is shown in full. */
function differences(operation: string, fields: IDataObject): string[] {
  const thing = operation.startsWith('task') ? 'Task' : 'Request';
  const same = `Output: the ${thing}, with the same fields as above`;
  return Object.keys(fields).length ? [`${same}. These differ:`, block(fields)] : [`${same}.`];
}

function outputTitle(items: INodeExecutionData[]): string {
  const binaries = items[0]?.binary ? `, with the binary field ${namesOf(items[0].binary)}` : '';
  if (items.length === 0) return 'Output, no item:';
  return `Output${items.length === 1 ? '' : `, the first of ${items.length} items`}${binaries}:`;
}

const namesOf = (binaries: object) =>
  Object.keys(binaries)
    .map((name) => `\`${name}\``)
    .join(', ');
const block = (value: unknown) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
