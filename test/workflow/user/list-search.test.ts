import { searchList } from '../../support/editor';
import { PROCESS_MAKER } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const search = (user: User, filter?: string) =>
  searchList(harness.engine, {
    nodeType: PROCESS_MAKER,
    method: 'searchUsers',
    credentials: harness.credentials(user),
    filter,
  });

it('lists the active users in the order of their usernames', async () => {
  expect(await search('operator')).toEqual({
    results: [
      { name: 'Admin User (admin)', value: '1' },
      { name: 'Limited Test (limited)', value: '3' },
      { name: 'Nobody Test (nobody)', value: '4' },
      { name: 'Operator Test (operator)', value: '5' },
    ],
  });
});

it('filters the list of users by what a person types', async () => {
  expect(await search('admin', 'lim')).toMatchObject({ results: [{ value: '3' }] });
});

it('says that the user may not see the list of users, and what to do', async () => {
  await expect(search('limited')).rejects.toMatchObject({
    message: expect.stringContaining('does not show its users') as string,
    description: expect.stringContaining("choose 'By ID'") as string,
  });
});
