import type { INodeParameters, IWorkflowBase } from 'n8n-workflow';
import type { Credential, ExampleWorkflow } from '../../demo/n8nClient';
import {
  createWorkflow,
  locator,
  PROCESS_MAKER,
  type Connection,
  type NodeInput,
} from '../support/workflows';

export const WAITING_NODE = 'Start and wait';

/** A trigger that a POST starts. */
export const webhook = (path: string): NodeInput => ({
  name: 'Webhook',
  type: 'n8n-nodes-base.webhook',
  typeVersion: 2,
  webhookId: path,
  parameters: { httpMethod: 'POST', path, responseMode: 'onReceived' },
});

/** A webhook, and a start that sleeps until the process calls. */
export function waitingWorkflow(
  path: string,
  processId: number,
  credential: Credential,
  parameters: INodeParameters = {},
): ExampleWorkflow {
  const start = waitingStart(processId, credential, '={{ $json.body }}', parameters);
  return asExample(path, createWorkflow([webhook(path), start], [['Webhook', WAITING_NODE]]));
}

/** A workflow that others call, with a start that sleeps until the process calls. */
export function waitingSubWorkflow(processId: number, credential: Credential): ExampleWorkflow {
  const trigger = {
    name: 'Called',
    type: 'n8n-nodes-base.executeWorkflowTrigger',
    typeVersion: 1.1,
    parameters: { inputSource: 'passthrough' },
  };
  const start = waitingStart(processId, credential, '={{ $json }}', {});
  return asExample('sub-workflow', createWorkflow([trigger, start], [['Called', WAITING_NODE]]));
}

/** A webhook whose body is a list, and a loop over its entries that calls another workflow and does not wait for its end. */
export function callingWorkflow(path: string, workflowId: string): ExampleWorkflow {
  const split = {
    name: 'Split',
    type: 'n8n-nodes-base.splitOut',
    typeVersion: 1,
    parameters: { fieldToSplitOut: 'body.contracts' },
  };
  const loop = { name: 'Loop', type: 'n8n-nodes-base.splitInBatches', typeVersion: 3 };
  const call = {
    name: 'Call',
    type: 'n8n-nodes-base.executeWorkflow',
    typeVersion: 1.2,
    parameters: {
      workflowId: locator('id', workflowId),
      options: { waitForSubWorkflow: false },
    },
  };
  const connections: Connection[] = [
    ['Webhook', 'Split'],
    ['Split', 'Loop'],
    ['Loop', 'Call', 1],
    ['Call', 'Loop'],
  ];
  return asExample(path, createWorkflow([webhook(path), split, loop, call], connections));
}

function waitingStart(
  processId: number,
  credential: Credential,
  jsonData: string,
  parameters: INodeParameters,
): NodeInput {
  return {
    name: WAITING_NODE,
    type: PROCESS_MAKER,
    parameters: {
      process: locator('id', processId),
      startEvent: locator('list', 'automatic'),
      dataMode: 'json',
      jsonData,
      waitFor: 'callback',
      ...parameters,
    },
    credentials: { processMakerApi: credential },
  };
}

/** As n8n takes a workflow. */
export function asExample(name: string, { nodes, connections }: IWorkflowBase): ExampleWorkflow {
  return { name, nodes, connections, pinData: {} };
}
