import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';

import * as request from './actions/request';
import { router } from './actions/router';
import * as listSearch from './methods/listSearch';

export class ProcessMaker implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'ProcessMaker',
    name: 'processMaker',
    icon: { light: 'file:../../icons/processmaker.svg', dark: 'file:../../icons/processmaker.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Start Requests in ProcessMaker',
    defaults: { name: 'ProcessMaker' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'processMakerApi', required: true }],
    properties: [
      {
        displayName: 'Resource',
        name: 'resource',
        type: 'options',
        noDataExpression: true,
        options: [{ name: 'Request', value: 'request' }],
        default: 'request',
      },
      ...request.description,
    ],
  };

  methods = { listSearch };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return await router.call(this);
  }
}
