import { byId, fromList, locator, mode } from './locator';

export const fileLocator = locator(
  {
    displayName: 'File',
    name: 'file',
    required: true,
    description: 'The file of the Request',
    typeOptions: { loadOptionsDependsOn: ['request.value'] },
  },
  fromList('searchFiles', 'Select a file...'),
  byId('file', 'e.g. 12', 'The fileId that the operations Upload and Get Many give'),
  mode(
    'string',
    'By Variable',
    'variable',
    'e.g. contract',
    'The variable that the file was uploaded under; its name when it was none',
  ),
);
