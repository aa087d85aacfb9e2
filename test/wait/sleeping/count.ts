import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { outputOf, type Execution } from '../../../demo/n8nClient';
import { AFTER_END, FORGED, isForged } from './calls';
import type { Scene } from './scene';
import { SLEEPERS } from './sleepers';
import { SLEEPING_NODE, WENT_ON } from './workflows';

/** What is counted in the end: from the executions that n8n has saved, and from what the stand-in has seen. */
export interface Counts {
  sleepers: number;
  wokenOnce: number;
  wokenEarly: number;
  forgedCalls: number;
  forgotten: number;
  kills: number;
  timedOut: number;
}

/** The counts, and what is wrong with single sleepers. */
export interface Verdict {
  counts: Counts;
  wrong: string[];
}

/** Looks at every execution that sleeps or has slept. */
export async function countSleepers(scene: Scene): Promise<Verdict> {
  const counts: Counts = {
    sleepers: 0,
    wokenOnce: 0,
    wokenEarly: 0,
    forgedCalls: scene.door.answered.filter(
      ({ call }) => isForged(call) && call.headers[FORGED] !== AFTER_END,
    ).length,
    forgotten: 0,
    kills: scene.kills,
    timedOut: 0,
  };
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (const execution of await savedExecutions(scene)) {
    const sleeper = sleeperIn(execution);
    seen.add(sleeper);
    counts.sleepers += 1;
    const fate = fateOf(scene, sleeper, execution);
    if (fate !== 'odd') counts[fate] += 1;
    if (fate !== 'wokenOnce' && fate !== 'timedOut') {
      const shown = JSON.stringify(outputOf(execution, SLEEPING_NODE)[0]?.json ?? null).slice(0, 200);
      wrong.push(`${sleeper}: ${fate}; execution ${execution.id} is '${execution.status}' with ${shown}`);
    }
  }
  for (const { name } of SLEEPERS) if (!seen.has(name)) wrong.push(`${name} has no execution.`);
  return { counts, wrong };
}

async function savedExecutions({ sleeping, host: { client } }: Scene): Promise<Execution[]> {
  const saved: Execution[] = [];
  for (const { id: workflowId } of sleeping.values()) {
    for (const { id } of await client.executions(workflowId)) saved.push(await client.readExecution(id));
  }
  return saved;
}

function sleeperIn(execution: Execution): string {
  const { body } = outputOf(execution, 'Webhook')[0]?.json ?? {};
  const { sleeper } = (body ?? {}) as IDataObject;
  return typeof sleeper === 'string' ? sleeper : '';
}

/** Whoever has the signature of an execution can call it. */
function showsSecret(items: INodeExecutionData[], { data: { resumeToken } }: Execution): boolean {
  return resumeToken === undefined || JSON.stringify(items).includes(resumeToken);
}

type Fate = 'wokenOnce' | 'wokenEarly' | 'timedOut' | 'forgotten' | 'odd';

function fateOf(scene: Scene, sleeper: string, execution: Execution): Fate {
  const request = scene.request(sleeper);
  const mark = `${WENT_ON}${sleeper}/${execution.id}`;
  const times = scene.processMaker.calls.filter(({ path }) => path === mark).length;
  const { id, status, timedOut } = outputOf(execution, SLEEPING_NODE)[0]?.json ?? {};
  const before = scene.wentOn.find((one) => one.execution === execution.id)?.status;
  const hasGoneOn = times > 0 || execution.status === 'success';
  if (hasGoneOn && timedOut !== true && (before === 'ACTIVE' || status === 'ACTIVE')) return 'wokenEarly';
  if (execution.status !== 'success') return request?.status === 'ACTIVE' ? 'odd' : 'forgotten';
  const items = outputOf(execution, SLEEPING_NODE);
  if (times !== 1 || id !== request?.id || items.length !== 1 || showsSecret(items, execution)) return 'odd';
  if (timedOut === true) return 'timedOut';
  return timedOut === false && status === request?.status ? 'wokenOnce' : 'odd';
}
