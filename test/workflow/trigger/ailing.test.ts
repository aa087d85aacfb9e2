import { Logger } from '@n8n/backend-common';
import { Container } from '@n8n/di';
import type { FastifyReply } from 'fastify';
import type { INodeParameters } from 'n8n-workflow';
import type { Poller } from '../../support/poller';
import { useServerClock, useSimulatedHarness } from '../../support/simulated-harness';
import { itWith } from '../../support/features';

// Some calls of a poll fail, and the others do not.
const harness = useSimulatedHarness();
useServerClock(harness);

const PROCESS = 4;
let warnings: jest.SpyInstance;

beforeEach(() => {
  // Pauses between two reads are as short as can be.
  jest.spyOn(Math, 'random').mockReturnValue(0);
  warnings = jest.spyOn(Container.get(Logger), 'warn');
});

async function watching(parameters: INodeParameters): Promise<Poller> {
  // The trigger learns the time of the rows from this one.
  harness.server.insertRequest(1, PROCESS, harness.server.now);
  const poller = harness.watcher(parameters);
  await poller.activate();
  return poller;
}

function start(...ids: number[]): void {
  for (const id of ids) harness.server.insertRequest(id, PROCESS, (harness.server.now += 1000));
}

const idsOf = (poller: Poller) => poller.items.map(({ id }) => id);

type Reply = (reply: FastifyReply) => unknown;

/** Treats calls in a special way; those that it gives nothing for are the server's. */
function treat(choose: (url: string) => Reply | undefined): void {
  harness.server.interfere = async (reply) => {
    await choose(decodeURIComponent(reply.request.url))?.(reply);
  };
}

const html =
  (status: number): Reply =>
  (reply) =>
    reply.code(status).type('text/html').send('<html></html>');
const serverError: Reply = (reply) => reply.code(500).send({ message: 'Server Error' });
/** Its pause is longer than a poll repeats calls for. */
const away: Reply = (reply) =>
  reply
    .code(503)
    .headers({ 'Retry-After': '60', 'content-type': 'application/json' })
    .send(JSON.stringify({ message: 'Service Unavailable' }, null, 4));
const tooLarge: Reply = (reply) =>
  reply.type('application/json').send(`{"text":"${'a'.repeat(51 * 1024 * 1024)}"}`);
const cut: Reply = (reply) => {
  reply.hijack();
  reply.raw.destroy();
};

/** Whether a call asks for the details of a Request. */
const isDetailOf = (id: number) => (url: string) =>
  new RegExp(`id IN \\[(?:\\d+,)*${id}[,\\]]|/requests/${id}\\?`).test(url.replaceAll('+', ' '));

describe('a Request that cannot be read in full', () => {
  it.each<[string, Reply]>([
    ['a 500', serverError],
    ['a 502 in HTML', html(502)],
    ['a page', html(200)],
    ['too much', tooLarge],
    ['a connection that breaks', cut],
  ])('is emitted as its list shows it, with a warning, when its details are %s', async (_, reply) => {
    const poller = await watching({ triggerOn: ['requestStarted'], options: { includeData: true } });
    start(5, 6, 7);
    treat((url) => (isDetailOf(6)(url) ? reply : undefined));
    await poller.poll();
    expect(poller.errors).toEqual([]);
    expect(idsOf(poller)).toEqual([5, 6, 7]);
    expect(poller.items.map((json) => 'data' in json)).toEqual([true, false, true]);
    expect(warnings.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining('without the details of Request 6') as string,
    ]);
    start(8);
    await poller.poll();
    expect(idsOf(poller)).toEqual([5, 6, 7, 8]);
  });

  it('is left to the next poll when ProcessMaker responds to nothing else either', async () => {
    const poller = await watching({ triggerOn: ['requestStarted'], options: { includeData: true } });
    start(5, 6);
    let isDown = false;
    treat((url) => {
      isDown ||= url.includes('id IN');
      return isDown ? html(502) : undefined;
    });
    await poller.poll();
    expect(poller.errors).toHaveLength(1);
    expect(poller.items).toEqual([]);
    treat(() => undefined);
    await poller.poll();
    expect(poller.items.map((json) => [json.id, 'data' in json])).toEqual([
      [5, true],
      [6, true],
    ]);
  });
});

describe('a call that fails late in a poll', () => {
  it('keeps what was read before it, and loses and repeats nothing', async () => {
    const poller = await watching({ triggerOn: ['requestStarted'] });
    const ids = Array.from({ length: 2400 }, (_id, index) => index + 10);
    start(...ids);
    harness.server.now += 3_600_000;
    let gaveAllTheSame = 0;
    for (let polls = 0; idsOf(poller).length < ids.length && polls < 60; polls++) {
      let rows = 0;
      let hasFailed = false;
      treat((url) => {
        if (url.includes('id IN') || ++rows !== (polls % 9) + 1) return undefined;
        hasFailed = true;
        return away;
      });
      const before = poller.items.length;
      await poller.poll();
      if (hasFailed && poller.items.length > before) gaveAllTheSame++;
      harness.server.now += 60_000;
    }
    expect(idsOf(poller)).toEqual(ids);
    expect(gaveAllTheSame).toBeGreaterThan(1);
  });

  it('is reported when it keeps all events back', async () => {
    const poller = await watching({ triggerOn: ['requestStarted', 'taskCreated'] });
    start(5, 6);
    treat((url) => (url.includes('/tasks') ? away : undefined));
    await poller.poll();
    // What is silent for ever would not be noticed.
    expect(poller.errors).toHaveLength(1);
    treat(() => undefined);
    await poller.poll();
    expect(idsOf(poller)).toEqual([5, 6]);
  });

  it('leaves the events to the next poll from the first one on whose details fail', async () => {
    const poller = await watching({ triggerOn: ['requestStarted'] });
    start(...Array.from({ length: 150 }, (_id, index) => index + 10));
    let lists = 0;
    treat((url) => (url.includes('id IN') && ++lists > 1 ? away : undefined));
    await poller.poll();
    expect(poller.errors).toEqual([]);
    expect(poller.items).toHaveLength(100);
    treat(() => undefined);
    await poller.poll();
    expect(idsOf(poller)).toEqual(Array.from({ length: 150 }, (_id, index) => index + 10));
  });

  itWith('a poll budget')('ends in time when it hangs', async () => {
    const poller = await watching({ triggerOn: ['requestStarted'] });
    start(...Array.from({ length: 150 }, (_id, index) => index + 10));
    jest.restoreAllMocks();
    poller.budgetMs = 6000;
    let lists = 0;
    treat((url) => (url.includes('id IN') && ++lists > 1 ? () => new Promise(() => undefined) : undefined));
    const begun = Date.now();
    await poller.poll();
    expect(Date.now() - begun).toBeLessThan(9000);
    expect(poller.errors).toEqual([]);
    expect(poller.items).toHaveLength(100);
  });
});
