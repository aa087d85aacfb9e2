import { holdUntil } from '../support/gateway';
import { locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 4), startEvent: locator('id', 'node_1') };
const input = Array.from({ length: 120 }, (_, number) => ({ number }));

describe('Requests in Parallel', () => {
  it.each([
    ['5 by default', undefined, 5],
    ['1', 1, 1],
    ['20', 20, 20],
    ['50', 50, 50],
  ])('keeps the number of parallel Requests at %s', async (_, requestsInParallel, expected) => {
    harness.gateway.treat = () => holdUntil(harness.gateway, expected);
    const options = requestsInParallel === undefined ? {} : { requestsInParallel };
    const items = input.slice(0, expected * 2);
    const run = await harness.start({ ...TARGET, options }, { input: items });
    expect(run.items('ProcessMaker')).toHaveLength(items.length);
    expect(harness.gateway.mostAtOnce).toBe(expected);
  });

  it.each([0, 51, 500, 2.5])('refuses %d for Requests in Parallel', async (requestsInParallel) => {
    const run = await harness.start({ ...TARGET, options: { requestsInParallel } }, { input });
    expect(run.error?.message).toContain('Requests in Parallel');
    expect(harness.gateway.calls).toEqual([]);
  });

  it('starts Requests in input order with Requests in Parallel at 1', async () => {
    await harness.start({ ...TARGET, options: { requestsInParallel: 1 } }, { input: input.slice(0, 20) });
    expect(harness.requests()).toMatchObject(input.slice(0, 20).map((data) => ({ data })));
  });
});
