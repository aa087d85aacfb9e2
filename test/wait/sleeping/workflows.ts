import type { INodeParameters } from 'n8n-workflow';
import { NODE_TYPE, readExample } from '../../../demo/example';
import type { Credential, ExampleWorkflow } from '../../../demo/n8nClient';
import { PROCESS_MAKER_TRIGGER } from '../../support/poller';
import { createWorkflow, locator, PROCESS_MAKER, type NodeInput } from '../../support/workflows';
import { asExample, webhook } from '../workflow';

export const SLEEPING_NODE = 'Sleep';
/** The path at which the stand-in sees that an execution has gone on. */
export const WENT_ON = '/went-on/';

/** The seconds of each minute at which the trigger polls: n8n takes one rule for each, but no rule for all. */
const POLL_SECONDS = [5, 20, 35, 50];
const SWEEP_SECONDS = 10;

/** A webhook, a start that sleeps, and a step that the stand-in sees. */
export function startingWorkflow(
  path: string,
  process: number,
  credential: Credential,
  instanceUrl: string,
  parameters: INodeParameters = {},
): ExampleWorkflow {
  const start = {
    process: locator('id', process),
    startEvent: locator('list', 'automatic'),
    dataMode: 'json',
    jsonData: '={{ $json.body }}',
    ...parameters,
  };
  return sleepingWorkflow(path, credential, instanceUrl, start);
}

/** The same, of a Request that runs already. */
export function joiningWorkflow(path: string, credential: Credential, instanceUrl: string): ExampleWorkflow {
  return sleepingWorkflow(path, credential, instanceUrl, {
    operation: 'wait',
    request: locator('id', '={{ $json.body.request }}'),
  });
}

function sleepingWorkflow(
  path: string,
  credential: Credential,
  instanceUrl: string,
  parameters: INodeParameters,
): ExampleWorkflow {
  const sleep: NodeInput = {
    name: SLEEPING_NODE,
    type: PROCESS_MAKER,
    parameters: { waitFor: 'requestEnded', ...parameters },
    credentials: { processMakerApi: credential },
  };
  const after: NodeInput = {
    name: 'After',
    type: 'n8n-nodes-base.httpRequest',
    typeVersion: 4.2,
    parameters: {
      method: 'POST',
      url: `=${instanceUrl}${WENT_ON}{{ $('Webhook').item.json.body.sleeper }}/{{ $execution.id }}`,
      options: { response: { response: { neverError: true } } },
    },
  };
  const nodes = [webhook(path), sleep, after];
  const connections: Array<[string, string]> = [
    ['Webhook', SLEEPING_NODE],
    [SLEEPING_NODE, 'After'],
  ];
  return asExample(path, createWorkflow(nodes, connections));
}

/**
 * The example that wakes, at a shorter interval. What wakes has a credential of its own, so that its calls can be told
 * from those of the trigger.
 */
export function wakingWorkflow(watching: Credential, waking: Credential): ExampleWorkflow {
  const workflow = readExample('wake-waiting-workflows', watching);
  for (const node of workflow.nodes) {
    if (node.type === NODE_TYPE) node.credentials = { processMakerApi: waking };
    if (node.type === PROCESS_MAKER_TRIGGER) {
      const item = POLL_SECONDS.map((second) => ({ mode: 'custom', cronExpression: `${second} * * * * *` }));
      node.parameters.pollTimes = { item };
    }
    if (node.type === 'n8n-nodes-base.scheduleTrigger') {
      node.parameters.rule = { interval: [{ field: 'seconds', secondsInterval: SWEEP_SECONDS }] };
    }
  }
  return workflow;
}
