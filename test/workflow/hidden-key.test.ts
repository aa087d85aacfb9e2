import type { INodeParameters } from 'n8n-workflow';
import { respond, resetAfter } from '../support/gateway';
import {
  createWorkflow,
  ERROR_OUTPUT,
  failedItems,
  locator,
  PROCESS_MAKER,
  startWorkflow,
} from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const OFF = { ...TARGET, options: { hiddenKey: false, requestsInParallel: 1, recoveryWindow: 0 } };

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

  it.each([true, false])(
    'does not send a key that came with the item, with Hidden Key %s',
    async (hiddenKey) => {
      const input = [{ number: 'a', _n8n_key: 'of another start' }];
      await harness.start({ ...TARGET, options: { hiddenKey } }, { input });
      expect(harness.sentTexts()).toEqual(['{"number":"a"}']);
      expect(harness.starts()[0]?.body.match(/_n8n_key/g) ?? []).toHaveLength(hiddenKey ? 1 : 0);
      expect(harness.starts()[0]?.body).not.toContain('of another start');
    },
  );

  it('makes no extra call for the hidden key in a first run', async () => {
    await harness.start(TARGET, { input: [{ number: 'a' }, { number: 'b' }] });
    expect(harness.gateway.calls.map(({ method }) => method)).toEqual(['POST', 'POST']);
  });
});

describe('Hidden Key off', () => {
  const ITEMS = [{ number: 'a' }, { number: 'b' }, { number: 'c' }];
  const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };

  it('sends no key with Hidden Key off', async () => {
    await harness.start(OFF, { input: [{ number: 'a' }, {}] });
    expect(harness.starts().map(({ body }) => body)).toEqual(['{"number":"a"}', '{}']);
  });

  it('reports a lost start as unknown without looking for it, with Hidden Key off', async () => {
    harness.treatOnce('b', resetAfter);
    const run = await harness.start(OFF, { input: ITEMS, settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ input: { number: 'b' }, outcome: 'unknown' }]);
    expect(failedItems(run)[0]?.text).toContain('look there before you repeat it');
    expect(failedItems(run)[0]?.text).not.toContain('PMQL');
    expect(harness.lookUps()).toEqual([]);
    expect(harness.numbers()).toEqual(['a', 'b', 'c']);
  });

  it('reports a 500 of ProcessMaker as unknown with Hidden Key off', async () => {
    harness.treatOnce('b', respond(500, { message: 'Server Error' }));
    const run = await harness.start(OFF, { input: ITEMS, settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown', httpStatus: 500 }]);
  });

  it('finds the Requests of an earlier attempt by id in one call, with Hidden Key off', async () => {
    harness.treatOnce('c', respond(429, { message: 'Too Many Attempts.' }));
    const run = await harness.start(OFF, { input: ITEMS, settings: RETRY_ON_FAIL });
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(harness.requests().map(({ id }) => id));
    expect(harness.numbers()).toEqual(['a', 'b', 'c']);
    expect(harness.lookUps()).toHaveLength(1);
  });

  it('does not send an item again that an earlier attempt left unknown, with Hidden Key off', async () => {
    harness.treatOnce('b', resetAfter);
    const run = await harness.start(OFF, { input: ITEMS, settings: RETRY_ON_FAIL });
    expect(run.error?.message).toMatch(/not known whether an earlier attempt.*item 1/s);
    expect(harness.numbers()).toEqual(['a', 'b']);
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
