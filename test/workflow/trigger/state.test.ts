import { respond, pass } from '../../support/gateway';
import { editData, serverTime, startByHand, taskOf, watcher, watching } from '../../support/watch';
import { useHarness } from '../../support/harness';

const harness = useHarness({ now: () => new Date(serverTime.now) });

const WITH_TASK = 2;
const STARTED = { triggerOn: ['requestStarted'] };
const HOUR_MS = 3_600_000;

// What other tests have made is of a time before. n8n's own clock goes on as the server's does.
beforeEach(() => {
  serverTime.now += HOUR_MS;
  jest.spyOn(Date, 'now').mockImplementation(() => serverTime.now);
});
afterEach(() => jest.restoreAllMocks());

const idsOf = (items: Array<{ id?: unknown }>) => items.map(({ id }) => id);

describe('the first poll', () => {
  it('emits nothing at the first poll, and saves the state with the activation', async () => {
    await startByHand(harness, WITH_TASK);
    const poller = watcher(harness, STARTED);
    await poller.activate();
    expect(poller.executions).toEqual([]);
    expect(JSON.parse(poller.saved)).toMatchObject({
      'node:Temporary': { instance: harness.gateway.url, kinds: { requestStarted: { after: 0 } } },
    });
  });

  it('emits nothing at the first poll of an event type that is chosen later', async () => {
    const poller = await watching(harness, STARTED);
    const id = await startByHand(harness, WITH_TASK);
    poller.parameters = { triggerOn: ['requestStarted', 'taskCreated'] };
    await poller.activate('update');
    expect(poller.items).toMatchObject([{ event: 'requestStarted', id }]);
    const next = await startByHand(harness, WITH_TASK);
    await poller.poll();
    expect(poller.items.slice(1)).toMatchObject([
      { event: 'requestStarted', id: next },
      { event: 'taskCreated', requestId: next },
    ]);
  });

  it.each([
    ['a text', () => 'x'],
    ['without times', () => ({ seen: {} })],
    ['with times that are null', (kept: object) => ({ ...kept, since: null, from: null })],
    ['with a time that is a text', (kept: { from: number }) => ({ ...kept, from: `${kept.from}` })],
    ['without the events that it has seen', (kept: object) => ({ ...kept, seen: null })],
  ])('begins anew when the saved state of an event type is %s', async (_name, change) => {
    await startByHand(harness, WITH_TASK);
    const poller = await watching(harness, STARTED);
    const memory = JSON.parse(poller.saved) as Record<string, { kinds: Record<string, unknown> }>;
    const { kinds = {} } = memory['node:Temporary'] ?? {};
    kinds.requestStarted = change(kinds.requestStarted as { from: number });
    poller.saved = JSON.stringify(memory);
    await poller.poll();
    const id = await startByHand(harness, WITH_TASK);
    await poller.poll();
    expect(poller.items).toMatchObject([{ event: 'requestStarted', id }]);
  });

  it('emits nothing at the first poll of another instance', async () => {
    const poller = await watching(harness, STARTED);
    await startByHand(harness, WITH_TASK);
    poller.credentials = {
      processMakerApi: { ...poller.credentials.processMakerApi, instanceUrl: harness.server.url },
    };
    await poller.activate('update');
    expect(poller.items).toEqual([]);
  });
});

describe('a workflow that was inactive', () => {
  it('catches up after the workflow was inactive, oldest first, and emits nothing twice', async () => {
    const poller = await watching(harness, STARTED);
    const before = await startByHand(harness, WITH_TASK);
    await poller.poll();
    poller.deactivate();
    const meanwhile: number[] = [];
    for (let count = 0; count < 3; count++) {
      serverTime.now += 30 * HOUR_MS;
      meanwhile.push(await startByHand(harness, WITH_TASK));
    }
    await poller.activate();
    expect(idsOf(poller.items)).toEqual([before, ...meanwhile]);
  });

  it('begins from now when the workflow is activated, but not when n8n starts or a change is published', async () => {
    const poller = await watching(harness, { ...STARTED, options: { startFromNow: true } });
    poller.deactivate();
    const first = await startByHand(harness, WITH_TASK);
    await poller.activate('init');
    poller.deactivate();
    const second = await startByHand(harness, WITH_TASK);
    await poller.activate('update');
    poller.deactivate();
    await startByHand(harness, WITH_TASK);
    await poller.activate('activate');
    expect(idsOf(poller.items)).toEqual([first, second]);
    const third = await startByHand(harness, WITH_TASK);
    await poller.poll();
    expect(idsOf(poller.items)).toEqual([first, second, third]);
  });
});

