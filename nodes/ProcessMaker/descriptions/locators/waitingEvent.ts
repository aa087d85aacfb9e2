import { byElementId, fromList, locator } from './locator';

export const waitingEventLocator = locator(
  {
    displayName: 'Event',
    name: 'event',
    required: true,
    description: 'The intermediate event of the process at which the Request waits',
    typeOptions: { loadOptionsDependsOn: ['request.value'] },
  },
  byElementId('e.g. node_4', "The id of the event in ProcessMaker's designer"),
  fromList(
    'searchWaitingEvents',
    'Select an event...',
    'ProcessMaker shows the events that wait in a Request to administrators only',
  ),
);
