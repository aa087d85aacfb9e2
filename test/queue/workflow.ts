import type { INode } from 'n8n-workflow';

import { CREDENTIAL_TYPE } from '../../demo/example';
import type { Credential, ExampleWorkflow } from '../../demo/n8nClient';

/** The path of the webhook that takes orders. */
export const WEBHOOK_PATH = 'orders';

const RECEIVED = 'Order received';
const START = 'Start request';
const PICK = 'Pick the goods';

/** A workflow that starts one Request for each order that comes in, and then goes on with other work. */
export function orderWorkflow(process: string, credential: Credential): ExampleWorkflow {
  const nodes = [received(), start(process, credential), pick()];
  return {
    name: 'Start a Request for each order',
    nodes: nodes.map((node, index) => ({ ...node, id: `order-${index}`, position: [220 * index, 0] })),
    connections: { [RECEIVED]: leadsTo(START), [START]: leadsTo(PICK) },
    pinData: {},
  };
}

type Step = Omit<INode, 'id' | 'position'>;

function received(): Step {
  return {
    name: RECEIVED,
    type: 'n8n-nodes-base.webhook',
    typeVersion: 2,
    webhookId: WEBHOOK_PATH,
    parameters: {
      httpMethod: 'POST',
      path: WEBHOOK_PATH,
      responseMode: 'onReceived',
      // By it the sender can ask what has become of the order.
      options: { responseData: '={{ $execution.id }}' },
    },
  };
}

function start(process: string, credential: Credential): Step {
  return {
    name: START,
    type: 'n8n-nodes-processmaker.processMaker',
    typeVersion: 1,
    parameters: {
      resource: 'request',
      operation: 'start',
      process: { __rl: true, mode: 'name', value: process },
      startEvent: { __rl: true, mode: 'list', value: 'automatic', cachedResultName: 'Automatic' },
      dataMode: 'json',
      jsonData: '={{ $json.body }}',
      options: { idempotencyKey: '={{ $json.body.orderNumber }}' },
    },
    credentials: { [CREDENTIAL_TYPE]: credential },
  };
}

/** Time in which an execution can be lost whose Request has been started. */
function pick(): Step {
  return {
    name: PICK,
    type: 'n8n-nodes-base.wait',
    typeVersion: 1.1,
    parameters: { resume: 'timeInterval', amount: 1, unit: 'seconds' },
  };
}

function leadsTo(node: string): ExampleWorkflow['connections'][string] {
  return { main: [[{ node, type: 'main', index: 0 }]] };
}
