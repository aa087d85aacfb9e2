import { createBpmn } from '../support/bpmn';
import { respond } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const PROCESS = { id: 2, name: 'A single start with form' };

describe('a process that is given', () => {
  it.each([
    ['from the list', () => locator('list', PROCESS.id)],
    // It stays in the field when a person switches from 'By Name' to 'From List', and looks chosen.
    ['by a name that is left in the list', () => locator('list', PROCESS.name)],
    ['by id', () => locator('id', PROCESS.id)],
    ['by name', () => locator('name', PROCESS.name)],
    ['by the URL of its page', () => locator('url', `${harness.gateway.url}/process-browser/${PROCESS.id}`)],
    ['by the URL of its designer', () => locator('url', `${harness.gateway.url}/modeler/${PROCESS.id}`)],
    ['by an expression', () => locator('id', '={{ $json.process }}')],
  ])('starts a process that is given %s', async (_, process) => {
    await harness.start({ process: process() }, { input: [{ process: PROCESS.id }] });
    expect(harness.requests()).toMatchObject([{ processId: PROCESS.id }]);
  });
});

describe('a process that cannot be identified', () => {
  it('starts nothing when no process has the given name', async () => {
    const run = await harness.start(
      { process: locator('name', 'No such process') },
      { settings: ERROR_OUTPUT },
    );
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toContain('No such process');
    expect(harness.starts()).toEqual([]);
  });

  it('refuses the name of a process in other upper and lower case, and suggests the right one', async () => {
    const run = await harness.start({ process: locator('name', PROCESS.name.toUpperCase()) });
    expect(run.error?.message).toContain(PROCESS.name.toUpperCase());
    expect(run.error?.description).toContain(PROCESS.name);
    expect(harness.starts()).toEqual([]);
  });

  it.each(['A single strat with form', 'single start with'])(
    'suggests the process that the misspelt name "%s" means',
    async (name) => {
      const run = await harness.start({ process: locator('name', name) });
      expect(run.error?.description).toContain(`Did you mean "${PROCESS.name}"?`);
      expect(harness.starts()).toEqual([]);
    },
  );

  it('suggests no process for a name that is like none', async () => {
    const run = await harness.start({ process: locator('name', 'Holiday') });
    expect(run.error?.description).not.toContain('Did you mean');
  });

  it('starts nothing when several processes have the given name, and lists them', async () => {
    const bpmn = createBpmn([{ id: 'node_1', name: 'Start', userId: 3 }]);
    const twins = [
      await harness.server.addProcess({ name: 'Twin', bpmn }),
      await harness.server.addProcess({ name: 'Twin', bpmn }),
    ];
    const run = await harness.start({ process: locator('name', 'Twin') });
    for (const { id } of twins) expect(run.error?.message).toContain(String(id));
    expect(harness.starts()).toEqual([]);
  });

  // n8n checks what is typed in, but not what an expression gives.
  it.each(['abc', '', '0', '-2', '2.5', '2/../3'])(
    'refuses "%s" as the id of a process before any call',
    async (id) => {
      const run = await harness.start({ process: locator('id', '={{ $json.id }}') }, { input: [{ id }] });
      expect(run.status).toBe('error');
      expect(run.error?.message).toContain("'Process'");
      expect(harness.gateway.calls).toEqual([]);
    },
  );

  it.each([
    ['id', 'abc'],
    ['url', 'https://acme.example/tasks/2/edit'],
    ['list', ''],
  ])('does not run a workflow whose process has the %s "%s"', async (mode, value) => {
    await expect(harness.start({ process: locator(mode, value) })).rejects.toThrow('issues');
    expect(harness.gateway.calls).toEqual([]);
  });

  it('refuses a URL from an expression that is not the page of a process, before any call', async () => {
    const url = `${harness.gateway.url}/tasks/2/edit`;
    const run = await harness.start({ process: locator('url', '={{ $json.url }}') }, { input: [{ url }] });
    expect(run.status).toBe('error');
    expect(harness.gateway.calls).toEqual([]);
  });

  it('refuses the page of a process on another instance, whose id means another process here', async () => {
    const run = await harness.start({ process: locator('url', 'https://acme.example/modeler/2') });
    expect(run.error?.message).toContain('https://acme.example');
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('a process that the user may not start', () => {
  it('does not start a process that the user may not start, and says whom to ask', async () => {
    const run = await harness.start({ process: locator('id', 10) }, { settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toMatch(/may start.*administrator/s);
    expect(harness.starts()).toEqual([]);
  });

  it('does not start an inactive process', async () => {
    const run = await harness.start({ process: locator('name', 'H inactive') });
    expect(run.error?.message).toContain('H inactive');
    expect(harness.starts()).toEqual([]);
  });
});

describe('looking up the process', () => {
  it('looks the process up once for many items', async () => {
    const input = Array.from({ length: 20 }, (_, item) => ({ item }));
    await harness.start({ process: locator('name', PROCESS.name) }, { input });
    expect(harness.lookUps()).toHaveLength(1);
    expect(harness.requests()).toHaveLength(20);
  });

  it('looks each of several processes up at most once', async () => {
    const input = [2, 4, 2, 4, 2, 4].map((process) => ({ process }));
    await harness.start({ process: locator('id', '={{ $json.process }}') }, { input });
    expect(harness.lookUps().length).toBeLessThanOrEqual(2);
    expect(harness.requests().map(({ processId }) => processId)).toEqual(
      expect.arrayContaining([2, 4, 2, 4, 2, 4]),
    );
  });

  it('looks the process up once when every item fails at it', async () => {
    await harness.start(
      { process: locator('name', 'No such process') },
      { input: [{}, {}, {}], settings: ERROR_OUTPUT },
    );
    expect(harness.lookUps()).toHaveLength(1);
  });

  it('looks nothing up when the ids of process and start event are given', async () => {
    await harness.start({ process: locator('id', 2), startEvent: locator('id', 'node_1') });
    expect(harness.lookUps()).toEqual([]);
    expect(harness.requests()).toHaveLength(1);
  });

  it('says which setting helps when the look-up of the process is forbidden', async () => {
    harness.gateway.treat = ({ method }) =>
      method === 'GET' ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
    const run = await harness.start({ process: locator('name', PROCESS.name) }, { settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ httpStatus: 403, outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toMatch(/may not look up.*'By ID'/s);
    expect(harness.starts()).toEqual([]);
  });

  it.each([
    ['foreign JSON', respond(200, { data: 'none' })],
    ['HTML', respond(200, '<html></html>')],
    ['a 502 of a gateway', respond(502, '<html></html>')],
  ])('starts nothing when the look-up of the process gets %s', async (_, behaviour) => {
    harness.gateway.treat = ({ method }) => (method === 'GET' ? behaviour : undefined);
    const parameters = { process: locator('id', 2), options: { recoveryWindow: 0 } };
    const run = await harness.start(parameters, { settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(harness.starts()).toEqual([]);
  });
});
