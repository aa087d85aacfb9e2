import type { INodeListSearchResult, INodeParameters } from 'n8n-workflow';
import { searchList } from '../support/editor';
import { answer, redirect } from '../support/gateway';
import { locator, PROCESS_MAKER } from '../support/workflows';
import type { User } from '../support/world';
import { useWorld } from '../support/world';

const world = useWorld();

interface Search {
  user?: User;
  filter?: string;
  parameters?: INodeParameters;
}

function search(method: string, { user, filter, parameters }: Search = {}): Promise<INodeListSearchResult> {
  const credentials = world.credentials(user);
  return searchList(world.engine, { nodeType: PROCESS_MAKER, method, credentials, filter, parameters });
}

const startEventsOf = (process: INodeParameters[string], options: Search = {}) =>
  search('searchStartEvents', { parameters: { process }, ...options });

const names = ({ results }: INodeListSearchResult) => results.map(({ name }) => name);

describe('the list of processes', () => {
  it('shows what the user may start, with a link to each', async () => {
    const { results } = await search('searchProcesses');
    expect(results).toContainEqual({
      name: 'A single start with form',
      value: '2',
      url: `${world.gateway.url}/process-browser/2`,
    });
    expect(names({ results })).not.toContain('G limited may not start');
    expect(names({ results })).not.toContain('H inactive');
  });

  it('is sorted by name', async () => {
    const shown = names(await search('searchProcesses'));
    expect(shown).toEqual([...shown].sort((a, b) => a.localeCompare(b)));
  });

  it('is empty for a user who may start nothing', async () => {
    expect(await search('searchProcesses', { user: 'nobody' })).toMatchObject({ results: [] });
  });

  it('is filtered by what a person types', async () => {
    expect(names(await search('searchProcesses', { filter: 'two starts' }))).toEqual(['B two starts']);
    expect(names(await search('searchProcesses', { filter: 'no such process' }))).toEqual([]);
  });

  it.each(['&', '"quoted"', "it's", '#/?', 'ü'])('can be searched for %s', async (filter) => {
    expect(names(await search('searchProcesses', { filter }))).toEqual([]);
  });

  it('asks once', async () => {
    await search('searchProcesses');
    expect(world.gateway.calls).toHaveLength(1);
  });

  it.each([
    ['a wrong token', answer(401, { error: 'Unauthenticated.' }), /token/],
    ['a missing permission', answer(403, { message: 'This action is unauthorized.' }), /allow|may not/],
    ['a foreign answer', answer(200, '<html></html>'), /ProcessMaker/],
    ['a redirect', redirect(302, 'https://elsewhere.example/login'), /elsewhere\.example|redirect/],
    ['a failing server', answer(500, { message: 'Server Error' }), /500/],
  ])('shows %s instead of an empty list', async (_, behaviour, says) => {
    world.gateway.treat = () => behaviour;
    await expect(search('searchProcesses')).rejects.toThrow(says);
  });
});

describe('the list of start events', () => {
  it('has Automatic and those of the process that the user may trigger', async () => {
    expect((await startEventsOf(locator('id', 3))).results).toMatchObject([
      { name: 'Automatic', value: 'automatic' },
      { name: 'Start Event', value: 'node_1' },
    ]);
    expect((await startEventsOf(locator('id', 3), { user: 'admin' })).results).toMatchObject([
      { value: 'automatic' },
      { value: 'node_1' },
      { value: 'node_9' },
    ]);
  });

  it.each([
    ['list', 3],
    ['name', 'B two starts'],
    ['url', 'https://acme.example/process-browser/3'],
  ])('depends on the process, given by %s', async (mode, value) => {
    expect(names(await startEventsOf(locator(mode, value)))).toEqual(['Automatic', 'Start Event']);
  });

  it('says what triggers an event besides a person', async () => {
    const { results } = await startEventsOf(locator('id', 7), { user: 'admin' });
    expect(JSON.stringify(results)).toMatch(/message/i);
  });

  it('is filtered by what a person types', async () => {
    const { results } = await startEventsOf(locator('id', 3), { user: 'admin', filter: 'second' });
    expect(names({ results })).toEqual(['Second Start']);
  });

  it('has Automatic before a process is chosen', async () => {
    expect(names(await startEventsOf(locator('list', '')))).toEqual(['Automatic']);
  });

  it('shows a refusal instead of an empty list', async () => {
    world.gateway.treat = () => answer(403, { message: 'This action is unauthorized.' });
    await expect(startEventsOf(locator('id', 3))).rejects.toThrow(/allow|may not/);
  });
});
