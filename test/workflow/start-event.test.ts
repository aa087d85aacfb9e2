import { createBpmn } from '../support/bpmn';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TWO_STARTS = locator('id', 3);

describe('Automatic', () => {
  it('picks the only start event that the user may trigger with Automatic', async () => {
    await harness.start({ process: TWO_STARTS });
    expect(harness.starts().map(({ path }) => path)).toEqual([
      expect.stringMatching(/\/process_events\/3\?.*event=node_1(&|$)/),
    ]);
    expect(harness.requests()).toMatchObject([{ processId: 3 }]);
  });

  it('lists the start events when Automatic finds several', async () => {
    const run = await harness.start({ process: TWO_STARTS }, { user: 'admin' });
    for (const text of ['Start Event', 'node_1', 'Second Start', 'node_9']) {
      expect(run.error?.message).toContain(text);
    }
    expect(harness.starts()).toEqual([]);
  });

  it.each([
    [7, 'Message Start'],
    [8, 'Signal Start'],
  ])('does not trigger the start event of process %i, which no person can trigger', async (id, name) => {
    const run = await harness.start(
      { process: locator('id', id) },
      { user: 'admin', settings: ERROR_OUTPUT },
    );
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toContain(name);
    expect(failedItems(run)[0]?.text).toContain('node_1');
    expect(harness.starts()).toEqual([]);
  });
});

describe('Automatic on a process with a timer', () => {
  it('refuses Automatic on a process that only a timer starts, and names the other way', async () => {
    const run = await harness.start({ process: locator('id', 9) }, { user: 'admin' });
    expect(run.error?.message).toContain('Process 9');
    expect(run.error?.description).toContain("'By ID'");
    expect(harness.starts()).toEqual([]);
  });

  it('picks the start event for people with Automatic on a process that a timer starts too', async () => {
    const { id } = await harness.server.addProcess({
      name: 'By person and by timer',
      bpmn: createBpmn([
        { id: 'by_timer', name: 'Every day', trigger: 'timer' },
        { id: 'by_person', name: 'On demand', userId: 3 },
      ]),
    });
    for (const user of ['limited', 'admin'] as const)
      await harness.start({ process: locator('id', id) }, { user });
    expect(
      harness.starts().map(({ path }) => new URL(path, harness.gateway.url).searchParams.get('event')),
    ).toEqual(['by_person', 'by_person']);
  });
});

describe('a start event that is given', () => {
  it.each(['id', 'list'])('triggers a start event that is given by %s', async (mode) => {
    await harness.start({ process: TWO_STARTS, startEvent: locator(mode, 'node_9') }, { user: 'admin' });
    expect(harness.starts()[0]?.path).toMatch(/event=node_9(&|$)/);
    expect(harness.requests()).toMatchObject([{ processId: 3 }]);
  });

  it('triggers a timer start event that is given by id', async () => {
    await harness.start(
      { process: locator('id', 9), startEvent: locator('id', 'node_1') },
      { user: 'admin' },
    );
    expect(harness.requests()).toMatchObject([{ processId: 9 }]);
  });

  it('triggers a start event of a process that is given by name', async () => {
    await harness.start({
      process: locator('name', 'A single start with form'),
      startEvent: locator('id', 'node_1'),
    });
    expect(harness.lookUps()).toHaveLength(1);
    expect(harness.requests()).toMatchObject([{ processId: 2 }]);
  });

  it('does not let the id of a start event change another part of the URL', async () => {
    await harness.start({ process: locator('id', 2), startEvent: locator('id', 'a&include=data#/é ?') });
    const [call] = harness.starts();
    const { searchParams } = new URL(call?.path ?? '', harness.gateway.url);
    expect(searchParams.getAll('event')).toEqual(['a&include=data#/é ?']);
    expect(searchParams.getAll('include')).not.toContain('data');
  });

  it.each([
    ['that does not exist, for an administrator', 'node_777', 'admin', 404, 'notStarted'],
    ['that does not exist, for a user', 'node_777', 'limited', 403, 'notStarted'],
    ['that others may trigger', 'node_9', 'limited', 403, 'notStarted'],
    ['that is a task', 'node_2', 'admin', 500, 'notStarted'],
  ] as const)('fails the item for a start event %s', async (_, event, user, httpStatus, outcome) => {
    const run = await harness.start(
      { process: TWO_STARTS, startEvent: locator('id', event) },
      { user, settings: ERROR_OUTPUT },
    );
    expect(failedItems(run)).toMatchObject([{ httpStatus, outcome }]);
    expect(failedItems(run)[0]?.text).toContain('Start Event');
    expect(harness.requests()).toEqual([]);
  });
});
