import type { INodeParameters } from 'n8n-workflow';
import { ERROR_OUTPUT, failedItems } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const getMany = (parameters: INodeParameters, user: User = 'operator') =>
  harness.perform('user getAll', parameters, { user, settings: ERROR_OUTPUT });
const usernames = async (parameters: INodeParameters, user?: User) =>
  (await getMany(parameters, user)).items('ProcessMaker').map(({ username }) => username);

it('returns all users in the order of their usernames, in few fields', async () => {
  const run = await getMany({ returnAll: true });
  expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual([1, 6, 3, 4, 5]);
  expect(run.items('ProcessMaker')[2]).toEqual({
    id: 3,
    username: 'limited',
    name: 'Limited Test',
    email: 'limited@example.com',
    status: 'ACTIVE',
    title: null,
    timezone: 'UTC',
    managerId: null,
    createdAt: expect.stringMatching(/^\d{4}-/) as string,
  });
});

it('filters users by text and status', async () => {
  expect(await usernames({ filters: { text: ' lim ' } })).toEqual(['limited']);
  expect(await usernames({ filters: { status: 'INACTIVE' } })).toEqual(['inactiveuser']);
  expect(await usernames({ filters: { text: 'nobody at all' } })).toEqual([]);
});

it('returns no more users than the limit', async () => {
  expect(await usernames({ limit: 2 })).toEqual(['admin', 'inactiveuser']);
});

it('returns users as ProcessMaker gives them when Simplify is off, but no secret', async () => {
  const run = await getMany({ limit: 1, options: { simplify: false } });
  const [user = {}] = run.items('ProcessMaker');
  expect(user).toMatchObject({ id: 1, fullname: 'Admin User', datetime_format: 'm/d/Y H:i' });
  expect(user).not.toHaveProperty('remember_token');
});

it('reports that the user may not view users', async () => {
  const run = await getMany({}, 'limited');
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('does not show its users') as string, httpStatus: 403 },
  ]);
});

it.each<[INodeParameters, string]>([
  [{ limit: -1 }, "'Limit'"],
  [{ filters: { text: '={{ $json.nothing }}' } }, "The filter 'Text' has no value"],
  [{ filters: { text: '={{ ["a"] }}' } }, "The filter 'Text' holds a list"],
  [
    { filters: { status: '={{ "active" }}' } },
    'The filter \'Status\' is "active", which is not a valid option',
  ],
])('refuses to list users with %j before any call', async (parameters, message) => {
  const run = await getMany(parameters);
  expect(failedItems(run)).toMatchObject([{ text: expect.stringContaining(message) as string }]);
  expect(harness.gateway.calls).toEqual([]);
});
