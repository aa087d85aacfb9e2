import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../../demo/progress';
import type { Host } from '../../faults/n8n/host';
import { delay, startGateway, type Gateway } from '../../support/gateway';
import { EVENT_TYPES, type EventType } from '../plan';
import type { SlowTarget } from './target';
import { isFirstSearch, outputs, watchingWorkflow, type Result } from './watch';

/** n8n gives up a publication after that. */
const PUBLISHED_WITHIN_MS = 84_000;
const AT_ONCE = 10;
/** n8n polls once a minute at most. */
const MINUTE_MS = 60_000;
/** How many calls a poll of all types makes at least. */
const CALLS_OF_A_POLL = EVENT_TYPES.length;

export interface SlowResult extends Result {
  /** How long n8n took to publish the workflow. */
  publishedSeconds: number;
  /** How many events of each type have happened. */
  happened: Record<EventType, number>;
}

/**
 * Publishes a workflow that watches all types of events of a server that takes seconds for a call and has many recent
 * Requests, kills n8n while it polls, and starts it again. Requests are started all the while.
 */
export async function publishOnSlowServer(
  host: Host,
  target: SlowTarget,
  { callSeconds, recentRequests }: { callSeconds: number; recentRequests: number },
  signal: AbortSignal,
): Promise<SlowResult> {
  const gateway = await startGateway(target.url);
  try {
    say(`${recentRequests} Requests are started, on a server that will take ${callSeconds} s for a call …`);
    await startMany(target, recentRequests);
    // What is of the second of the first poll is an event.
    await sleep(2000, undefined, { signal });
    const before = new Set(await target.events());
    gateway.treat = () => delay(callSeconds * 1000);
    const credential = await host.createCredential(gateway.url, target.token);
    const workflow = await host.client.createWorkflow(
      watchingWorkflow(credential, EVENT_TYPES, target.processes),
    );
    const begun = Date.now();
    await host.client.publish(workflow);
    const until = async (isDone: () => boolean | Promise<boolean>, withinMs: number) => {
      for (const end = Date.now() + withinMs; !(await isDone());) {
        if (Date.now() > end) throw new Error('n8n has not come so far in time.');
        await sleep(200, undefined, { signal });
      }
    };
    await until(() => gateway.calls.some(isFirstSearch), PUBLISHED_WITHIN_MS);
    await sleep((callSeconds * 1000) / 2, undefined, { signal });
    say('Events of all types happen while the first poll runs …');
    await target.makeAllTypes();
    await until(
      async () => (await host.client.publicationStatus(workflow.id)) === 'published',
      PUBLISHED_WITHIN_MS,
    );
    const publishedSeconds = Math.round((Date.now() - begun) / 1000);

    say(`Published after ${publishedSeconds} s. More happen, and n8n is killed while it polls …`);
    await target.makeAllTypes();
    const calls = gateway.calls.length;
    await until(() => gateway.calls.length > calls + 1, 2 * MINUTE_MS);
    await host.kill();
    await target.makeAllTypes();
    await host.restart();
    await target.makeAllTypes();

    const mostMs = 4 * MINUTE_MS + 6 * CALLS_OF_A_POLL * callSeconds * 1000;
    const wanted = (await target.events()).filter((key) => !before.has(key));
    const received = async () => (await outputs(host)).map((items) => items.map(keyOf));
    await until(async () => {
      const keys = (await received()).flat();
      return wanted.every((key) => keys.includes(key));
    }, mostMs).catch((error: unknown) => say(String(error)));
    say('One more poll, that finds nothing new …');
    await untilQuiet(gateway, callSeconds, signal);
    const all = await received();
    const keys = all.flat();
    const lost = wanted.filter((key) => !keys.includes(key)).length;
    const strangers = keys.filter((key) => !wanted.includes(key)).length;
    const repeated = keys.length - new Set(keys).size + strangers;
    const happened = countByType(wanted);
    const missing = EVENT_TYPES.filter((type) => happened[type] === 0);
    if (missing.length > 0) throw new Error(`Of ${missing.join(', ')}, nothing has happened.`);
    const requests = happened.requestStarted;
    const executions = all.length;
    return { requests, executions, events: keys.length, lost, repeated, publishedSeconds, happened };
  } finally {
    await gateway.close();
  }
}

async function startMany({ start }: SlowTarget, count: number): Promise<void> {
  for (let left = count; left > 0; left -= AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, start));
  }
}

/** Waits until another poll has come to its end. */
async function untilQuiet(gateway: Gateway, callSeconds: number, signal: AbortSignal): Promise<void> {
  const calls = gateway.calls.length;
  const end = Date.now() + 2 * MINUTE_MS;
  while (gateway.calls.length < calls + CALLS_OF_A_POLL && Date.now() < end) {
    await sleep(500, undefined, { signal });
  }
  await sleep(2 * callSeconds * 1000, undefined, { signal });
}

function keyOf({ event, id }: { event?: unknown; id?: unknown }): string {
  return `${String(event)} ${String(id)}`;
}

function countByType(keys: string[]): Record<EventType, number> {
  const counts = EVENT_TYPES.map((type) => [type, keys.filter((key) => key.startsWith(`${type} `)).length]);
  return Object.fromEntries(counts) as Record<EventType, number>;
}
