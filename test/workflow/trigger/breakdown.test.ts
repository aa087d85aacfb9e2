import { setTimeout as pause } from 'node:timers/promises';
import { useHarness } from '../../support/harness';
import type { Poller } from '../../support/poller';
import { useServerClock, useSimulatedHarness } from '../../support/simulated-harness';
import { startByHand, watching } from '../../support/watch';

const harness = useSimulatedHarness();

useServerClock(harness);

const PROCESS = 4;
const ID = 7;
const MINUTE_MS = 60_000;

interface Entry {
  message: string;
  created_at: string;
}

let errors: Entry[] = [];
beforeEach(() => (errors = []));

/** What the server does when a script fails: it notes it twice. */
function note(message: string): void {
  const created_at = new Date(harness.server.now).toISOString().replace('.000Z', '+00:00');
  errors.push({ message, created_at });
  change({ status: 'ERROR', errors: JSON.stringify(errors) });
}

const change = (columns: Record<string, string>) =>
  harness.server.update('requests', ID, harness.server.now, columns);

function pass(milliseconds: number): void {
  harness.server.now += milliseconds;
}

async function watchingOne(): Promise<Poller> {
  harness.server.insertRequest(ID, PROCESS, harness.server.now);
  const poller = harness.watcher({ triggerOn: ['requestStarted', 'requestErrored'] });
  await poller.activate();
  pass(10 * MINUTE_MS);
  return poller;
}

const reasonsOf = (poller: Poller) =>
  (poller.items as Array<{ event: string; reason: string | null }>).map(
    ({ event, reason }) => `${event} ${reason}`,
  );

describe('a script that fails, which the server notes twice', () => {
  it.each([0, 1000])('starts the workflow once for the two entries, %d ms apart', async (apart) => {
    const poller = await watchingOne();
    note('It broke.');
    pass(apart);
    note('It broke.');
    for (let polls = 0; polls < 8; polls++) {
      await poller.poll();
      pass(MINUTE_MS);
    }
    expect(reasonsOf(poller)).toEqual(['requestErrored It broke.']);
  });

  it.each([0, 1000])(
    'starts the workflow once when it polls between the two entries, %d ms apart, and long after them',
    async (apart) => {
      const poller = await watchingOne();
      note('It broke.');
      await poller.poll();
      pass(apart);
      note('It broke.');
      for (let polls = 0; polls < 8; polls++) {
        await poller.poll();
        pass(MINUTE_MS);
      }
      change({});
      await poller.poll();
      expect(reasonsOf(poller)).toEqual(['requestErrored It broke.']);
    },
  );

  it('starts the workflow again for the breakdown after a retry, and not while the script runs again', async () => {
    const poller = await watchingOne();
    note('It broke.');
    pass(1000);
    note('It broke.');
    await poller.poll();
    pass(10 * MINUTE_MS);
    // A retry empties the list, and leaves the status until the script has ended.
    errors = [];
    change({ errors: '[]' });
    await poller.poll();
    pass(MINUTE_MS);
    await poller.poll();
    expect(reasonsOf(poller)).toEqual(['requestErrored It broke.']);
    note('It broke again.');
    await poller.poll();
    pass(1000);
    note('It broke again.');
    await poller.poll();
    expect(reasonsOf(poller)).toEqual(['requestErrored It broke.', 'requestErrored It broke again.']);
  });

  it('starts the workflow again for a second breakdown whose entries follow those of the first', async () => {
    const poller = await watchingOne();
    note('It broke.');
    pass(1000);
    note('It broke.');
    await poller.poll();
    pass(2000);
    note('Another broke.');
    await poller.poll();
    pass(1000);
    note('Another broke.');
    await poller.poll();
    expect(reasonsOf(poller)).toEqual(['requestErrored It broke.', 'requestErrored Another broke.']);
  });

  it('starts the workflow for a Request that was put into ERROR without an entry', async () => {
    const poller = await watchingOne();
    change({ status: 'ERROR' });
    await poller.poll();
    await poller.poll();
    expect(reasonsOf(poller)).toEqual(['requestErrored null']);
  });
});

describe('a script of a process', () => {
  const server = useHarness({ betweenErrorsMs: 500 });
  const PAYMENT_RUN = 26;
  const until = async (isSo: () => boolean) => {
    for (const end = Date.now() + 5000; !isSo() && Date.now() < end;) await pause(10);
    expect(isSo()).toBe(true);
  };

  it('starts the workflow once when a script fails, and once more when it fails again after a retry', async () => {
    // This server has a clock of its own.
    jest.restoreAllMocks();
    server.server.scriptsRun = false;
    const poller = await watching(server, { triggerOn: ['requestErrored'] });
    const id = await startByHand(server, PAYMENT_RUN, {}, 'admin', 'due');
    const request = () => server.server.requests().find((one) => one.id === id);
    await until(() => request()?.status === 'ERROR');
    await poller.poll();
    expect(poller.items).toHaveLength(1);
    await pause(1500);
    await poller.poll();
    expect(poller.items).toHaveLength(1);
    server.server.scriptsHeld = true;
    const headers = { authorization: `Bearer ${server.server.tokens.admin}` };
    await fetch(`${server.server.url}/api/1.0/requests/${id}/retry`, { method: 'PUT', headers });
    await pause(1500);
    await poller.poll();
    expect(poller.items).toHaveLength(1);
    server.server.scriptsHeld = false;
    await pause(1500);
    await poller.poll();
    await poller.poll();
    expect(poller.errors).toEqual([]);
    expect(poller.items).toMatchObject([{ id }, { id }]);
  });
});
