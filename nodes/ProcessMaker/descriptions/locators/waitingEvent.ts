import type { INodeProperties } from 'n8n-workflow';

export const waitingEventLocator: INodeProperties = {
  displayName: 'Event',
  name: 'event',
  type: 'resourceLocator',
  default: { mode: 'id', value: '' },
  required: true,
  description: 'The intermediate event of the process at which the Request waits',
  typeOptions: { loadOptionsDependsOn: ['request.value'] },
  modes: [
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. node_4',
      hint: "The id of the event in ProcessMaker's designer",
    },
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select an event...',
      hint: 'ProcessMaker shows the events that wait in a Request to administrators only',
      typeOptions: { searchListMethod: 'searchWaitingEvents', searchable: true },
    },
  ],
};
