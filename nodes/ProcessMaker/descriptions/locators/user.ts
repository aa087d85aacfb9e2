import { byId, fromList, locator } from './locator';

export const userLocator = locator(
  {
    displayName: 'User',
    name: 'user',
    required: true,
    description: 'A user of ProcessMaker. Only some users may see the list; any may give an ID.',
  },
  fromList('searchUsers', 'Select a user...'),
  byId('user', 'e.g. 12', "The number in the address of the user's profile, such as /profile/12"),
);
