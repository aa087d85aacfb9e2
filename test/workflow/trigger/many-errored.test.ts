import { useServerClock, useSimulatedHarness } from '../../support/simulated-harness';
import { SCRIPT_ELEMENT } from '../../trigger/server';

// Many Requests come into ERROR between two polls. Of each the trigger asks whether it goes on.
const harness = useSimulatedHarness();
useServerClock(harness);

const PROCESS = 4;
const MINUTE_MS = 60_000;
const BUDGET_MS = 300_000;
const MOST_CALLS = 500;
const REQUESTS = 500;
/** Every fifth is tried again, and has another attempt in an hour. */
const isRetried = (id: number) => id % 5 === 0;

let calls = 0;
let callMs = 0;

beforeEach(() => {
  const { server } = harness;
  calls = 0;
  server.interfere = () => {
    calls += 1;
    server.now += callMs;
    return Promise.resolve();
  };
});

const entry = (time: number, message: string) => ({
  message,
  created_at: new Date(time).toISOString().replace('.000Z', '+00:00'),
  element_id: SCRIPT_ELEMENT,
  element_name: 'Simulated script',
});

/** A script fails: for the last time, or once of several. */
function fail(id: number, isLast: boolean): void {
  const { server } = harness;
  const first = entry(server.now, 'It broke.');
  const errors = isLast ? [first, first] : [first];
  server.update('requests', id, server.now, { status: 'ERROR', errors: JSON.stringify(errors) });
}

function begin(id: number): void {
  const { server } = harness;
  server.insertRequest(id, PROCESS, server.now);
  server.insertScript(REQUESTS + id, id, server.now, isRetried(id) ? 'ACTIVE' : 'FAILING');
}

const all = Array.from({ length: REQUESTS }, (_, index) => index + 1);

it.each([
  ['a fast server', 100, 2],
  ['a slow server', 2500, 6],
])(
  'gives each of 500 Requests that have failed once, in several polls within their budget, and none that is tried again: %s',
  async (_, milliseconds, leastPolls) => {
    const { server } = harness;
    for (const id of all) begin(id);
    const poller = harness.watcher({ triggerOn: ['requestErrored'] });
    await poller.activate();
    server.now += 10 * MINUTE_MS;
    for (const id of all) {
      if (id % 7 === 0) server.now += 1000;
      fail(id, !isRetried(id));
    }
    callMs = milliseconds;
    let busy = 0;
    const pollOnce = async () => {
      const before = { calls, now: server.now, items: poller.items.length };
      await poller.poll();
      expect(calls - before.calls).toBeLessThanOrEqual(MOST_CALLS);
      // One call more may begin in time.
      expect(server.now - before.now).toBeLessThanOrEqual(BUDGET_MS + 2 * milliseconds);
      if (poller.items.length > before.items) busy += 1;
      server.now += MINUTE_MS;
    };
    for (let polls = 0; polls < 120; polls++) await pollOnce();
    expect(poller.errors).toEqual([]);
    expect(busy).toBeGreaterThanOrEqual(leastPolls);
    const given = () => poller.items.map(({ id }) => Number(id)).sort((one, other) => one - other);
    expect(given()).toEqual(all.filter((id) => !isRetried(id)));
    // Of those that were tried again, half heal, and half fail for good.
    const later = all.filter((id) => isRetried(id));
    for (const id of later) {
      const [script, heals] = [REQUESTS + id, id % 2 === 0];
      server.update('tasks', script, server.now, { status: heals ? 'CLOSED' : 'FAILING' });
      if (heals) server.update('requests', id, server.now, { status: 'COMPLETED' });
      else fail(id, true);
    }
    for (let polls = 0; polls < 40; polls++) await pollOnce();
    expect(poller.errors).toEqual([]);
    expect(given()).toEqual(all.filter((id) => !isRetried(id) || id % 2 === 1));
  },
);