describe('the saved state', () => {
  it('saves the state with which a poll has emitted, so that a restart emits nothing twice', async () => {
    const poller = await watching(harness, STARTED);
    const first = await startByHand(harness, WITH_TASK);
    await poller.poll();
    const { saved } = poller;
    serverTime.now += 600_000;
    await poller.poll();
    expect(poller.saved).toBe(saved);
    poller.deactivate();
    const second = await startByHand(harness, WITH_TASK);
    await poller.activate('init');
    await poller.poll();
    expect(idsOf(poller.items)).toEqual([first, second]);
  });

  it('keeps the saved state small', async () => {
    const poller = await watching(harness, STARTED);
    for (let hours = 0; hours < 20; hours++) {
      serverTime.now += HOUR_MS;
      await startByHand(harness, WITH_TASK);
      await poller.poll();
    }
    expect(poller.items).toHaveLength(20);
    expect(poller.saved.length).toBeLessThan(300);
  });
});

describe('changes after an event', () => {
  it.each<[string, (id: number) => unknown]>([
    ['requestErrored', (id: number) => harness.server.failRequest(id, 'It broke.')],
    ['requestCanceled', (id: number) => harness.server.cancelRequest(id)],
    ['requestCompleted', (id: number) => harness.server.completeTask(taskOf(harness, id), {})],
  ])('does not emit %s again when the Request is changed later', async (eventType, happen) => {
    const poller = await watching(harness, { triggerOn: [eventType] });
    const id = await startByHand(harness, WITH_TASK);
    await happen(id);
    await poller.poll();
    serverTime.now += HOUR_MS;
    await editData(harness, id);
    await poller.poll();
    expect(idsOf(poller.items)).toEqual([id]);
  });

  it('does not emit a Request that came into ERROR before the trigger began and was changed later', async () => {
    const id = await startByHand(harness, WITH_TASK);
    harness.server.failRequest(id, 'It broke.');
    serverTime.now += HOUR_MS;
    const poller = await watching(harness, { triggerOn: ['requestErrored'] });
    await editData(harness, id);
    await poller.poll();
    expect(poller.items).toEqual([]);
  });
});

describe('polls that overlap or fail', () => {
  it('emits an event once when two polls overlap', async () => {
    const poller = await watching(harness, STARTED);
    const id = await startByHand(harness, WITH_TASK);
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => (release = resolve));
    let isFirst = true;
    harness.gateway.treat = () => async (response, forward) => {
      const waits = isFirst;
      isFirst = false;
      const forwarded = await forward();
      if (waits) await released;
      response.writeHead(forwarded.status, forwarded.headers).end(forwarded.body);
    };
    const slow = poller.poll();
    while (isFirst) await new Promise((resolve) => setImmediate(resolve));
    await poller.poll();
    release();
    await slow;
    await poller.poll();
    expect(idsOf(poller.items)).toEqual([id]);
  });

  it.each([1, 2, 3])(
    'leaves the state as it is when a poll fails at call %d, and emits all at the next',
    async (failing) => {
      const poller = await watching(harness, { triggerOn: ['requestStarted', 'taskCreated'] });
      const id = await startByHand(harness, WITH_TASK);
      harness.gateway.treat = () =>
        harness.gateway.calls.length >= failing
          ? respond(403, { message: 'This action is unauthorized.' })
          : pass;
      await poller.poll();
      expect(poller.errors).toHaveLength(1);
      expect(poller.executions).toEqual([]);
      harness.gateway.reset();
      await poller.poll();
      expect(poller.items).toMatchObject([{ id }, { requestId: id }]);
    },
  );

  it('repeats a call of a poll that meets a passing refusal', async () => {
    const poller = await watching(harness, STARTED);
    const id = await startByHand(harness, WITH_TASK);
    let refusals = 1;
    harness.gateway.treat = () => (refusals-- > 0 ? respond(502, '<html></html>') : undefined);
    await poller.poll();
    expect(poller.errors).toEqual([]);
    expect(idsOf(poller.items)).toEqual([id]);
  });
});

describe('every call', () => {
  it('asks in every call for the order by id, and for times with a zone', async () => {
    const poller = watcher(harness, {
      triggerOn: ['requestStarted', 'requestErrored', 'taskCreated', 'taskOverdue'],
    });
    await poller.activate();
    await poller.test();
    const queries = harness.gateway.calls.map(({ path }) => new URL(path, harness.gateway.url).searchParams);
    expect(new Set(queries.map((query) => query.get('order_by')))).toEqual(new Set(['id']));
    const times = queries.flatMap((query) => query.get('pmql')?.match(/"\d{4}-[^"]*"/g) ?? []);
    expect(times.length).toBeGreaterThan(4);
    for (const time of times) expect(time).toMatch(/^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"$/);
  });
});
