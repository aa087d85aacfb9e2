import type { INodeParameters } from 'n8n-workflow';
import type { Credential, ExampleWorkflow } from '../../demo/n8nClient';
import { createWorkflow, locator, PROCESS_MAKER } from '../support/workflows';

export const WAITING_NODE = 'Start and wait';

/** A webhook, and a start that sleeps until the process calls. */
export function waitingWorkflow(
  path: string,
  processId: number,
  credential: Credential,
  parameters: INodeParameters = {},
): ExampleWorkflow {
  const { nodes, connections } = createWorkflow(
    [
      {
        name: 'Webhook',
        type: 'n8n-nodes-base.webhook',
        typeVersion: 2,
        webhookId: path,
        parameters: { httpMethod: 'POST', path, responseMode: 'onReceived' },
      },
      {
        name: WAITING_NODE,
        type: PROCESS_MAKER,
        parameters: {
          process: locator('id', processId),
          startEvent: locator('list', 'automatic'),
          dataMode: 'json',
          jsonData: '={{ $json.body }}',
          waitFor: 'callback',
          ...parameters,
        },
        credentials: { processMakerApi: credential },
      },
    ],
    [['Webhook', WAITING_NODE]],
  );
  return { name: path, nodes, connections, pinData: {} };
}
