import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { failedItem, isFailedItem } from '../support/failed-item';
import type { Call } from '../support/gateway';
import { respond } from '../support/gateway';
import { ID_OPERATIONS, type IdOperation } from '../support/id-operations';
import type { Run } from '../support/run';
import { ERROR_OUTPUT } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness({ queue: 'sync', reassigns: true });

const BAD = 2;
const COUNT = 6;
/** One reading is repeated for some seconds, once with the others and once alone. */
const PATIENCE_MS = 120_000;
const CONTINUE: Partial<INode> = { onError: 'continueRegularOutput' };

const titled = (operations: IdOperation[]) =>
  operations.map((one) => [`${one.operation}, ${one.field}`, one.variant ?? '', one] as const);

/** Whether a call names something: in its path, or in a list `id IN […]`. */
function holds({ path }: Call, kind: IdOperation['kind'], value: unknown): boolean {
  const url = new URL(path, 'http://gateway');
  const list = / ?(\w+) IN \[([\d,]+)\]/.exec(url.searchParams.get('pmql') ?? '');
  const [, field, ids = ''] = list ?? [];
  const named = kind === 'case_number' ? field === kind : field === 'id' && url.pathname.endsWith(`/${kind}`);
  if (named && ids.split(',').includes(String(value))) return true;
  const segment = kind === 'processes' ? '(?:processes|process_events)' : kind;
  return new RegExp(`/${segment}/${String(value)}(?:/|$)`).test(url.pathname);
}

function perform(
  { operation, parameters, user, binary = {} }: IdOperation,
  input: object[],
  settings: Partial<INode>,
) {
  return harness.perform(operation, parameters, { input, binaries: input.map(() => binary), user, settings });
}

/** What came of each item of the input, in the order of each output. */
function byItem(run: Run): INodeExecutionData[][] {
  const items = Array.from({ length: COUNT }, (): INodeExecutionData[] => []);
  for (const output of run.outputs('ProcessMaker')) {
    const order = output.map(({ pairedItem }) => (pairedItem as { item: number }).item);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (const item of output) items[(item.pairedItem as { item: number }).item]?.push(item);
  }
  return items;
}

const contentOf = (items: INodeExecutionData[]) => items.map(({ json, binary = {} }) => ({ json, binary }));

async function expectOnlyTheBadFails(
  one: IdOperation,
  input: IDataObject[],
  run: Run,
  calls: Call[],
): Promise<void> {
  const given = byItem(run);
  expect(given.map((items) => items.some(({ json }) => isFailedItem(json)))).toEqual(
    input.map((_, index) => index === BAD),
  );
  expect(given[BAD]).toHaveLength(1);
  const { change } = one;
  for (const [index, item] of input.entries()) {
    const isGood = index !== BAD;
    const content = contentOf(given[index] ?? []);
    if (change) {
      if (isGood) expect(content).toMatchObject([{ json: change.gives(item) }]);
      if (isGood) expect(calls.filter((call) => change.isSent(call, item))).toHaveLength(1);
      expect([index, change.isMade(harness, item)]).toEqual([index, isGood]);
    } else if (isGood) {
      const alone = await perform(one, [item], ERROR_OUTPUT);
      expect(content.length).toBeGreaterThan(0);
      expect(content).toEqual(contentOf(alone.outputs('ProcessMaker')[0] ?? []));
    }
  }
}

describe('one id among many that does not exist fails only its own item', () => {
  it.each(titled(ID_OPERATIONS))('in %s %s', async (_operation, _variant, one) => {
    for (const settings of [ERROR_OUTPUT, CONTINUE]) {
      const input = await one.prepare(harness, COUNT);
      const bad = one.field === 'name' ? 'There is no such thing' : 999_999;
      const given = input.map((item, index) => (index === BAD ? { ...item, [one.field]: bad } : item));
      harness.gateway.calls = [];
      const run = await perform(one, given, settings);
      const { calls } = harness.gateway;
      expect(run.outputs('ProcessMaker')[1] ?? []).toHaveLength(settings === ERROR_OUTPUT ? 1 : 0);
      // The thing that the bad item does not name any more has to stay as it is.
      await expectOnlyTheBadFails(one, input, run, calls);
    }
  });
});

describe('one id among many to which ProcessMaker answers 500 fails only its own item', () => {
  const operations = ID_OPERATIONS.filter(({ kind }) => kind !== undefined);
  const runs = new Map<IdOperation, { input: IDataObject[]; run: Run }>();
  let calls: Call[];

  // All at once, since most of the time is spent on waiting.
  beforeAll(async () => {
    const inputs: IDataObject[][] = [];
    for (const one of operations) inputs.push(await one.prepare(harness, COUNT));
    const isBad = (call: Call) =>
      operations.some(({ kind, field }, index) => holds(call, kind, inputs[index]?.[BAD]?.[field]));
    harness.gateway.calls = [];
    harness.gateway.treat = (call) => (isBad(call) ? respond(500, { message: 'Server Error' }) : undefined);
    await Promise.all(
      operations.map(async (one, index) => {
        const input = inputs[index] ?? [];
        runs.set(one, { input, run: await perform(one, input, ERROR_OUTPUT) });
      }),
    );
    ({ calls } = harness.gateway);
  }, PATIENCE_MS);

  it.each(titled(operations))('in %s %s', async (_operation, _variant, one) => {
    const { input = [], run } = runs.get(one) ?? {};
    if (!run) throw new Error('It did not run.');
    expect(calls.some((call) => holds(call, one.kind, input[BAD]?.[one.field]))).toBe(true);
    expect(run.items('ProcessMaker', 1).map(failedItem)).toMatchObject([{ httpStatus: 500 }]);
    await expectOnlyTheBadFails(one, input, run, calls);
  });
});
