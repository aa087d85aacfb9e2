import { pass, respond } from '../../support/gateway';
import { expectShown, HIDDEN_DATA } from '../../support/hidden-data';
import { deleteByHand, serverTime, startByHand, taskOf, watching } from '../../support/watch';
import { useHarness } from '../../support/harness';

const harness = useHarness({ now: () => new Date(serverTime.now) });

const WITH_TASK = 2;
const OFFERED = 25;
const DAY_MS = 24 * 3_600_000;

// What other tests have made is of a time before. n8n's own clock goes on as the server's does.
beforeEach(() => {
  serverTime.now += DAY_MS;
  jest.spyOn(Date, 'now').mockImplementation(() => serverTime.now);
});
afterEach(() => jest.restoreAllMocks());

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/) as string;

const requestFields = (id: number) => ({
  id,
  caseNumber: expect.any(Number) as number,
  processId: WITH_TASK,
  processName: 'A single start with form',
  startedAt: time,
  url: `${harness.gateway.url}/requests/${id}`,
});

const taskFields = (id: number, requestId: number) => ({
  id,
  caseNumber: expect.any(Number) as number,
  name: 'Form Task',
  elementId: 'node_2',
  assignee: { id: 3, name: 'Limited Test' },
  requestId,
  processName: 'A single start with form',
  url: `${harness.gateway.url}/tasks/${id}/edit`,
});

describe('events of Requests', () => {
  it('emits an event when a Request is started', async () => {
    const poller = await watching(harness, { triggerOn: ['requestStarted'] });
    const id = await startByHand(harness, WITH_TASK);
    await poller.poll();
    expect(poller.items).toEqual([
      {
        ...requestFields(id),
        event: 'requestStarted',
        status: 'ACTIVE',
        completedAt: null,
        activeTask: { id: taskOf(harness, id), name: 'Form Task' },
      },
    ]);
  });

  it('emits an event when a Request is completed', async () => {
    const poller = await watching(harness, { triggerOn: ['requestCompleted'] });
    const id = await startByHand(harness, WITH_TASK);
    await poller.poll();
    await harness.server.completeTask(taskOf(harness, id), {});
    await poller.poll();
    expect(poller.items).toEqual([
      {
        ...requestFields(id),
        event: 'requestCompleted',
        status: 'COMPLETED',
        completedAt: time,
        activeTask: null,
      },
    ]);
  });

  it('emits an event when a Request is canceled', async () => {
    const poller = await watching(harness, { triggerOn: ['requestCanceled'] });
    const id = await startByHand(harness, WITH_TASK);
    harness.server.cancelRequest(id);
    await poller.poll();
    expect(poller.items).toMatchObject([
      { ...requestFields(id), event: 'requestCanceled', status: 'CANCELED', completedAt: time },
    ]);
  });

  it('emits an event with the reason when a Request stops in ERROR', async () => {
    const poller = await watching(harness, { triggerOn: ['requestErrored'] });
    const id = await startByHand(harness, WITH_TASK);
    harness.server.failRequest(id, 'The script could not be run.');
    await poller.poll();
    expect(poller.items).toMatchObject([
      {
        ...requestFields(id),
        event: 'requestErrored',
        status: 'ERROR',
        reason: 'The script could not be run.',
      },
    ]);
    // n8n takes an item with this field for a failed one.
    expect(poller.items[0]).not.toHaveProperty('error');
  });
});

