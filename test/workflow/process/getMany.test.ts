import type { INodeParameters } from 'n8n-workflow';
import { respond } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const getMany = (parameters: INodeParameters, user?: User) =>
  harness.perform('process getAll', parameters, { user, settings: ERROR_OUTPUT });
const names = async (parameters: INodeParameters, user?: User) =>
  (await getMany(parameters, user)).items('ProcessMaker').map(({ name }) => name);

it('returns the processes that the user may start by default, each paired with its item', async () => {
  const run = await getMany({ returnAll: true });
  const items = run.outputs('ProcessMaker')[0] ?? [];
  expect(items[0]).toMatchObject({
    json: { id: 2, name: 'A single start with form', category: 'n8n tests' },
    pairedItem: { item: 0 },
  });
  const shown = items.map(({ json }) => json.name);
  expect(shown).not.toContain('G limited may not start');
  expect(shown).not.toContain('H inactive');
});

it('returns all processes but the archived ones to a user who may view them', async () => {
  const shown = await names({ show: 'all', returnAll: true }, 'operator');
  expect(shown).toEqual(expect.arrayContaining(['G limited may not start', 'H inactive']));
  expect(shown).not.toContain('I archived');
});

it('returns the archived processes', async () => {
  expect(await names({ show: 'archived' }, 'admin')).toEqual(['I archived']);
});

it('returns no more processes than the limit', async () => {
  expect(await names({ limit: 2 })).toHaveLength(2);
  expect(harness.gateway.calls).toHaveLength(1);
});

it.each(['startable', 'all'])('searches for text in %s processes', async (show) => {
  expect(await names({ show, filters: { text: 'two starts' } }, 'admin')).toEqual(['B two starts']);
});

it('returns no item when no process is found', async () => {
  expect(await names({ filters: { text: 'no such process' } })).toEqual([]);
});

it('returns processes as ProcessMaker gives them when Simplify is off', async () => {
  const run = await getMany({ limit: 1, options: { simplify: false } });
  expect(run.items('ProcessMaker')).toMatchObject([{ id: 2, process_category_id: '3' }]);
});

it('reports that the user may not view all processes', async () => {
  const run = await getMany({ show: 'all' });
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringMatching(/does not show all processes .*'Startable by Me'/) as string,
      httpStatus: 403,
    },
  ]);
});

it.each([
  [{ limit: 0 }, "'Limit' is not a whole number above 0"],
  [{ limit: 1.5 }, "'Limit' is not a whole number above 0"],
  [{ filters: { text: '={{ $json.nothing }}' } }, "The filter 'Text' has no value"],
])('refuses to list processes with %j before any call', async (parameters, message) => {
  const run = await getMany(parameters);
  expect(failedItems(run)).toMatchObject([{ text: expect.stringContaining(message) as string }]);
  expect(harness.gateway.calls).toEqual([]);
});

it('does not take an unexpected response for an empty list of processes', async () => {
  harness.gateway.treat = () => respond(200, { data: 'none', meta: {} });
  const run = await getMany({});
  expect(failedItems(run)).toHaveLength(1);
});
