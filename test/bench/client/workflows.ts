import type { INodeParameters, IWorkflowBase } from 'n8n-workflow';
import {
  createWorkflow,
  ERROR_OUTPUT,
  locator,
  PROCESS_MAKER,
  type NodeInput,
} from '../../support/workflows';
import { PROCESS_ID, START_EVENT, startPath } from '../process';
import { CODE, HELPER_ONLY } from './nodes';

/** Who starts the Requests. */
export type Contestant = 'processMaker' | 'httpRequest' | 'loop' | 'code' | 'helperOnly';

const START: NodeInput = { name: 'Start', type: 'test.start' };

/** The workflow of a contestant. */
export function workflowOf(
  contestant: Contestant,
  instanceUrl: string,
  options: INodeParameters,
  processId?: string,
): IWorkflowBase {
  const node = { name: 'Node', parameters: parameters(options, processId), ...ERROR_OUTPUT };
  switch (contestant) {
    case 'processMaker':
      return createWorkflow([START, { ...node, type: PROCESS_MAKER }], [['Start', 'Node']]);
    case 'helperOnly':
      return createWorkflow([START, { ...node, type: HELPER_ONLY }], [['Start', 'Node']]);
    case 'code':
      return createWorkflow([START, { ...node, type: CODE }], [['Start', 'Node']]);
    case 'httpRequest':
      return createWorkflow([START, httpRequest(instanceUrl)], [['Start', 'Node']]);
    case 'loop':
      return createWorkflow(
        [
          START,
          {
            name: 'Loop',
            type: 'n8n-nodes-base.splitInBatches',
            typeVersion: 3,
            parameters: { options: {} },
          },
          httpRequest(instanceUrl),
        ],
        [
          ['Start', 'Loop'],
          ['Loop', 'Node', 1],
          ['Node', 'Loop'],
        ],
      );
  }
}

function parameters(options: INodeParameters, processId?: string): INodeParameters {
  // Of another server, the start event is not known.
  if (processId !== undefined) return { process: locator('id', processId), options };
  return { process: locator('id', PROCESS_ID), startEvent: locator('id', START_EVENT), options };
}

/** As it comes, apart from what the call itself needs. */
function httpRequest(instanceUrl: string): NodeInput {
  return {
    name: 'Node',
    type: 'n8n-nodes-base.httpRequest',
    typeVersion: 4.4,
    parameters: {
      method: 'POST',
      url: instanceUrl + startPath,
      authentication: 'predefinedCredentialType',
      nodeCredentialType: 'processMakerApi',
      sendBody: true,
      specifyBody: 'json',
      jsonBody: '={{ JSON.stringify($json) }}',
      options: {},
    },
  };
}