describe('events of Tasks', () => {
  it('emits an event when a Request reaches a Task', async () => {
    const poller = await watching(harness, { triggerOn: ['taskCreated'] });
    const id = await startByHand(harness, WITH_TASK);
    await poller.poll();
    expect(poller.items).toEqual([
      { ...taskFields(taskOf(harness, id), id), event: 'taskCreated', status: 'ACTIVE', dueAt: time },
    ]);
  });

  it('emits an event when a Task is completed', async () => {
    const poller = await watching(harness, { triggerOn: ['taskCompleted'] });
    const id = await startByHand(harness, WITH_TASK);
    await harness.server.completeTask(taskOf(harness, id), {});
    await poller.poll();
    expect(poller.items).toEqual([
      { ...taskFields(taskOf(harness, id), id), event: 'taskCompleted', status: 'CLOSED', completedAt: time },
    ]);
  });

  it('emits an event when a Task is completed but not closed yet', async () => {
    const poller = await watching(harness, { triggerOn: ['taskCompleted'] });
    const id = await startByHand(harness, WITH_TASK);
    harness.server.noteCompletion(taskOf(harness, id));
    await poller.poll();
    expect(poller.items).toMatchObject([{ event: 'taskCompleted', status: 'COMPLETED', requestId: id }]);
  });

  it('emits one event when the due date of a Task has passed', async () => {
    const poller = await watching(harness, { triggerOn: ['taskOverdue'] });
    const id = await startByHand(harness, WITH_TASK);
    await poller.poll();
    expect(poller.items).toEqual([]);
    serverTime.now += 3 * DAY_MS + 1000;
    await poller.poll();
    await poller.poll();
    expect(poller.items.filter(({ requestId }) => requestId === id)).toEqual([
      { ...taskFields(taskOf(harness, id), id), event: 'taskOverdue', status: 'ACTIVE', dueAt: time },
    ]);
  });
});

describe('a Task that is offered to a team and not taken', () => {
  it.each(['taskOverdue', 'taskCompleted'])(
    'emits the event %s for a Task that is offered to a team and not taken',
    async (eventType) => {
      const poller = await watching(harness, { triggerOn: [eventType], processes: [String(OFFERED)] });
      const id = await startByHand(harness, OFFERED, {}, 'admin', 'opened');
      await poller.poll();
      if (eventType === 'taskCompleted') harness.server.cancelRequest(id);
      else serverTime.now += 3 * DAY_MS + 1000;
      await poller.poll();
      expect(poller.items).toMatchObject([{ event: eventType, id: taskOf(harness, id), assignee: null }]);
    },
  );
});

describe('several events', () => {
  it('emits events of several event types in one execution, oldest first', async () => {
    const poller = await watching(harness, {
      triggerOn: ['taskCompleted', 'requestCompleted', 'requestStarted', 'taskCreated'],
    });
    const first = await startByHand(harness, WITH_TASK);
    serverTime.now += 2000;
    const second = await startByHand(harness, WITH_TASK);
    serverTime.now += 2000;
    await harness.server.completeTask(taskOf(harness, first), {});
    await poller.poll();
    expect(poller.executions).toHaveLength(1);
    expect(poller.items.map(({ event, id, requestId = id }) => [event, requestId])).toEqual([
      ['requestStarted', first],
      ['taskCreated', first],
      ['requestStarted', second],
      ['taskCreated', second],
      ['taskCompleted', first],
      ['requestCompleted', first],
    ]);
  });

  it('emits each event once, whatever else changes', async () => {
    const triggerOn = ['requestStarted', 'requestErrored'];
    const poller = await watching(harness, { triggerOn });
    const id = await startByHand(harness, WITH_TASK);
    harness.server.failRequest(id, 'It broke.');
    await poller.poll();
    // What is closer is the same breakdown, noted twice.
    serverTime.now += 2000;
    harness.server.failRequest(id, 'It broke again.');
    await poller.poll();
    expect(poller.items).toMatchObject([
      { event: 'requestStarted' },
      { event: 'requestErrored', reason: 'It broke.' },
      { event: 'requestErrored', reason: 'It broke again.' },
    ]);
  });
});

/** The ids for which a call asks for data together; none when it asks for anything else. */
function idsInCall(path: string): number[] {
  const { searchParams } = new URL(path, harness.gateway.url);
  const [, ids = ''] = /id IN \[([\d,]+)\]/.exec(searchParams.get('pmql') ?? '') ?? [];
  return searchParams.get('include')?.includes('data') ? ids.split(',').map(Number) : [];
}

