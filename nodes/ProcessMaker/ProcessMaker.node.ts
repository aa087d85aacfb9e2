import {
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow';

import { describeResources } from './actions/operation';
import { resources } from './actions/resources';
import { router } from './actions/router';
import { callbackWebhooks, receiveCall } from './callback/receiveCall';
import { authentication } from './fields/common';
import { WAITING_TOOLTIP } from './fields/waitFields';
import * as listSearch from './methods/listSearch';
import * as loadOptions from './methods/loadOptions';
import * as resourceMapping from './methods/resourceMapping';

export class ProcessMaker implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'ProcessMaker',
    name: 'processMaker',
    icon: { light: 'file:../../icons/processmaker.svg', dark: 'file:../../icons/processmaker.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Start and follow Requests, complete Tasks and exchange files with ProcessMaker',
    defaults: { name: 'ProcessMaker' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      {
        name: 'processMakerApi',
        required: true,
        displayOptions: { show: { authentication: ['accessToken'] } },
      },
      {
        name: 'processMakerOAuth2Api',
        required: true,
        displayOptions: { show: { authentication: ['oAuth2'] } },
      },
    ],
    webhooks: callbackWebhooks,
    waitingNodeTooltip: WAITING_TOOLTIP,
    properties: [authentication, ...describeResources(resources)],
  };

  methods = { listSearch, loadOptions, resourceMapping };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return await router.call(this);
  }

  /** The call of a process for which the execution sleeps. */
  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return await receiveCall.call(this);
  }
}
