import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../../demo/progress';
import type { Host } from '../../faults/n8n/host';
import type { ProcessMaker } from '../../processmaker';
import { delay, startGateway } from '../../support/gateway';
import { EVENT_TYPES } from '../plan';
import type { Result } from './watch';
import { isFirstSearch, outputs, startRequest, watchingWorkflow } from './watch';

/** What switches n8n's durable scheduler on for pollers. */
export const DURABLE_SCHEDULER = {
  N8N_SCHEDULER_ENABLED: 'true',
  N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
  N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true',
};

/** All in one poll would take longer than the scheduler waits: it gives 300 events at most. */
const CALL_MS = 3000;
const REQUESTS = 200;
const WITHIN_MS = 15 * 60_000;
const POLLED_WITHIN_MS = 180_000;

/** A backlog of all types of events on a slow server: each poll of n8n's durable scheduler comes further. */
export async function workOffInN8n(
  host: Host,
  processMaker: ProcessMaker,
  signal: AbortSignal,
): Promise<Result> {
  const gateway = await startGateway(processMaker.url);
  try {
    const credential = await host.createCredential(gateway.url, processMaker.tokens.admin);
    await host.client.publish(await host.client.createWorkflow(watchingWorkflow(credential, EVENT_TYPES)));
    // What the poll of the activation has left, n8n does not keep: the trigger does.
    await until(() => gateway.calls.some(isFirstSearch), POLLED_WITHIN_MS, signal);
    await sleep(5000, undefined, { signal });

    say(`${REQUESTS} Requests are started on a server that takes ${CALL_MS / 1000} s for a call …`);
    gateway.treat = () => delay(CALL_MS);
    const before = new Set(processMaker.requests().map(({ id }) => id));
    for (let count = 0; count < REQUESTS; count++) await startRequest(processMaker);
    const wanted = new Set(
      [
        ...processMaker.requests().map(({ id }) => ({ id, requestId: id, event: 'requestStarted' })),
        ...processMaker.tasks().map(({ id, requestId }) => ({ id, requestId, event: 'taskCreated' })),
      ]
        .filter(({ requestId }) => !before.has(requestId))
        .map(({ event, id }) => `${event} ${id}`),
    );
    const received = async () =>
      ((await outputs(host)) as Array<Array<{ event: string; id: number }>>).map((items) =>
        items.map(({ event, id }) => `${event} ${id}`),
      );
    const sizes: number[] = [];
    await until(
      async () => {
        const all = await received();
        if (all.length > sizes.length) {
          sizes.push(...all.slice(sizes.length).map(({ length }) => length));
          say(`Executions of ${sizes.join(', ')} events …`);
        }
        return all.flat().length >= wanted.size;
      },
      WITHIN_MS,
      signal,
    );
    await sleep(POLLED_WITHIN_MS / 2, undefined, { signal });
    const all = await received();
    if (all.length < 2) throw new Error('One poll gave everything, which proves nothing.');
    const keys = all.flat();
    const lost = [...wanted].filter((key) => !keys.includes(key)).length;
    const repeated = keys.length - new Set(keys.filter((key) => wanted.has(key))).size;
    return { requests: REQUESTS, executions: all.length, events: keys.length, lost, repeated };
  } finally {
    await gateway.close();
  }
}

async function until(
  isDone: () => boolean | Promise<boolean>,
  withinMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error('n8n has not come so far in time.');
    await sleep(2000, undefined, { signal });
  }
}
