import { REQUEST_URL_PATTERN } from '../../input/references';
import { byId, byUrl, fromList, locator, matching, mode } from './locator';

export const requestLocator = locator(
  {
    displayName: 'Request',
    name: 'request',
    required: true,
    description: 'The Request, which is a running or ended instance of a process',
  },
  fromList('searchRequests', 'Select a Request...'),
  byId('Request', 'e.g. 4711', 'The number in the address of its page, which is not its case number'),
  {
    ...mode(
      'string',
      'By Case Number',
      'caseNumber',
      'e.g. 42',
      'The number that ProcessMaker shows as "Case #42". It stands for the Request that the case began with, not for those of its sub-processes.',
    ),
    ...matching('#?[0-9]+', 'A case number is a whole number'),
  },
  byUrl(REQUEST_URL_PATTERN, 'Request', '/requests/4711'),
);
