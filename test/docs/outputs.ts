import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Engine } from '../support/engine';
import { Harness } from '../support/harness';
import { EXAMPLES, type Example } from './examples';
import { wakeUp } from '../support/review';
import { locator, PROCESS_MAKER } from '../support/workflows';
import { settingsOf } from './settings';

const ADDRESS = 'https://acme.processmaker.net';
/** So many items of an output are shown. */
const SHOWN = 2;

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
    for (const example of EXAMPLES) outputs.set(example.operation, await runExample(harness, example));
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

async function runExample(harness: Harness, example: Example): Promise<Output> {
  const { operation, parameters, user, input, binaries, before, asleep } = example;
  await before?.(harness);
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
  const text = [
    `Settings: ${settingsOf(node, operation, parameters)}`,
    ...(input ? ['Input:', block(input)] : []),
    ...(binaries ? [`Input: an item with the binary field ${namesOf(binaries)}.`] : []),
    outputTitle(items),
    block(items.length === 1 ? items[0]?.json : items.slice(0, SHOWN).map(({ json }) => json)),
  ]
    .join('\n\n')
    .replaceAll(harness.gateway.url, ADDRESS)
    .replaceAll(harness.server.url, ADDRESS);
  return { text, items: items.map(({ json }) => json) };
}

function outputTitle(items: INodeExecutionData[]): string {
  const binaries = items[0]?.binary ? `, with the binary field ${namesOf(items[0].binary)}` : '';
  if (items.length > SHOWN) return `Output, the first ${SHOWN} of ${items.length} items${binaries}:`;
  return `Output${items.length === 1 ? '' : `, ${items.length} items`}${binaries}:`;
}

const namesOf = (binaries: object) =>
  Object.keys(binaries)
    .map((name) => `\`${name}\``)
    .join(', ');
const block = (value: unknown) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
