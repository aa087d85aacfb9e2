import { randomUUID } from 'node:crypto';
import type { INodeParameters, IWorkflowBase } from 'n8n-workflow';
import { bpmn, endEvent, formTask, line, startEvent } from '../processmaker/fixtures/bpmn';
import type { Json, JsonObject } from '../processmaker';
import { wake, type WakingResponse } from './callback';
import type { ModelCall } from './gated-agent';
import type { Harness, StartOptions, User } from './harness';
import type { Run } from './run';
import { createWorkflow, locator, PROCESS_MAKER } from './workflows';

/** Ids of users of the stand-in. */
export const ADMIN = 1;
export const LIMITED = 3;
export const OPERATOR = 5;

/** The user whose credential the reviews have: it sees all Requests, and may start the process. */
const ASKS: User = 'operator';

/** A process in which one Task decides; `limited` does it unless told. */
export async function addReviewProcess(
  harness: Harness,
  { reviewer = LIMITED, name = `Review (${randomUUID()})` } = {},
): Promise<number> {
  const elements = [
    startEvent('asked', 'Asked', `${OPERATOR},${LIMITED}`),
    formTask('decide', 'Decide', String(reviewer)),
    endEvent('decided', 'Decided'),
  ];
  const { id } = await harness.server.addProcess({
    name,
    bpmn: bpmn(elements, line('asked', 'decide', 'decided')),
  });
  return id;
}

/** Parameters of a review, without the message. */
export const review = (processId: number, others: INodeParameters = {}): INodeParameters => ({
  process: locator('id', processId),
  startEvent: locator('id', 'asked'),
  decisionTask: locator('id', 'decide'),
  ...others,
});

/** Asks in a workflow, and gives the sleeping execution. */
export async function ask(
  harness: Harness,
  parameters: INodeParameters,
  options: StartOptions = {},
): Promise<Run> {
  const operation = { resource: 'request', operation: 'sendAndWait', message: 'May it be ordered?' };
  return await harness.start({ ...operation, ...parameters }, { user: ASKS, ...options });
}

/** A workflow with an agent that makes these calls, turn by turn, through one node that reviews the calls of two tools. */
export function gatedWorkflow(
  parameters: INodeParameters,
  turns: ModelCall[][],
  settings = {},
): IWorkflowBase {
  const workflow = createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'Agent', type: 'test.gatedAgent', parameters: { turns: turns as never } },
      { name: 'Gate', type: `${PROCESS_MAKER}HitlTool`, parameters, ...settings },
      { name: 'Order', type: 'test.gatedTool' },
      { name: 'Delete', type: 'test.gatedTool' },
    ],
    [['Start', 'Agent']],
  );
  const aiTool = (node: string) => ({ ai_tool: [[{ node, type: 'ai_tool' as const, index: 0 }]] });
  Object.assign(workflow.connections, {
    Gate: aiTool('Agent'),
    Order: aiTool('Gate'),
    Delete: aiTool('Gate'),
  });
  return workflow;
}

/** A call of the tool that orders something. */
export const order = (toolParameters: unknown, others: Partial<ModelCall> = {}): ModelCall => ({
  gate: 'Gate',
  tool: 'Order',
  toolParameters,
  ...others,
});

/** Runs an agent whose calls are reviewed. */
export async function runAgent(
  harness: Harness,
  workflow: IWorkflowBase,
  options: StartOptions = {},
): Promise<Run> {
  return await harness.run(workflow, { input: [{ chatInput: 'Order a laptop' }], user: ASKS, ...options });
}

/** Completes the open Task of the newest Request of the test. */
export async function decide(harness: Harness, data: JsonObject): Promise<void> {
  const request = harness.requests().at(-1);
  const task = harness.server
    .tasks()
    .find(({ requestId, status }) => requestId === request?.id && status === 'ACTIVE');
  if (!task) throw new Error('There is no open Task.');
  await harness.server.completeTask(task.id, data);
}

/**
 * The same by a form that sends back all that it has shown. As ProcessMaker's own forms do, it shows a draft merged into
 * the data of the Request, field by field also within objects and lists.
 */
export async function decideInForm(
  harness: Harness,
  entered: JsonObject,
  draft: JsonObject = {},
): Promise<void> {
  const data = harness.requests().at(-1)?.data ?? {};
  await decide(harness, { ...(merged(data, draft) as JsonObject), ...entered });
}

function merged(value: Json | undefined, draft: Json): Json {
  if (typeof draft !== 'object' || draft === null) return draft;
  if (Array.isArray(draft)) {
    const list = Array.isArray(value) ? [...value] : [];
    for (const [index, one] of draft.entries()) list[index] = merged(list[index], one);
    return list;
  }
  const fields = typeof value === 'object' && value !== null ? { ...(value as JsonObject) } : {};
  for (const [name, one] of Object.entries(draft)) fields[name] = merged(fields[name], one);
  return fields;
}

/** Calls the URL that the newest Request holds, as the workflow that wakes others does. */
export async function wakeUp(harness: Harness, sleeping: Run, user: User = ASKS): Promise<WakingResponse> {
  const url = harness.requests().at(-1)?.data._n8n_resume_url as string;
  return await wake(harness.engine, sleeping, { url, credentials: harness.credentials(user) });
}
