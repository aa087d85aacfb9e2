import {
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  type IPollFunctions,
  NodeConnectionTypes,
} from 'n8n-workflow';

import { authentication } from './fields/common';
import * as loadOptions from './methods/loadOptions';
import { filterFields, outputOptions } from './trigger/filters';
import { poll } from './trigger/poll';

export class ProcessMakerTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'ProcessMaker Trigger',
    name: 'processMakerTrigger',
    icon: { light: 'file:../../icons/processmaker.svg', dark: 'file:../../icons/processmaker.dark.svg' },
    group: ['trigger'],
    version: 1,
    // In words, `taskCreated` as "task created"; an expression may give text.
    subtitle:
      '={{ [$parameter["triggerOn"]].flat().map((event) => event.replace(/[A-Z]/, (letter) => " " + letter.toLowerCase())).join(", ") }}',
    // The node panel has one entry for the trigger and the node, and shows this text for both.
    description: 'Start and follow Requests, complete Tasks, and start workflows on events in ProcessMaker',
    defaults: { name: 'ProcessMaker Trigger' },
    polling: true,
    inputs: [],
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
    properties: [authentication, ...filterFields, outputOptions],
  };

  methods = { loadOptions };

  async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
    return await poll(this);
  }
}
