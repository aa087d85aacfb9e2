import type { IConnections, INode, INodeParameters } from 'n8n-workflow';

import { CREDENTIAL_TYPE, NODE_TYPE } from '../../demo/example';
import type { Credential, ExampleWorkflow } from '../../demo/n8nClient';
import { locator } from '../support/workflows';
import { DECISION_TASK, READY, REVIEWER, START_EVENT } from './processes';

export const AGENT = 'AI Agent';
const LANGCHAIN = '@n8n/n8n-nodes-langchain';

type Step = Pick<INode, 'name' | 'type' | 'typeVersion' | 'parameters'> & Partial<INode>;

/** A tool of the agent, behind a gate or not. */
export interface Tool {
  node: Step;
  gate?: Step;
}

/** A webhook that takes the agent's items, one or several, and the agent with its tools. */
export function agentWorkflow(path: string, model: Credential, tools: Tool[]): ExampleWorkflow {
  const webhook: Step = {
    name: 'Webhook',
    type: 'n8n-nodes-base.webhook',
    typeVersion: 2,
    webhookId: path,
    parameters: {
      httpMethod: 'POST',
      path,
      responseMode: 'onReceived',
      options: { responseData: '={{ $execution.id }}' },
    },
  };
  const split: Step = {
    name: 'Items',
    type: 'n8n-nodes-base.splitOut',
    typeVersion: 1,
    parameters: { fieldToSplitOut: 'body.items' },
  };
  const agent: Step = {
    name: AGENT,
    type: `${LANGCHAIN}.agent`,
    typeVersion: 3.1,
    parameters: { promptType: 'define', text: '={{ $json.prompt }}', options: {} },
  };
  const chatModel: Step = {
    name: 'Model',
    type: `${LANGCHAIN}.lmChatOpenAi`,
    typeVersion: 1.2,
    parameters: { options: {} },
    credentials: { openAiApi: model },
  };
  const connections: IConnections = {};
  const connect = (from: string, to: string, type: 'main' | 'ai_tool' | 'ai_languageModel') => {
    connections[from] ??= { [type]: [[]] };
    connections[from][type]?.[0]?.push({ node: to, type, index: 0 });
  };
  connect('Webhook', 'Items', 'main');
  connect('Items', AGENT, 'main');
  connect('Model', AGENT, 'ai_languageModel');
  const nodes = new Map([webhook, split, agent, chatModel].map((step) => [step.name, step]));
  for (const { node, gate } of tools) {
    nodes.set(node.name, node);
    connect(node.name, gate?.name ?? AGENT, 'ai_tool');
    if (!gate || nodes.has(gate.name)) continue;
    nodes.set(gate.name, gate);
    connect(gate.name, AGENT, 'ai_tool');
  }
  return {
    name: path,
    nodes: [...nodes.values()].map((step, index) => ({
      id: `${path}-${index}`,
      position: [index * 220, 0],
      ...step,
    })),
    connections,
    pinData: {},
    settings: { executionOrder: 'v1' },
  };
}

/** A tool that sends what the model gives it to the server of the tools. */
export function serverTool(name: string, serverUrl: string): Step {
  const fields = TOOL_FIELDS.map((field) => `${field}: $fromAI('${field}', '', 'string')`);
  return {
    name,
    type: 'n8n-nodes-base.httpRequestTool',
    typeVersion: 4.2,
    parameters: {
      toolDescription: `${name} an invoice`,
      method: 'POST',
      url: `${serverUrl}/${name}`,
      sendBody: true,
      specifyBody: 'json',
      jsonBody: `={{ JSON.stringify({ ${fields.join(', ')} }) }}`,
      options: {},
    },
  };
}

/** What each tool of the server is given. */
const TOOL_FIELDS = ['invoice', 'note'];

/** The node that asks a person before a tool runs. */
export function gateNode(name: string, credential: Credential, parameters: INodeParameters): Step {
  return {
    name,
    type: `${NODE_TYPE}HitlTool`,
    typeVersion: 1,
    parameters: {
      message: '=The agent wants to run {{ $tool.name }}',
      process: locator('id', READY),
      startEvent: locator('id', START_EVENT),
      decisionTask: locator('id', DECISION_TASK),
      assignTo: locator('id', REVIEWER),
      ...parameters,
    },
    credentials: { [CREDENTIAL_TYPE]: credential },
  };
}

/** A tool by which the agent completes a Task. */
export function completeTaskTool(name: string, credential: Credential): Step {
  return {
    name,
    type: `${NODE_TYPE}Tool`,
    typeVersion: 1,
    parameters: {
      resource: 'task',
      operation: 'complete',
      task: locator('id', "={{ $fromAI('taskId', '', 'number') }}"),
      dataMode: 'json',
      jsonData: '{"decision":"approved","comment":"I approve it myself."}',
    },
    credentials: { [CREDENTIAL_TYPE]: credential },
  };
}
