import { setTimeout as pause } from 'node:timers/promises';
import type { INodeParameters } from 'n8n-workflow';
import { factsOf } from '../support/failed-item';
import type { Behaviour } from '../support/gateway';
import { respond, delay, ownMaintenance, startGateway, thenDo } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

// A start that was refused for a passing reason is sent again until the recovery window has passed.
const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ITEMS = ['a', 'b', 'c'].map((number) => ({ number }));
const busy = (headers: Record<string, string> = {}) =>
  respond(429, { message: 'Too Many Attempts.' }, headers);
const maintenanceFor = (seconds: number) => ownMaintenance({ 'retry-after': String(seconds) });
const maintenance = maintenanceFor(1);

const start = (options: INodeParameters = {}, input: unknown[] = ITEMS) =>
  harness.start({ ...TARGET, options }, { input, settings: ERROR_OUTPUT });

/** Treats all starts in this way for a time, from the first one on. Returns the times at which starts arrived. */
function treatFor(milliseconds: number, behaviour: Behaviour): number[] {
  const times: number[] = [];
  harness.gateway.treat = ({ method }) => {
    if (method !== 'POST') return undefined;
    const now = Date.now();
    times.push(now);
    return now - (times[0] ?? now) < milliseconds ? behaviour : undefined;
  };
  return times;
}

/** Treats only the first start in this way. Returns the times at which starts arrived. */
function treatFirst(behaviour: Behaviour): number[] {
  const times: number[] = [];
  harness.gateway.treat = ({ method }) => {
    if (method !== 'POST') return undefined;
    times.push(Date.now());
    return times.length === 1 ? behaviour : undefined;
  };
  return times;
}

