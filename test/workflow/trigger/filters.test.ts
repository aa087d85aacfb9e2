import type { INodeParameters } from 'n8n-workflow';
import { locator } from '../../support/workflows';
import { serverTime, startByHand, taskOf, watching } from '../../support/watch';
import { useHarness } from '../../support/harness';

const harness = useHarness({ now: () => new Date(serverTime.now) });

const WITH_TASK = 2;
const OFFERED = 25;
const AT_ONCE = 4;
const WITH_SUB_PROCESS = 17;

const idsOf = (items: Array<{ id?: unknown }>) => items.map(({ id }) => id);

describe('filters of the trigger', () => {
  it.each([
    ['a list', [String(AT_ONCE), String(WITH_TASK)]],
    ['text of an expression', '={{ "4, 2" }}'],
    ['a number of an expression', '={{ [4, 2] }}'],
  ])('emits only Requests of the chosen processes, given as %s', async (_, processes) => {
    const poller = await watching(harness, { triggerOn: ['requestStarted'], processes });
    const wanted = [await startByHand(harness, AT_ONCE), await startByHand(harness, WITH_TASK)];
    await startByHand(harness, 3);
    await poller.poll();
    expect(idsOf(poller.items)).toEqual(wanted);
  });

  it('emits only Tasks of the chosen processes', async () => {
    const poller = await watching(harness, { triggerOn: ['taskCreated'], processes: ['3'] });
    await startByHand(harness, WITH_TASK);
    const wanted = await startByHand(harness, 3);
    await poller.poll();
    expect(poller.items).toMatchObject([{ requestId: wanted }]);
  });

  it('emits only Tasks of the chosen element', async () => {
    const triggerOn = ['taskCreated'];
    const watchingElement = await watching(harness, { triggerOn, filters: { elementId: 'node_2' } });
    const watchingOther = await watching(harness, { triggerOn, filters: { elementId: 'approve' } });
    const id = await startByHand(harness, WITH_TASK);
    await watchingElement.poll();
    await watchingOther.poll();
    expect(idsOf(watchingElement.items)).toEqual([taskOf(harness, id)]);
    expect(watchingOther.items).toEqual([]);
  });

  it.each([
    ['me', 'limited', 1],
    ['Me', 'admin', 0],
    ['3', 'admin', 1],
    ['={{ 3 }}', 'admin', 1],
    ['1', 'admin', 0],
  ] as const)('emits only Tasks of the assignee "%s" to the user %s', async (assignee, user, count) => {
    const poller = await watching(harness, { triggerOn: ['taskCreated'], filters: { assignee } }, user);
    await startByHand(harness, WITH_TASK);
    await poller.poll();
    expect(poller.items).toHaveLength(count);
  });

  it('does not emit a Task that is only offered to the assignee', async () => {
    const filters = { assignee: '3' };
    const poller = await watching(harness, { triggerOn: ['taskCreated'], filters });
    await startByHand(harness, OFFERED, {}, 'admin', 'opened');
    await poller.poll();
    expect(poller.items).toEqual([]);
  });

  it('applies the PMQL for Requests and the PMQL for Tasks each to its own list', async () => {
    const filters = { requestPmql: 'data.amount > 100 OR data.urgent = "yes"', taskPmql: 'task = "Nothing"' };
    const poller = await watching(harness, { triggerOn: ['requestStarted', 'taskCreated'], filters });
    await startByHand(harness, WITH_TASK, { amount: 50 });
    const wanted = [
      await startByHand(harness, WITH_TASK, { amount: 500 }),
      await startByHand(harness, WITH_TASK, { amount: 1, urgent: 'yes' }),
    ];
    await poller.poll();
    await poller.poll();
    expect(idsOf(poller.items)).toEqual(wanted);
  });

  it('emits of the Requests that have ended only those that hold the URL of a workflow, with that as PMQL', async () => {
    const triggerOn = ['requestCompleted', 'requestCanceled', 'requestErrored'];
    const filters = { requestPmql: 'data._n8n_resume_url LIKE "http%"' };
    const poller = await watching(harness, { triggerOn, filters });
    const waiting = { _n8n_resume_url: 'https://n8n.example/webhook-waiting/7/processmaker?wait=tag' };
    const wanted = [
      await startByHand(harness, AT_ONCE, waiting),
      await startByHand(harness, WITH_TASK, waiting),
      await startByHand(harness, WITH_TASK, waiting),
    ];
    await startByHand(harness, AT_ONCE);
    await startByHand(harness, WITH_TASK, waiting);
    harness.server.cancelRequest(wanted[1] ?? 0);
    harness.server.failRequest(wanted[2] ?? 0, 'It broke down.');
    await poller.poll();
    expect(idsOf(poller.items).sort()).toEqual(wanted.sort());
  });
});

describe('Requests started by n8n', () => {
  const start = (processId: number, options: INodeParameters = {}) =>
    harness.start(
      { process: locator('id', processId), startEvent: locator('id', 'node_1'), options },
      { user: 'admin' },
    );
  const ignoring = { filters: { ignoreN8n: true } };

  it('ignores Requests that n8n started, with their Tasks', async () => {
    const poller = await watching(harness, { triggerOn: ['requestStarted', 'taskCreated'], ...ignoring });
    await start(WITH_TASK);
    const byHand = await startByHand(harness, WITH_TASK);
    await poller.poll();
    expect(poller.items).toMatchObject([
      { event: 'requestStarted', id: byHand },
      { event: 'taskCreated', requestId: byHand },
    ]);
  });

  it('reads an ignored Request only once', async () => {
    const poller = await watching(harness, { triggerOn: ['requestStarted'], ...ignoring });
    await start(WITH_TASK);
    await poller.poll();
    harness.gateway.calls = [];
    await poller.poll();
    expect(poller.executions).toEqual([]);
    expect(harness.gateway.calls).toHaveLength(1);
  });

  it('emits the sub-process of an ignored Request', async () => {
    const poller = await watching(harness, { triggerOn: ['requestStarted'], ...ignoring });
    await start(WITH_SUB_PROCESS);
    await poller.poll();
    expect(poller.items).toMatchObject([{ event: 'requestStarted', processId: WITH_TASK }]);
  });

  it('does not emit the data by which Requests of n8n are recognized', async () => {
    const poller = await watching(harness, {
      triggerOn: ['requestStarted', 'taskCreated'],
      ...ignoring,
      options: { simplify: false },
    });
    await startByHand(harness, WITH_TASK, { order: 1 });
    await poller.poll();
    for (const item of poller.items) {
      expect(item).not.toHaveProperty('summary');
      expect(item).not.toHaveProperty('data');
    }
  });
});
