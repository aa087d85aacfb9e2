import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { Credential, ExampleWorkflow } from './n8nClient';
import { root } from './paths';

export const NODE_TYPE = 'n8n-nodes-processmaker.processMaker';
const TYPES = ['', 'Tool', 'HitlTool', 'Trigger'].map((variant) => NODE_TYPE + variant);
export const CREDENTIAL_TYPE = 'processMakerApi';

/** The names of the nodes in `examples/start-requests.json`. */
export const EXAMPLE_NODES = {
  trigger: 'When clicking ‘Execute workflow’',
  items: 'Purchase orders',
  start: 'Start request',
};

/** The path of an example workflow. */
export function exampleFile(name: string): string {
  return path.join(root, 'examples', `${name}.json`);
}

/** The names of all example workflows. */
export function exampleNames(): string[] {
  const files = readdirSync(path.join(root, 'examples')).filter((file) => file.endsWith('.json'));
  return files.map((file) => path.basename(file, '.json')).sort();
}

/** Reads an example workflow and gives its ProcessMaker nodes the credential. */
export function readExample(name: string, credential: Credential): ExampleWorkflow {
  const workflow = JSON.parse(readFileSync(exampleFile(name), 'utf8')) as ExampleWorkflow;
  for (const node of workflow.nodes) {
    if (TYPES.includes(node.type)) node.credentials = { [CREDENTIAL_TYPE]: credential };
  }
  return workflow;
}

/** Makes the example start one Request of the given process instead of three of its own. */
export function startOnly(workflow: ExampleWorkflow, process: string): void {
  for (const node of workflow.nodes) {
    if (node.type === NODE_TYPE) node.parameters.process = processLocator(process);
    if (node.name === EXAMPLE_NODES.items)
      node.parameters.jsonOutput = firstOrderOnly(node.parameters.jsonOutput);
  }
}

function processLocator(process: string): { __rl: true; mode: string; value: string } {
  const byUrl = /^https?:\/\//.test(process);
  const byId = /^\d+$/.test(process);
  return { __rl: true, mode: byUrl ? 'url' : byId ? 'id' : 'name', value: process };
}

function firstOrderOnly(jsonOutput: unknown): string {
  const { orders } = JSON.parse(String(jsonOutput)) as { orders: unknown[] };
  return JSON.stringify({ orders: orders.slice(0, 1) });
}
