import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import { outputOf, type ExampleWorkflow } from '../../../demo/n8nClient';
import { say } from '../../../demo/progress';
import type { Host } from '../../faults/n8n/host';
import type { ProcessMaker } from '../../processmaker';
import { PROCESS_MAKER_TRIGGER } from '../../support/poller';
import { createWorkflow } from '../../support/workflows';

const TRIGGER = 'ProcessMaker Trigger';
/** n8n polls once a minute at most. */
const POLLED_WITHIN_MS = 90_000;
const PROCESS = 2;

export interface Result {
  requests: number;
  executions: number;
  events: number;
  lost: number;
  repeated: number;
}

/** Starts Requests while the workflow is on, while n8n is stopped, and while the workflow is off. */
export async function watchInN8n(
  host: Host,
  processMaker: ProcessMaker,
  signal: AbortSignal,
): Promise<Result> {
  await startRequest(processMaker);
  const before = processMaker.requests().length;
  const credential = await host.createCredential(processMaker.url, processMaker.tokens.admin);
  const workflow = await host.client.createWorkflow(watchingWorkflow(credential));
  await host.client.publish(workflow);
  const wanted = (): number[] =>
    processMaker
      .requests()
      .slice(before)
      .map(({ id }) => id);
  const arrived = async (): Promise<void> => await untilReceived(host, wanted(), signal);

  await untilPolled(processMaker, signal);

  say('Two Requests are started while the workflow is on …');
  await startRequest(processMaker);
  await startRequest(processMaker);
  await arrived();

  say('One is started while n8n is stopped …');
  await host.stop();
  await startRequest(processMaker);
  await host.restart();
  await arrived();

  say('One is started while the workflow is off …');
  await host.client.unpublish(workflow);
  await startRequest(processMaker);
  await host.client.publish(workflow);
  await arrived();

  say('One more poll, that finds nothing new …');
  await sleep(POLLED_WITHIN_MS, undefined, { signal });
  const { ids, executions } = await received(host);
  const lost = wanted().filter((id) => !ids.includes(id)).length;
  const strangers = ids.filter((id) => !wanted().includes(id)).length;
  const repeated = ids.length - new Set(ids).size + strangers;
  return { requests: wanted().length, executions, events: ids.length, lost, repeated };
}

export function watchingWorkflow(
  credential: { id: string; name: string },
  triggerOn: readonly string[] = ['requestStarted'],
  processes: string[] = [],
): ExampleWorkflow {
  const { name, nodes, connections } = createWorkflow(
    [
      {
        name: TRIGGER,
        type: PROCESS_MAKER_TRIGGER,
        parameters: {
          triggerOn: [...triggerOn],
          processes,
          pollTimes: { item: [{ mode: 'everyMinute' }] },
        },
        credentials: { processMakerApi: credential },
      },
      { name: 'After', type: 'n8n-nodes-base.noOp' },
    ],
    [[TRIGGER, 'After']],
  );
  return { name, nodes, connections, pinData: {} };
}

/** Starts a Request that waits at a Task. @returns its id */
export async function startRequest(
  { url, tokens }: ProcessMaker,
  processId = PROCESS,
  token = tokens.admin,
): Promise<number> {
  const response = await fetch(`${url}/api/1.0/process_events/${processId}?event=node_1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (!response.ok) throw new Error(`The stand-in answered ${response.status} to a start.`);
  return ((await response.json()) as { id: number }).id;
}

/** The search with which a trigger begins finds nothing. */
export function isFirstSearch({ path }: { path: string }): boolean {
  const pmql = new URL(path, 'http://processmaker').searchParams.get('pmql') ?? '';
  return /^\(?id = 0\b/.test(pmql);
}

/** n8n switches a workflow on a moment after it was published; its first poll tells what is not new. */
async function untilPolled({ calls }: ProcessMaker, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + POLLED_WITHIN_MS;
  while (!calls.some(isFirstSearch)) {
    if (Date.now() > deadline) throw new Error('n8n has not polled.');
    await sleep(200, undefined, { signal });
  }
  // The response has to arrive as well.
  await sleep(1000, undefined, { signal });
}

/** The items of each execution. */
export async function outputs({ client }: Host): Promise<IDataObject[][]> {
  const executions = await client.latestExecutionId();
  const all: IDataObject[][] = [];
  for (let execution = 1; execution <= executions; execution++) {
    const ended = await client.ended(String(execution));
    if (ended.status !== 'success') throw new Error(`Execution ${execution} ended as '${ended.status}'.`);
    all.push(outputOf(ended, 'After').map(({ json }) => json));
  }
  return all;
}

/** The ids of the Requests in all executions. */
async function received(host: Host): Promise<{ ids: number[]; executions: number }> {
  const all = await outputs(host);
  return { ids: all.flat().map(({ id }) => Number(id)), executions: all.length };
}

async function untilReceived(host: Host, wanted: number[], signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + POLLED_WITHIN_MS;
  for (;;) {
    const { ids } = await received(host);
    if (wanted.every((id) => ids.includes(id))) return;
    if (Date.now() > deadline)
      throw new Error(`Of ${wanted.join(', ')}, n8n received only ${ids.join(', ')}.`);
    await sleep(1000, undefined, { signal });
  }
}
