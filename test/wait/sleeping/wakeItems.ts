import type { IDataObject } from 'n8n-workflow';
import { outputOf } from '../../../demo/n8nClient';
import { PROCESS_MAKER_TRIGGER } from '../../support/poller';
import type { Scene } from './scene';

/** An item of the node that wakes, in an execution that n8n has saved. */
interface WakeItem {
  requestId: number;
  executionId: string | null;
  outcome: string;
  /** What happened, in a sentence. */
  message: string;
  /** Whether the trigger gave the Request, and not the sweep. */
  byTrigger: boolean;
}

/** All items of the node that wakes; an execution that died with n8n has none. */
export async function wakeItems(scene: Scene): Promise<WakeItem[]> {
  const items: WakeItem[] = [];
  for await (const run of wakeRuns(scene)) items.push(...run.items);
  return items;
}

/** The Requests that the latest sweep has called for; undefined when there was none. */
export async function latestSweep(scene: Scene): Promise<number[] | undefined> {
  for await (const { status, byTrigger, items } of wakeRuns(scene)) {
    if (status === 'success' && !byTrigger) return items.map(({ requestId }) => requestId);
  }
  return undefined;
}

/** The executions of the workflow that wakes, the latest first. */
async function* wakeRuns({ waking, host: { client } }: Scene) {
  if (!waking) return;
  const { nodes } = await client.readWorkflow(waking.id);
  const trigger = nodes.find(({ type }) => type === PROCESS_MAKER_TRIGGER)?.name ?? '';
  for (const { id } of await client.executions(waking.id)) {
    const execution = await client.readExecution(id);
    const byTrigger = outputOf(execution, trigger).length > 0;
    const found = nodes.flatMap(({ name }) => outputOf(execution, name)).map(({ json }) => json);
    const items = found.filter(isWakeItem).map((item): WakeItem => ({ ...item, byTrigger }));
    yield { status: execution.status, byTrigger, items };
  }
}

function isWakeItem(json: IDataObject): json is IDataObject & Omit<WakeItem, 'byTrigger'> {
  return typeof json.outcome === 'string' && typeof json.requestId === 'number';
}
