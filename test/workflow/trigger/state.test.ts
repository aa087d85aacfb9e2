import { answer, pass } from '../../support/gateway';
import { editData, serverTime, startByHand, taskOf, watcher, watching } from '../../support/watch';
import { useWorld } from '../../support/world';

const world = useWorld({ now: () => new Date(serverTime.now) });

const WITH_TASK = 2;
const STARTED = { triggerOn: ['requestStarted'] };
const HOUR_MS = 3_600_000;

beforeEach(() => (serverTime.now = Date.now()));

const idsOf = (items: Array<{ id?: unknown }>) => items.map(({ id }) => id);

describe('the first poll', () => {
  it('gives nothing, and is saved with the activation', async () => {
    await startByHand(world, WITH_TASK);
    const poller = watcher(world, STARTED);
    await poller.activate();
    expect(poller.executions).toEqual([]);
    expect(JSON.parse(poller.saved)).toMatchObject({
      'node:Temporary': { instance: world.gateway.url, kinds: { requestStarted: { after: 0 } } },
    });
  });

  it('of another kind of event, chosen later, gives nothing either', async () => {
    const poller = await watching(world, STARTED);
    const id = await startByHand(world, WITH_TASK);
    poller.parameters = { triggerOn: ['requestStarted', 'taskCreated'] };
    await poller.activate('update');
    expect(poller.items).toMatchObject([{ event: 'requestStarted', id }]);
    const next = await startByHand(world, WITH_TASK);
    await poller.poll();
    expect(poller.items.slice(1)).toMatchObject([
      { event: 'requestStarted', id: next },
      { event: 'taskCreated', requestId: next },
    ]);
  });

  it('on another instance gives nothing', async () => {
    const poller = await watching(world, STARTED);
    await startByHand(world, WITH_TASK);
    poller.credentials = {
      processMakerApi: { ...poller.credentials.processMakerApi, instanceUrl: world.server.url },
    };
    await poller.activate('update');
    expect(poller.items).toEqual([]);
  });
});

describe('a workflow that was off', () => {
  it('catches up, the oldest first, and is not given twice what it had', async () => {
    const poller = await watching(world, STARTED);
    const before = await startByHand(world, WITH_TASK);
    await poller.poll();
    poller.deactivate();
    const meanwhile: number[] = [];
    for (let count = 0; count < 3; count++) {
      serverTime.now += 30 * HOUR_MS;
      meanwhile.push(await startByHand(world, WITH_TASK));
    }
    await poller.activate();
    expect(idsOf(poller.items)).toEqual([before, ...meanwhile]);
  });

  it('begins from now when it is told to, but not when n8n starts or a change is published', async () => {
    const poller = await watching(world, { ...STARTED, options: { startFromNow: true } });
    poller.deactivate();
    const first = await startByHand(world, WITH_TASK);
    await poller.activate('init');
    poller.deactivate();
    const second = await startByHand(world, WITH_TASK);
    await poller.activate('update');
    poller.deactivate();
    await startByHand(world, WITH_TASK);
    await poller.activate('activate');
    expect(idsOf(poller.items)).toEqual([first, second]);
    const third = await startByHand(world, WITH_TASK);
    await poller.poll();
    expect(idsOf(poller.items)).toEqual([first, second, third]);
  });
});

describe('what is saved', () => {
  it('is the state with which a poll has emitted, so that a restart gives nothing twice', async () => {
    const poller = await watching(world, STARTED);
    const first = await startByHand(world, WITH_TASK);
    await poller.poll();
    const { saved } = poller;
    serverTime.now += 600_000;
    await poller.poll();
    expect(poller.saved).toBe(saved);
    poller.deactivate();
    const second = await startByHand(world, WITH_TASK);
    await poller.activate('init');
    await poller.poll();
    expect(idsOf(poller.items)).toEqual([first, second]);
  });

  it('stays small', async () => {
    const poller = await watching(world, STARTED);
    for (let hours = 0; hours < 20; hours++) {
      serverTime.now += HOUR_MS;
      await startByHand(world, WITH_TASK);
      await poller.poll();
    }
    expect(poller.items).toHaveLength(20);
    expect(poller.saved.length).toBeLessThan(300);
  });
});

describe('what was changed later', () => {
  it.each<[string, (id: number) => unknown]>([
    ['requestErrored', (id: number) => world.server.failRequest(id, 'It broke.')],
    ['requestCanceled', (id: number) => world.server.cancelRequest(id)],
    ['requestCompleted', (id: number) => world.server.completeTask(taskOf(world, id), {})],
  ])('is no new event of the kind %s', async (kind, happen) => {
    const poller = await watching(world, { triggerOn: [kind] });
    const id = await startByHand(world, WITH_TASK);
    await happen(id);
    await poller.poll();
    serverTime.now += HOUR_MS;
    await editData(world, id);
    await poller.poll();
    expect(idsOf(poller.items)).toEqual([id]);
  });

  it('and happened before the trigger began is none', async () => {
    const id = await startByHand(world, WITH_TASK);
    world.server.failRequest(id, 'It broke.');
    serverTime.now += HOUR_MS;
    const poller = await watching(world, { triggerOn: ['requestErrored'] });
    await editData(world, id);
    await poller.poll();
    expect(poller.items).toEqual([]);
  });
});

describe('polls that', () => {
  it('overlap give an event once', async () => {
    const poller = await watching(world, STARTED);
    const id = await startByHand(world, WITH_TASK);
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => (release = resolve));
    let isFirst = true;
    world.gateway.treat = () => async (response, forward) => {
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
    'fail at call %d leave the state alone, and the next one has it all',
    async (failing) => {
      const poller = await watching(world, { triggerOn: ['requestStarted', 'taskCreated'] });
      const id = await startByHand(world, WITH_TASK);
      world.gateway.treat = () =>
        world.gateway.calls.length >= failing
          ? answer(403, { message: 'This action is unauthorized.' })
          : pass;
      await poller.poll();
      expect(poller.errors).toHaveLength(1);
      expect(poller.executions).toEqual([]);
      world.gateway.reset();
      await poller.poll();
      expect(poller.items).toMatchObject([{ id }, { requestId: id }]);
    },
  );

  it('meet a passing refusal go on by themselves', async () => {
    const poller = await watching(world, STARTED);
    const id = await startByHand(world, WITH_TASK);
    let refusals = 1;
    world.gateway.treat = () => (refusals-- > 0 ? answer(502, '<html></html>') : undefined);
    await poller.poll();
    expect(poller.errors).toEqual([]);
    expect(idsOf(poller.items)).toEqual([id]);
  });
});

describe('every call', () => {
  it('asks for an order that ProcessMaker always gives, and for times with a zone', async () => {
    const poller = watcher(world, {
      triggerOn: ['requestStarted', 'requestErrored', 'taskCreated', 'taskOverdue'],
    });
    await poller.activate();
    await poller.test();
    const queries = world.gateway.calls.map(({ path }) => new URL(path, world.gateway.url).searchParams);
    expect(new Set(queries.map((query) => query.get('order_by')))).toEqual(new Set(['id']));
    const times = queries.flatMap((query) => query.get('pmql')?.match(/"\d{4}-[^"]*"/g) ?? []);
    expect(times.length).toBeGreaterThan(4);
    for (const time of times) expect(time).toMatch(/^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"$/);
  });
});
