import { ownMaintenance } from '../../support/gateway';
import { startByHand, taskOf, watcher, watching } from '../../support/watch';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const WITH_TASK = 2;

describe('a manual test', () => {
  it('shows the latest event in a manual test, and leaves the state as it is', async () => {
    const poller = await watching(harness, { triggerOn: ['requestStarted', 'taskCreated'] });
    await startByHand(harness, WITH_TASK);
    const id = await startByHand(harness, WITH_TASK);
    const { saved } = poller;
    const items = await poller.test();
    expect(items).toHaveLength(1);
    expect(items?.[0]?.json).toMatchObject({ event: 'taskCreated', id: taskOf(harness, id), requestId: id });
    expect(poller.saved).toBe(saved);
    await poller.poll();
    expect(poller.items).toHaveLength(4);
  });

  it('shows an event in a manual test before the workflow was ever activated', async () => {
    const id = await startByHand(harness, WITH_TASK);
    harness.server.cancelRequest(id);
    const poller = watcher(harness, { triggerOn: ['requestCanceled'], options: { includeData: true } });
    expect((await poller.test())?.[0]?.json).toMatchObject({ event: 'requestCanceled', id, data: {} });
    expect(poller.saved).toBe('{}');
  });

  it('shows in a manual test the latest event, not that of the newest Request', async () => {
    const old = await startByHand(harness, WITH_TASK);
    const newer = await startByHand(harness, WITH_TASK);
    harness.server.cancelRequest(newer);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    harness.server.cancelRequest(old);
    const poller = watcher(harness, { triggerOn: ['requestCanceled'] });
    expect((await poller.test())?.[0]?.json).toMatchObject({ id: old });
  });

  it('does not speak of a next poll to a person who tests the trigger while ProcessMaker is away', async () => {
    harness.gateway.treat = () => ownMaintenance({ 'retry-after': '60' });
    const poller = watcher(harness, { triggerOn: ['requestStarted'] });
    await expect(poller.test()).rejects.toMatchObject({
      httpCode: '503',
      description: expect.not.stringMatching(/next poll|No event is lost/) as string,
    });
  });

  it('says in a manual test that there is no event', async () => {
    const poller = watcher(harness, { triggerOn: ['taskOverdue', 'requestErrored'], processes: ['31'] });
    await expect(poller.test()).rejects.toMatchObject({
      message: expect.stringMatching(
        /^There is no event of the kind 'Task Overdue', 'Request Errored'/,
      ) as string,
      description: expect.stringContaining("change 'Process Names or IDs' and 'Filters'") as string,
    });
  });
});
