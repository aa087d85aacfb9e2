import type { INodeParameters } from 'n8n-workflow';
import { createWorkflow, locator, PROCESS_MAKER, startWorkflow } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };

interface Key {
  run: string;
  iteration: string;
  item: string;
  digest: string;
}

function parse(key: unknown): Key {
  const parts = /^(?<run>[\da-f]{16})\.(?<iteration>\d+)\.(?<item>\d+)\.(?<digest>[\da-f]{16})$/.exec(
    String(key),
  );
  if (!parts?.groups) throw new Error(`${String(key)} is no key.`);
  return { ...parts.groups } as unknown as Key;
}

/** The keys of one run, by item. */
async function keysOf(input: unknown[], parameters: INodeParameters = {}): Promise<Key[]> {
  const before = harness.starts().length;
  await harness.start({ ...TARGET, ...parameters }, { input });
  const keys = harness.sentKeys().slice(before).map(parse);
  return keys.sort((one, other) => Number(one.item) - Number(other.item));
}

describe('the hidden key', () => {
  it('names run, iteration and item in the hidden key, and adds a digest', async () => {
    const keys = await keysOf([{ number: 'a' }, { number: 'b' }, { number: 'a' }]);
    expect(new Set(keys.map(({ run }) => run)).size).toBe(1);
    expect(keys.map(({ iteration, item }) => [iteration, item])).toEqual([
      ['0', '0'],
      ['0', '1'],
      ['0', '2'],
    ]);
    expect(keys[0]?.digest).toBe(keys[2]?.digest);
    expect(keys[0]?.digest).not.toBe(keys[1]?.digest);
  });

  it('names another run in the hidden key of another execution', async () => {
    const [[first], [second]] = [await keysOf([{ number: 'a' }]), await keysOf([{ number: 'a' }])];
    expect(first?.digest).toBe(second?.digest);
    expect(first?.run).not.toBe(second?.run);
  });

  it('names another run in the hidden key of another node', async () => {
    const node = (name: string) => ({ name, type: PROCESS_MAKER, parameters: TARGET });
    const nodes = [{ name: 'Start', type: 'test.start' }, node('First'), node('Second')];
    const workflow = createWorkflow(nodes, [
      ['Start', 'First'],
      ['Start', 'Second'],
    ]);
    await harness.run(workflow, { input: [{ number: 'a' }] });
    const [first, second] = harness.sentKeys().map(parse);
    expect(first?.run).not.toBe(second?.run);
  });

  it.each([
    ['process', { process: locator('id', 4) }],
    ['start event', { process: locator('id', 3), startEvent: locator('id', 'node_9') }],
  ])('adds another digest to the hidden key for another %s', async (_, parameters) => {
    const usual = { process: locator('id', 3) };
    const keys = [...(await keysOf([{}], usual)), ...(await keysOf([{}], parameters))];
    expect(keys[0]?.digest).not.toBe(keys[1]?.digest);
  });

  it('stores the hidden key, but does not show it with Include Data', async () => {
    const parameters = { ...TARGET, options: { includeData: true } };
    const run = await harness.start(parameters, { input: [{ number: 'a' }] });
    expect(run.items('ProcessMaker')).toMatchObject([{ data: { number: 'a' } }]);
    expect(JSON.stringify(run.items('ProcessMaker'))).not.toContain('_n8n_key');
    expect(harness.requests()).toMatchObject([{ data: { _n8n_key: harness.sentKeys()[0] } }]);
  });

  it('does not send a key that came with the item', async () => {
    const input = [{ number: 'a', _n8n_key: 'of another start' }];
    await harness.start(TARGET, { input });
    expect(harness.sentTexts()).toEqual(['{"number":"a"}']);
    expect(harness.starts()[0]?.body.match(/_n8n_key/g)).toHaveLength(1);
    expect(harness.starts()[0]?.body).not.toContain('of another start');
  });

  it('makes no extra call for the hidden key in a first run', async () => {
    await harness.start(TARGET, { input: [{ number: 'a' }, { number: 'b' }] });
    expect(harness.gateway.calls.map(({ method }) => method)).toEqual(['POST', 'POST']);
  });
});

describe('the hint about sub-workflows', () => {
  const hints = async (options: INodeParameters, mode: 'integrated' | 'trigger') => {
    const workflow = startWorkflow({ ...TARGET, options });
    const run = await harness.run(workflow, { input: [{ number: 'a' }, { number: 'b' }], mode });
    return run.hints('ProcessMaker');
  };

  it('gives a sub-workflow one hint when an item has no Idempotency Key', async () => {
    expect(await hints({}, 'integrated')).toEqual([expect.stringContaining("'Idempotency Key'")]);
  });

  it('gives a sub-workflow no hint with an Idempotency Key', async () => {
    expect(await hints({ idempotencyKey: '={{ "hint-" + $json.number }}' }, 'integrated')).toEqual([]);
  });

  it('gives no hint to a workflow that no other workflow calls', async () => {
    expect(await hints({}, 'trigger')).toEqual([]);
  });
});
