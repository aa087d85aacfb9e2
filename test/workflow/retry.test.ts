import { answer, delay, resetAfter, resetBefore } from '../support/gateway';
import { ERROR_OUTPUT, locator } from '../support/workflows';
import { useWorld } from '../support/world';

const world = useWorld();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ITEMS = [{ number: 'a' }, { number: 'b' }, { number: 'c' }];
const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const ONE_BY_ONE = { ...TARGET, options: { requestsInParallel: 1 } };
const busy = answer(429, { message: 'Too Many Attempts.' });

// The same holds for a further try within one execution and for the Retry button after an ordinary failure.
const REPEATS = {
  'Retry On Fail': (parameters = ONE_BY_ONE, input: unknown[] = ITEMS) =>
    world.start(parameters, { input, settings: RETRY_ON_FAIL }),
  'the Retry button': async (parameters = ONE_BY_ONE, input: unknown[] = ITEMS) => {
    const failed = await world.start(parameters, { input });
    expect(failed.status).toBe('error');
    return await world.engine.retry(failed, { credentials: world.credentials() });
  },
};

describe.each(Object.entries(REPEATS))('%s', (_, repeat) => {
  it('does not start again what was started, and starts what surely was not', async () => {
    world.treatOnce('b', busy);
    const run = await repeat();
    expect(run.status).toBe('success');
    expect(world.numbers().sort()).toEqual(['a', 'b', 'c']);
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(
      ['a', 'b', 'c'].map(
        (number) => world.requests().find(({ data }) => (data as { number: string }).number === number)?.id,
      ),
    );
    // One start each, and the one that was refused.
    expect(world.starts()).toHaveLength(4);
  });

  it('gives the same output for an item that an earlier try has started', async () => {
    world.treatOnce('b', busy);
    const run = await repeat();
    const [first] = run.items('ProcessMaker');
    expect(Object.keys(first ?? {})).toEqual([
      'id',
      'caseNumber',
      'status',
      'name',
      'processId',
      'processName',
      'startedAt',
      'completedAt',
      'activeTask',
      'url',
    ]);
    expect(first).toMatchObject({ status: 'ACTIVE', processId: 2, activeTask: { name: 'Form Task' } });
  });

  it.each([
    ['the connection was lost after the start', resetAfter, 1],
    ['the connection was lost before the start', resetBefore, 0],
    ['a gateway answered', answer(502, '<html></html>'), 0],
  ])('does not send an item again of which nobody knows: %s', async (_case, behaviour, started) => {
    world.treatOnce('b', behaviour);
    const run = await repeat();
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/item 1/);
    expect(`${run.error?.message} ${run.error?.description}`).toMatch(/earlier|may have|already|unknown/i);
    expect(world.numbers().filter((number) => number === 'b')).toHaveLength(started);
    expect(world.starts().filter(({ body }) => body.includes('"b"'))).toHaveLength(1);
  });

  it('fails for a Request that has ended in ERROR in the meantime, without another one', async () => {
    world.treatOnce('b', (response, forward) => {
      for (const { id } of world.requests()) world.server.failRequest(id, 'The script failed');
      return busy(response, forward);
    });
    const run = await repeat();
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/item 0/);
    expect(run.error?.message).toContain(String(world.requests()[0]?.id));
    expect(world.numbers().filter((number) => number === 'a')).toHaveLength(1);
  });

  it('sends nothing again when what was started cannot be read', async () => {
    world.treatOnce('b', busy);
    const { treat } = world.gateway;
    world.gateway.treat = (call) =>
      call.method === 'GET' ? answer(500, { message: 'Server Error' }) : treat(call);
    const run = await repeat();
    expect(run.status).toBe('error');
    expect(world.numbers()).toEqual(['a']);
  });

  it('shows a Request as it stands now', async () => {
    world.treatOnce('b', (response, forward) => {
      for (const { id } of world.requests()) world.server.cancelRequest(id);
      return busy(response, forward);
    });
    const run = await repeat();
    const text = JSON.stringify(run.items('ProcessMaker')) + (run.error?.message ?? '');
    expect(text).toMatch(/CANCELED|canceled/i);
    expect(world.numbers().filter((number) => number === 'a')).toHaveLength(1);
  });

  it('asks for all that was started in few calls', async () => {
    const input = [
      ...Array.from({ length: 30 }, (_item, index) => ({ number: String(index) })),
      { number: 'b' },
    ];
    world.treatOnce('b', busy);
    const run = await repeat({ ...TARGET, options: { requestsInParallel: 1 } }, input);
    expect(run.items('ProcessMaker')).toHaveLength(31);
    expect(world.lookUps().length).toBeLessThanOrEqual(2);
    expect(world.requests()).toHaveLength(31);
  });
});

describe('Retry On Fail', () => {
  it('does not take a second item with the same data for a repeat', async () => {
    world.treatOnce('b', busy);
    const run = await REPEATS['Retry On Fail'](ONE_BY_ONE, [
      { number: 'a' },
      { number: 'a' },
      { number: 'b' },
    ]);
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(world.numbers().sort()).toEqual(['a', 'a', 'b']);
  });

  it('does not start again what was started next to a failed item of the error output', async () => {
    world.treatOnce('a', busy);
    const settings = { ...RETRY_ON_FAIL, ...ERROR_OUTPUT };
    const run = await world.start(ONE_BY_ONE, { input: ITEMS, settings });
    expect(run.status).toBe('success');
    expect(new Set(world.numbers()).size).toBe(world.numbers().length);
    expect(world.numbers()).toEqual(expect.arrayContaining(['b', 'c']));
  });

  it('fails again for a Request that ended in ERROR, without another one', async () => {
    const parameters = { process: locator('id', 16), startEvent: locator('id', 'node_1') };
    const run = await world.start(parameters, { user: 'admin', settings: RETRY_ON_FAIL });
    expect(run.status).toBe('error');
    expect(world.requests()).toHaveLength(1);
    expect(run.error?.message).toContain(String(world.requests()[0]?.id));
  });

  it('forgets everything when the node has ended well', async () => {
    world.treatOnce('b', busy);
    const run = await REPEATS['Retry On Fail']();
    expect(run.data.executionData?.contextData).toEqual({ 'node:ProcessMaker': {} });
  });
});

describe('the Retry button after a cancelled execution', () => {
  it('does not send an item again that was under way', async () => {
    world.gateway.treat = ({ method }) => (method === 'POST' ? delay(2_000) : undefined);
    const cancellation = new AbortController();
    setTimeout(() => cancellation.abort(), 200);
    const canceled = await world.start(ONE_BY_ONE, { input: ITEMS, signal: cancellation.signal });
    world.gateway.treat = () => undefined;
    const run = await world.engine.retry(canceled, { credentials: world.credentials() });
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/item 0/);
    expect(world.numbers()).toEqual(['a']);
  });
});