describe('a start that is refused for a time', () => {
  it.each<[string, Behaviour]>([
    ['a 429', busy()],
    ['a 429 with Retry-After', busy({ 'retry-after': '1' })],
    ['maintenance', maintenance],
  ])('starts each item exactly once when starts are refused for a time by %s', async (_, behaviour) => {
    treatFor(700, behaviour);
    const run = await start();
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(harness.starts().length).toBeGreaterThan(3);
    expect(harness.numbers().sort()).toEqual(['a', 'b', 'c']);
    expect(harness.lookUps()).toEqual([]);
  });

  it('starts each item exactly once when connections are refused for a time', async () => {
    const free = await startGateway(harness.server.url);
    const { port } = new URL(free.url);
    await free.close();
    const running = harness.start(TARGET, {
      input: ITEMS,
      credentials: harness.credentials('limited', free.url),
    });
    await pause(700);
    const late = await startGateway(harness.server.url, Number(port));
    expect((await running).items('ProcessMaker')).toHaveLength(3);
    expect(late.calls).toHaveLength(3);
    await late.close();
    expect(harness.numbers().sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('a server that is away', () => {
  const away = async (mode: 'manual' | 'trigger', options: INodeParameters) => {
    const free = await startGateway(harness.server.url);
    await free.close();
    const began = Date.now();
    const credentials = harness.credentials('limited', free.url);
    const run = await harness.start({ ...TARGET, options }, { credentials, mode, settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toContain('cannot be reached');
    return Date.now() - began;
  };

  it('says within 10 seconds that the server is away when a person runs the workflow by hand', async () => {
    expect(await away('manual', {})).toBeLessThan(10_000);
  });

  it('goes on for the whole recovery window when nobody runs the workflow by hand', async () => {
    expect(await away('trigger', { recoveryWindow: 12 })).toBeGreaterThan(10_000);
  });
});

describe('Retry-After', () => {
  it('waits as long as Retry-After asks before it sends a start again', async () => {
    const times = treatFirst(busy({ 'retry-after': '2' }));
    await start({}, [{ number: 'a' }]);
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2_000 - 5);
    expect(harness.numbers()).toEqual(['a']);
  });

  it('waits for Retry-After when it asks for the whole recovery window', async () => {
    const times = treatFirst(maintenanceFor(2));
    const run = await start({ recoveryWindow: 2 }, [{ number: 'a' }]);
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2_000 - 5);
    expect(harness.numbers()).toEqual(['a']);
  });

  it('sends a start once more after Retry-After, and gives up at the end of the recovery window', async () => {
    treatFor(60_000, maintenanceFor(2));
    const run = await start({ recoveryWindow: 2 }, [{ number: 'a' }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted', httpStatus: 503 }]);
    expect(harness.starts()).toHaveLength(2);
  });

  it('does not wait when Retry-After asks for more than the recovery window', async () => {
    treatFor(60_000, busy({ 'retry-after': '30' }));
    const run = await start({ recoveryWindow: 5 }, [{ number: 'a' }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted', httpStatus: 429 }]);
    expect(failedItems(run)[0]?.text).toContain('30 seconds');
    expect(harness.starts()).toHaveLength(1);
  });
});

describe('the end of the back-off', () => {
  it('gives up at the end of the recovery window, and reports all items as not started', async () => {
    const times = treatFor(60_000, maintenance);
    const run = await start({ recoveryWindow: 2 });
    expect(failedItems(run).map(factsOf)).toEqual(Array(3).fill({ outcome: 'notStarted', httpStatus: 503 }));
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(2_500);
    expect(harness.starts().length).toBeGreaterThan(3);
  });

  it.each<[string, Behaviour]>([
    ['403', respond(403, { message: 'This action is unauthorized.' })],
    ['422', respond(422, { message: 'The given data was invalid.' })],
    ['413', respond(413, { message: 'The POST data is too large.' })],
  ])('does not send a start again after a %s', async (_, behaviour) => {
    treatFor(60_000, behaviour);
    const run = await start({}, [{ number: 'a' }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(harness.starts()).toHaveLength(1);
  });

  it('sends no start again once the execution is canceled', async () => {
    treatFor(60_000, busy());
    const cancellation = new AbortController();
    setTimeout(() => cancellation.abort(), 700);
    const began = Date.now();
    await harness.start(TARGET, { input: ITEMS, signal: cancellation.signal });
    expect(Date.now() - began).toBeLessThan(5_000);
    const count = harness.starts().length;
    await pause(1_500);
    expect(harness.starts()).toHaveLength(count);
  });
});

describe('a node that has to stop', () => {
  it.each<[string, Behaviour]>([
    ['a 429', busy({ 'retry-after': '2' })],
    ['maintenance', maintenanceFor(2)],
  ])('sends no start again that waits after %s when another item has failed', async (_, behaviour) => {
    harness.gateway.treat = ({ method, body }) => {
      if (method !== 'POST') return undefined;
      if ((JSON.parse(body) as { number: string }).number === 'a') return behaviour;
      return thenDo(() => pause(500));
    };
    const parameters = { ...TARGET, process: locator('id', '={{ $json.process }}') };
    const input = [
      { number: 'a', process: 2 },
      { number: 'b', process: 999_999 },
    ];
    const began = Date.now();
    const run = await harness.start(parameters, { input });
    expect(run.status).toBe('error');
    expect(Date.now() - began).toBeLessThan(1_900);
    expect(harness.starts()).toHaveLength(2);
    expect(harness.requests()).toEqual([]);
  });

  it.each(['updateData', 'cancel'])(
    'sends no change of a Request that waits for one before it which has failed: %s',
    async (operation) => {
      await harness.start(TARGET);
      const request = locator('id', harness.requests()[0]?.id ?? 0);
      harness.gateway.reset();
      harness.gateway.treat = ({ method }) =>
        method === 'PUT' ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
      const parameters = { request, dataMode: 'json', jsonData: '={{ $json }}' };
      const run = await harness.perform(`request ${operation}`, parameters, { input: ITEMS });
      expect(run.error?.message).toContain('[item 0]');
      expect(harness.gateway.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    },
  );
});

describe('overload', () => {
  it('halves the number of parallel starts on overload, then increases it slowly', async () => {
    const input = Array.from({ length: 24 }, (_, number) => ({ number }));
    let underWay = 0;
    const atOnce: number[] = [];
    harness.gateway.treat = ({ method }) => {
      if (method !== 'POST') return undefined;
      if (harness.starts().length <= 8) return busy();
      return async (response, forward) => {
        atOnce.push(++underWay);
        await delay(100)(response, forward);
        underWay--;
      };
    };
    const run = await start({ requestsInParallel: 8 }, input);
    expect(run.items('ProcessMaker')).toHaveLength(24);
    // The first eight were sent again on their own; of the others, four run at a time and slowly more.
    expect(Math.max(...atOnce.slice(8, 12))).toBeLessThanOrEqual(6);
    expect(harness.numbers()).toHaveLength(24);
  });
});