describe('the output of an event', () => {
  it('emits an event in ten fields, or eleven for a Task, id and case number first', async () => {
    const poller = await watching(harness, {
      triggerOn: ['requestStarted', 'taskCreated', 'requestErrored'],
    });
    harness.server.failRequest(await startByHand(harness, WITH_TASK), 'It broke.');
    await poller.poll();
    expect(poller.items).toHaveLength(3);
    for (const item of poller.items) {
      expect(Object.keys(item)).toHaveLength('elementId' in item ? 11 : 10);
      expect(Object.keys(item).slice(0, 2)).toEqual(['id', 'caseNumber']);
    }
  });

  it('emits the data of an event when asked to, and reads it only for new events', async () => {
    const options = { includeData: true };
    const poller = await watching(harness, { triggerOn: ['requestStarted', 'taskCreated'], options });
    await startByHand(harness, WITH_TASK, { order: 'PO-1' });
    await poller.poll();
    expect(poller.items).toMatchObject([{ data: { order: 'PO-1' } }, { data: { order: 'PO-1' } }]);
    harness.gateway.calls = [];
    await poller.poll();
    expect(harness.gateway.calls.filter(({ path }) => path.includes('include'))).toEqual([]);
  });

  it('keeps the row of an event whose Request is gone when its data is read', async () => {
    const poller = await watching(harness, { triggerOn: ['requestStarted'], options: { includeData: true } });
    const gone = await startByHand(harness, WITH_TASK, { order: 'PO-1' });
    const kept = await startByHand(harness, WITH_TASK, { order: 'PO-2' });
    harness.gateway.treat = ({ path }) =>
      idsInCall(path).length === 2
        ? async (response, forward) => {
            await deleteByHand(harness, gone);
            await pass(response, forward);
          }
        : undefined;
    await poller.poll();
    expect(poller.errors).toEqual([]);
    expect(poller.items).toMatchObject([
      { event: 'requestStarted', id: gone, status: 'ACTIVE', caseNumber: expect.any(Number) as number },
      { event: 'requestStarted', id: kept, data: { order: 'PO-2' } },
    ]);
    expect(poller.items[0]).not.toHaveProperty('data');
  });

  it('reads the data of each id by itself when ProcessMaker responds 500 for several together', async () => {
    const poller = await watching(harness, { triggerOn: ['requestStarted'], options: { includeData: true } });
    const ids: number[] = [];
    for (const order of ['PO-1', 'PO-2', 'PO-3']) {
      ids.push(await startByHand(harness, WITH_TASK, { order }));
    }
    harness.gateway.treat = ({ path }) =>
      idsInCall(path).length > 1 ? respond(500, { message: 'Server Error' }) : undefined;
    await poller.poll();
    expect(poller.errors).toEqual([]);
    expect(poller.items).toMatchObject([
      { id: ids[0], data: { order: 'PO-1' } },
      { id: ids[1], data: { order: 'PO-2' } },
      { id: ids[2], data: { order: 'PO-3' } },
    ]);
    const alone = harness.gateway.calls
      .map(({ path }) => idsInCall(path))
      .filter(({ length }) => length === 1);
    expect(alone).toEqual(ids.map((id) => [id]));
  });

  it.each([true, false])(
    'emits neither hidden data nor the key to an execution, Simplify %s',
    async (simplify) => {
      const triggerOn = ['requestStarted', 'taskCreated'];
      const poller = await watching(harness, { triggerOn, options: { includeData: true, simplify } });
      await startByHand(harness, WITH_TASK, { order: 'PO-1', ...HIDDEN_DATA });
      await poller.poll();
      expect(poller.items).toHaveLength(2);
      for (const { data } of poller.items) expectShown(data, { order: 'PO-1' });
    },
  );

  it('emits what ProcessMaker gives when Simplify is off', async () => {
    const poller = await watching(harness, {
      triggerOn: ['requestStarted', 'taskCreated'],
      options: { simplify: false },
    });
    const id = await startByHand(harness, WITH_TASK);
    await poller.poll();
    expect(poller.items).toMatchObject([
      { event: 'requestStarted', id, callable_id: 'ProcessId', process: { id: WITH_TASK } },
      { event: 'taskCreated', process_request_id: id, element_id: 'node_2' },
    ]);
    expect(poller.items[0]).not.toHaveProperty('summary');
    expect(poller.items[1]).not.toHaveProperty('data');
  });
});
