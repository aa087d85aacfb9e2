import type { INodeListSearchResult } from 'n8n-workflow';
import { searchList } from '../../support/editor';
import { respond } from '../../support/gateway';
import { startTasks } from '../../support/tasks';
import { PROCESS_MAKER } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

function search(filter?: string, user?: User, paginationToken?: string): Promise<INodeListSearchResult> {
  const credentials = harness.credentials(user);
  return searchList(harness.engine, {
    nodeType: PROCESS_MAKER,
    method: 'searchTasks',
    credentials,
    filter,
    paginationToken,
  });
}

const values = ({ results }: INodeListSearchResult) => results.map(({ value }) => Number(value));

it('lists the open Tasks newest first, with a link to each', async () => {
  const [older, newer] = await startTasks(harness, 2);
  const { results } = await search();
  expect(results.slice(0, 2)).toEqual([
    {
      name: `Form Task · Case #${newer?.caseNumber} · A single start with form`,
      value: String(newer?.id),
      url: `${harness.gateway.url}/tasks/${newer?.id}/edit`,
    },
    expect.objectContaining({ value: String(older?.id) }),
  ]);
  await harness.completeFirstTask();
  expect(values(await search())).not.toContain(older?.id);
});

it('finds a Task in the list by its case number and by its id', async () => {
  const [task] = await startTasks(harness);
  expect(values(await search(`#${task?.caseNumber}`))).toContain(task?.id);
  expect(values(await search(` Case #${task?.caseNumber}`))).toContain(task?.id);
  expect(values(await search(String(task?.id)))).toContain(task?.id);
});

it('lets ProcessMaker search the list of Tasks for any other text', async () => {
  await startTasks(harness);
  expect(values(await search('form task')).length).toBeGreaterThan(0);
  expect(values(await search('no such task'))).toEqual([]);
});

it('lists Tasks page by page', async () => {
  await startTasks(harness, 55);
  const first = await search();
  expect(first.results).toHaveLength(50);
  const second = await search(undefined, undefined, first.paginationToken);
  expect(values(first)).not.toContain(values(second)[0]);
  expect(second.paginationToken).toBeUndefined();
});

it('lists nothing for a user without Tasks', async () => {
  await startTasks(harness);
  expect(values(await search(undefined, 'nobody'))).toEqual([]);
});

it('shows a refusal instead of an empty list of Tasks', async () => {
  harness.gateway.treat = () => respond(401, { error: 'Unauthenticated.' });
  await expect(search()).rejects.toThrow(/token/);
});
