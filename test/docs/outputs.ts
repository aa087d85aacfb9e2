import type { INodeExecutionData } from 'n8n-workflow';
import type { Engine } from '../support/engine';
import { Harness } from '../support/harness';
import { EXAMPLES, type Example } from './examples';
import { PROCESS_MAKER } from '../support/workflows';
import { settingsOf } from './settings';

const ADDRESS = 'https://acme.processmaker.net';
/** So many items of an output are shown. */
const SHOWN = 2;

/** Runs every example in a new ProcessMaker, and gives what a page shows of it, by `resource operation`. */
export async function runExamples(engine: Engine): Promise<Map<string, string>> {
  const harness = new Harness();
  await harness.open({ queue: 'sync', reassigns: true, now: () => new Date('2026-11-24T09:30:00Z') }, engine);
  try {
    harness.reset();
    const texts = new Map<string, string>();
    for (const example of EXAMPLES) texts.set(example.operation, await runExample(harness, example));
    return texts;
  } finally {
    await harness.close();
  }
}

async function runExample(harness: Harness, example: Example): Promise<string> {
  const { operation, parameters, user, input, binaries, before } = example;
  await before?.(harness);
  const run = await harness.perform(operation, parameters, {
    ...(user && { user }),
    ...(input && { input: [input] }),
    ...(binaries && { binaries: [binaries] }),
  });
  if (run.error) throw new Error(`The example '${operation}' failed: ${run.error.message}`);
  const node = harness.engine.nodeTypes.getByName(PROCESS_MAKER).description;
  const items = run.outputs('ProcessMaker')[0] ?? [];
  return [
    `Settings: ${settingsOf(node, operation, parameters)}`,
    ...(input ? ['Input:', block(input)] : []),
    ...(binaries ? [`Input: an item with the binary field ${namesOf(binaries)}.`] : []),
    outputTitle(items),
    block(items.length === 1 ? items[0]?.json : items.slice(0, SHOWN).map(({ json }) => json)),
  ]
    .join('\n\n')
    .replaceAll(harness.gateway.url, ADDRESS)
    .replaceAll(harness.server.url, ADDRESS);
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
