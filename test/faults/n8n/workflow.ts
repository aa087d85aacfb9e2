import type { INode, INodeParameters } from 'n8n-workflow';
import type { Credential, ExampleWorkflow } from '../../../demo/n8nClient';
import {
  createWorkflow,
  ERROR_OUTPUT,
  locator,
  PROCESS_MAKER,
  type Connection,
} from '../../support/workflows';
import { CHANGING, LATER_NODE, LATER_PATH, ORDERS, START_NODE, type Scenario } from './scenarios';

/** Longer than a busy machine may need for what is held back. */
const WINDOW_SECONDS = 15;

const code = (name: string, jsCode: string): Pick<INode, 'name' | 'type' | 'typeVersion' | 'parameters'> => ({
  name,
  type: 'n8n-nodes-base.code',
  typeVersion: 2,
  parameters: { jsCode },
});

/** Webhook, orders, starts (in a loop or not), and a node after them that makes a call. */
export function scenarioWorkflow(
  scenario: Scenario,
  credential: Credential,
  serverUrl: string,
): ExampleWorkflow {
  const { path, batchSize } = scenario;
  const nodes = [
    {
      name: 'Webhook',
      type: 'n8n-nodes-base.webhook',
      typeVersion: 2,
      webhookId: `faults-${path}`,
      parameters: { httpMethod: 'POST', path: `faults-${path}`, responseMode: 'onReceived' },
    },
    code('Orders', ordersCode(scenario)),
    {
      name: START_NODE,
      type: PROCESS_MAKER,
      parameters: startParameters(),
      credentials: { processMakerApi: credential },
      ...ERROR_OUTPUT,
    },
    {
      name: LATER_NODE,
      type: 'n8n-nodes-base.httpRequest',
      typeVersion: 4.2,
      executeOnce: true,
      parameters: { url: `${serverUrl}${LATER_PATH}` },
    },
    ...(batchSize === undefined ? [] : [loop(batchSize)]),
  ];
  const connections: Connection[] =
    batchSize === undefined
      ? [
          ['Webhook', 'Orders'],
          ['Orders', START_NODE],
          [START_NODE, LATER_NODE],
        ]
      : [
          ['Webhook', 'Orders'],
          ['Orders', 'Loop'],
          ['Loop', LATER_NODE],
          ['Loop', START_NODE, 1],
          [START_NODE, 'Loop'],
          [START_NODE, 'Loop', 1],
        ];
  const workflow = createWorkflow(nodes, connections);
  return { name: scenario.name, nodes: workflow.nodes, connections: workflow.connections, pinData: {} };
}

function loop(batchSize: number) {
  return { name: 'Loop', type: 'n8n-nodes-base.splitInBatches', typeVersion: 3, parameters: { batchSize } };
}

function startParameters(): INodeParameters {
  return {
    process: locator('name', 'Purchase order approval'),
    startEvent: locator('list', 'automatic'),
    // The data tells which order an item of the output belongs to.
    options: { recoveryWindow: WINDOW_SECONDS, includeData: true },
  };
}

const IS_REPEAT = `$execution.id !== String($('Webhook').first().json.body.firstExecutionId)`;

function ordersCode({ path, changesInput }: Scenario): string {
  const orders = `const orders = Array.from({ length: ${ORDERS} }, (_, number) => ({ order: '${path}-' + number, number }));`;
  const asJson = `return orders.map((json) => ({ json }));`;
  if (!changesInput) return `${orders}\n${asJson}`;
  return `${orders}
const changing = ${JSON.stringify(CHANGING)};
for (const position of changing) orders[position].preparedBy = $execution.id;
if (${IS_REPEAT}) {
  const others = orders.filter(({ number }) => !changing.includes(number)).reverse();
  for (const position of orders.keys()) {
    if (!changing.includes(position)) orders[position] = others.shift();
  }
}
${asJson}`;
}
