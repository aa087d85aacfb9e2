import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { respond, resetAfter, resetBefore, thenRespond, type Behaviour } from '../../support/gateway';
import { startTasks } from '../../support/tasks';
import { editNode, ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { StartOptions, User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness({ queue: 'sync' });

const byId = { task: locator('id', '={{ $json.id }}'), dataMode: 'json', jsonData: '={{ $json.data }}' };
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

const run = (parameters: INodeParameters, options: StartOptions) =>
  harness.perform('task complete', { ...byId, ...parameters }, { settings: ERROR_OUTPUT, ...options });
const complete = (input: object[], user?: User) => run({}, { input: input.map(withData), user });
const withData = (item: object) => ({ data: {}, ...item });

const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');
const stored = () => harness.requests().map(({ status, data }) => ({ status, data }));

/** Treats the first call that completes a Task in a special way. */
function treatOnce(behaviour: Behaviour): void {
  let isFirst = true;
  harness.gateway.treat = ({ method }) => {
    if (method !== 'PUT' || !isFirst) return undefined;
    isFirst = false;
    return behaviour;
  };
}

describe('completing Tasks', () => {
  it('completes each Task with its data, and returns it in its new state, in eleven fields', async () => {
    const tasks = await startTasks(harness, 3);
    const done = await complete(tasks.map((task, index) => ({ ...task, data: { answer: index } })));
    expect(stored()).toMatchObject(
      [0, 1, 2].map((index) => ({ status: 'COMPLETED', data: { answer: index } })),
    );
    const [first] = done.items('ProcessMaker');
    expect(first).toEqual({
      id: tasks[0]?.id,
      caseNumber: tasks[0]?.caseNumber,
      name: 'Form Task',
      elementId: 'node_2',
      status: 'CLOSED',
      assignee: { id: 3, name: 'Limited Test' },
      completedAt: expect.stringMatching(/^\d{4}-/) as string,
      requestId: tasks[0]?.requestId,
      requestStatus: 'COMPLETED',
      processName: 'A single start with form',
      url: `${harness.gateway.url}/tasks/${tasks[0]?.id}/edit`,
    });
    expect(done.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
      { item: 0 },
      { item: 1 },
      { item: 2 },
    ]);
    // All are read in one call before.
    expect(harness.lookUps()).toHaveLength(1);
    expect(puts()).toHaveLength(3);
  });

  it('completes a Task without data when none is given', async () => {
    const tasks = await startTasks(harness);
    const done = await run({ dataMode: 'defineBelow', fields: { assignments: [] } }, { input: tasks });
    expect(done.items('ProcessMaker')).toMatchObject([{ status: 'CLOSED' }]);
    expect(puts().map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { status: 'COMPLETED', data: {} },
    ]);
  });

  it('completes a Task with fields of given types', async () => {
    const tasks = await startTasks(harness);
    const assignments = [
      { id: 'a', name: 'approved', value: true, type: 'boolean' },
      { id: 'b', name: 'order.lines[0].price', value: '12.5', type: 'number' },
    ];
    await run({ dataMode: 'defineBelow', fields: { assignments } }, { input: tasks });
    expect(stored()).toMatchObject([{ data: { approved: true, order: { lines: [{ price: 12.5 }] } } }]);
  });

  it('returns a completed Task as ProcessMaker gives it when Simplify is off', async () => {
    const tasks = await startTasks(harness);
    const done = await run({ options: { simplify: false } }, { input: tasks.map(withData) });
    expect(done.items('ProcessMaker')).toMatchObject([
      { element_id: 'node_2', status: 'CLOSED', process_request: { status: 'COMPLETED' } },
    ]);
  });

  it('names the values that ProcessMaker stores in another form, and leaves out the fields that it sets itself', async () => {
    const tasks = await startTasks(harness);
    const data = { _user: { id: 1 }, empty: '', padded: ' x ', tags: '<b>x</b>' };
    const done = await complete(tasks.map((task) => ({ ...task, data })));
    expect(stored()).toMatchObject([{ data: { empty: '', padded: ' x ', tags: 'x' } }]);
    expect(stored()[0]?.data).not.toHaveProperty('_user');
    const hints = done.hints('ProcessMaker').join();
    expect(hints).toMatch(/HTML tags/);
    expect(hints).toContain("'_user'");
    expect(hints).not.toMatch(/spaces|empty text/);
  });
});

describe('refusals before any call', () => {
  it('refuses a Task that an earlier item holds', async () => {
    const [task] = await startTasks(harness);
    const done = await run({}, { input: [task, task].map((one) => withData(one ?? {})), settings: {} });
    expect(done.error?.message).toBe(`'Task' holds Task ${task?.id}, which item 0 holds already [item 1]`);
    expect(harness.gateway.calls).toEqual([]);
    const going = await complete([task ?? {}, task ?? {}]);
    expect(going.items('ProcessMaker')).toMatchObject([{ status: 'CLOSED' }]);
    expect(failedItems(going)).toMatchObject([{ outcome: 'notDone' }]);
    expect(puts()).toHaveLength(1);
  });

  it.each([
    ['[1]', /'JSON' holds a list/],
    ['{"_parent":{}}', /'_parent'/],
    ['{"_n8n_key":"x"}', /'_n8n_key'/],
    ['{ half', /not valid JSON/],
  ])('refuses to complete a Task with data such as %s', async (data, message) => {
    const done = await complete([{ id: 1, data }]);
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringMatching(message) as string, outcome: 'notDone' },
    ]);
    expect(harness.gateway.calls).toEqual([]);
  });

  it.each([-1, '', ' ', [], [5], false])('refuses the recovery window %j', async (window) => {
    const options = { recoveryWindow: '={{ $json.window }}' };
    const done = await run({ options }, { input: [{ id: 1, data: {}, window }] });
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringContaining("'Recovery Window'") as string },
    ]);
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('messages', () => {
  it('says when and for whom a Task was already completed', async () => {
    const tasks = await startTasks(harness);
    await harness.completeFirstTask();
    const done = await complete(tasks);
    expect(failedItems(done)).toMatchObject([
      {
        text: expect.stringMatching(/was already completed at 2.*, as a Task of Limited Test/) as string,
        outcome: 'notDone',
      },
    ]);
    expect(puts()).toEqual([]);
  });

  it('says that a Task is closed since its Request was canceled', async () => {
    const tasks = await startTasks(harness);
    harness.server.cancelRequest(tasks[0]?.requestId ?? 0);
    const done = await complete(tasks);
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringMatching(/is closed, since its Request \d+ is in status CANCELED/) as string },
    ]);
  });

  it('says that somebody else completed the Task first', async () => {
    const tasks = await startTasks(harness);
    treatOnce(async (response, forward) => {
      await harness.completeFirstTask();
      const { status, headers, body } = await forward();
      response.writeHead(status, headers).end(body);
    });
    const done = await complete(tasks);
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringContaining('already completed at') as string, outcome: 'notDone' },
    ]);
    expect(stored()).toMatchObject([{ status: 'COMPLETED' }]);
  });

  it('says that the user may not complete the Task', async () => {
    const tasks = await startTasks(harness);
    const done = await complete(tasks, 'nobody');
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringContaining('does not allow') as string, httpStatus: 403, outcome: 'notDone' },
    ]);
  });

  it('says that the Task to complete does not exist', async () => {
    const done = await complete([{ id: 999_999 }], 'admin');
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringContaining('There is no Task 999999') as string, httpStatus: 404 },
    ]);
  });

  it('says that a Request is in status ERROR after its Task was completed, also when n8n runs the node again', async () => {
    const pm = { assignment: 'user_group', assignedUsers: '', assignedGroups: '' };
    const nobodys = { type: 'task', id: 'node_4', name: 'Task of nobody', pm };
    const elements = [
      startEvent('node_1', 'Start', '3'),
      formTask('node_2', 'Form Task', '3'),
      nobodys,
      endEvent('node_3', 'End'),
    ];
    const { id } = await harness.server.addProcess({
      name: 'Task of nobody follows',
      bpmn: bpmn(elements, line('node_1', 'node_2', 'node_4', 'node_3')),
    });
    const started = await harness.start({ process: locator('id', id), startEvent: locator('id', 'node_1') });
    const [request] = started.items('ProcessMaker');
    const input = [{ id: (request?.activeTask as IDataObject).id, data: {} }];
    const done = await run({}, { input, settings: { ...ERROR_OUTPUT, ...AGAIN } });
    expect(failedItems(done)).toMatchObject([
      {
        text: expect.stringMatching(
          /Task \d+ was completed, but its Request \d+ is in status ERROR/,
        ) as string,
        outcome: 'done',
      },
    ]);
    expect(puts()).toHaveLength(1);
  });
});

describe('when the outcome is unknown', () => {
  it('recognizes from the Task that it was completed although the response was lost', async () => {
    const tasks = await startTasks(harness);
    treatOnce(resetAfter);
    const done = await complete(tasks.map((task) => ({ ...task, data: { answer: 1 } })));
    expect(done.items('ProcessMaker')).toMatchObject([{ status: 'CLOSED', requestStatus: 'COMPLETED' }]);
    expect(stored()).toMatchObject([{ data: { answer: 1 } }]);
    expect(puts()).toHaveLength(1);
  });

  it.each([
    ['a page of a gateway', respond(502, '<html></html>')],
    ['JSON that is no Task', respond(200, { ok: true })],
  ])('recognizes from the Task that it was completed although the response was %s', async (_, behaviour) => {
    const tasks = await startTasks(harness);
    treatOnce(thenRespond(behaviour));
    const done = await complete(tasks);
    expect(done.items('ProcessMaker')).toMatchObject([{ status: 'CLOSED' }]);
    expect(puts()).toHaveLength(1);
  });

  it('looks at a Task again that is completed a moment after the response was lost', async () => {
    const tasks = await startTasks(harness);
    treatOnce(async (response) => {
      response.destroy();
      setTimeout(() => void harness.completeFirstTask(), 500);
      return await Promise.resolve();
    });
    const done = await complete(tasks);
    expect(done.items('ProcessMaker')).toMatchObject([{ status: 'CLOSED' }]);
    expect(puts()).toHaveLength(1);
  });

  it('reports an unknown outcome, without a second call, when a complete call is lost and the Task stays open', async () => {
    const tasks = await startTasks(harness);
    treatOnce(resetBefore);
    const done = await run({ options: { recoveryWindow: 0 } }, { input: tasks.map(withData) });
    expect(failedItems(done)).toMatchObject([
      {
        text: expect.stringContaining('still open when it was looked at last') as string,
        outcome: 'unknown',
      },
    ]);
    expect(puts()).toHaveLength(1);
  });

  it('leaves a Task unknown whose completion is lost while its Request is canceled', async () => {
    const tasks = await startTasks(harness);
    treatOnce(async (response) => {
      harness.server.cancelRequest(tasks[0]?.requestId ?? 0);
      response.destroy();
      return await Promise.resolve();
    });
    const done = await complete(tasks);
    expect(done.items('ProcessMaker')).toEqual([]);
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringMatching(/not known.*is in status CANCELED/) as string, outcome: 'unknown' },
    ]);
    expect(puts()).toHaveLength(1);
  });

  const completedByOther: Behaviour = async (response) => {
    await harness.completeFirstTask();
    response.destroy();
  };

  it('leaves a Task unknown that somebody else completes, with other data, while its completion is lost', async () => {
    const tasks = await startTasks(harness);
    treatOnce(completedByOther);
    const done = await complete(tasks.map((task) => ({ ...task, data: { answer: 1 } })));
    expect(done.items('ProcessMaker')).toEqual([]);
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringContaining('not known who completed Task') as string, outcome: 'unknown' },
    ]);
    expect(puts()).toHaveLength(1);
  });

  it('leaves it unknown to a repeat as well', async () => {
    const tasks = await startTasks(harness);
    treatOnce(completedByOther);
    const input = tasks.map((task) => ({ ...task, data: { answer: 1 } }));
    const done = await run({}, { input, settings: AGAIN });
    expect(done.error?.message).toContain('not known who completed Task');
    expect(done.error).toHaveProperty('context.outcome', 'unknown');
    expect(puts()).toHaveLength(1);
  });

  it('does not need the data where it cannot be seen: hidden fields, and texts that ProcessMaker changes', async () => {
    const tasks = await startTasks(harness);
    treatOnce(resetAfter);
    const data = { _secret: 1, note: '<b>Approved</b>', padded: ' kept ' };
    const done = await complete(tasks.map((task) => ({ ...task, data })));
    expect(done.items('ProcessMaker')).toMatchObject([{ status: 'CLOSED' }]);
  });

  it("reports an open Task as unknown after ProcessMaker's own 500", async () => {
    const tasks = await startTasks(harness);
    treatOnce(respond(500, { message: 'Server Error' }));
    const done = await complete(tasks);
    expect(failedItems(done)).toMatchObject([
      {
        text: expect.stringMatching(/completion of Task \d+ with HTTP status 500.*still open/s) as string,
        httpStatus: 500,
        outcome: 'unknown',
      },
    ]);
    expect(puts()).toHaveLength(1);
  });

  it('sends a complete call again that ProcessMaker did not process', async () => {
    const tasks = await startTasks(harness);
    treatOnce(respond(429, { message: 'Too Many Attempts.' }));
    const done = await complete(tasks);
    expect(done.items('ProcessMaker')).toMatchObject([{ status: 'CLOSED' }]);
    expect(puts()).toHaveLength(2);
  });
});

describe('when n8n runs the node again', () => {
  /** Gives a response by itself; the call reaches ProcessMaker, and comes to its end, only later. */
  const workLater =
    (milliseconds: number, lost: Behaviour): Behaviour =>
    async (response, forward) => {
      setTimeout(() => void forward().catch(() => undefined), milliseconds);
      await lost(response, forward);
    };
  const SHORT = { recoveryWindow: 1 };
  const LOST = respond(504, '<html></html>');

  it('returns Tasks that the first attempt completed, and completes none twice', async () => {
    const tasks = await startTasks(harness, 2);
    const [first, second] = tasks;
    harness.gateway.treat = ({ method, path }) =>
      method === 'PUT' && path.includes(String(second?.id)) ? workLater(2_500, LOST) : undefined;
    // The second attempt has other data.
    const parameters = { jsonData: '={{ { at: $now.toMillis() } }}', options: SHORT };
    const done = await run(parameters, { input: tasks, settings: AGAIN });
    expect(done.error).toBeUndefined();
    expect(done.items('ProcessMaker')).toMatchObject([
      { id: first?.id, status: 'CLOSED', alreadyCompleted: true },
      { id: second?.id, status: 'CLOSED', alreadyCompleted: true },
    ]);
    expect(puts()).toHaveLength(2);
    expect(stored()).toMatchObject([{ status: 'COMPLETED' }, { status: 'COMPLETED' }]);
  });

  it.each([
    ['a 504 of a gateway', LOST],
    ['a 502 of a gateway', respond(502, '<html></html>')],
    ['a broken connection', resetBefore],
  ])('finds a completion that was still at work after %s, and sends it once', async (_, lost) => {
    const tasks = await startTasks(harness);
    treatOnce(workLater(2_500, lost));
    const input = tasks.map((task) => ({ ...task, data: { answer: 1 } }));
    const done = await run({ options: SHORT }, { input, settings: AGAIN });
    expect(done.error).toBeUndefined();
    expect(done.items('ProcessMaker')).toMatchObject([
      { id: tasks[0]?.id, status: 'CLOSED', alreadyCompleted: true },
    ]);
    expect(stored()).toMatchObject([{ status: 'COMPLETED', data: { answer: 1 } }]);
    expect(puts()).toHaveLength(1);
  });

  it('leaves a Task unknown that is still open after an earlier attempt has sent its completion', async () => {
    const tasks = await startTasks(harness);
    treatOnce(resetBefore);
    const input = tasks.map(withData);
    const failed = await run({ options: SHORT }, { input, settings: AGAIN });
    expect(failed.error).toMatchObject({
      message: expect.stringMatching(/not known whether an earlier attempt completed Task \d+/) as string,
      context: { outcome: 'unknown' },
    });
    expect(failed.error?.description).toContain('run the workflow again for this item');
    // The Retry button keeps the record.
    const retried = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(retried.error).toMatchObject({ context: { outcome: 'unknown' } });
    expect(puts()).toHaveLength(1);
    const again = await run({ options: SHORT }, { input });
    expect(again.items('ProcessMaker')).toMatchObject([{ status: 'CLOSED' }]);
  });

  it('leaves a Task unknown that cannot be read after an earlier attempt has sent its completion', async () => {
    const tasks = await startTasks(harness);
    harness.gateway.treat = ({ method }) => {
      if (method === 'PUT') return resetBefore;
      const isFirstOfAttempt = [1, 3].includes(harness.lookUps().length);
      return isFirstOfAttempt ? undefined : respond(403, { message: 'This action is unauthorized.' });
    };
    const done = await run({ options: SHORT }, { input: tasks.map(withData), settings: AGAIN });
    expect(done.error).toMatchObject({
      description: expect.stringContaining('could not be read') as string,
      context: { outcome: 'unknown' },
    });
    expect(puts()).toHaveLength(1);
  });

  it('sends a completion again that was surely not carried out', async () => {
    const tasks = await startTasks(harness);
    treatOnce(respond(403, { message: 'This action is unauthorized.' }));
    const done = await run({}, { input: tasks.map(withData), settings: AGAIN });
    expect(done.items('ProcessMaker')).toMatchObject([{ id: tasks[0]?.id, status: 'CLOSED' }]);
    expect(puts()).toHaveLength(2);
  });

  it('fails the item of a Task that somebody else completed, also when n8n runs the node again', async () => {
    const tasks = await startTasks(harness);
    await harness.completeFirstTask();
    const done = await run({}, { input: tasks.map(withData), settings: AGAIN });
    expect(done.error?.message).toContain('already completed');
    expect(puts()).toEqual([]);
  });

  it('does not report a Task as completed that was closed by a cancellation', async () => {
    const tasks = await startTasks(harness);
    const killed = await run({}, { input: [{ id: 999_999, data: {} }] });
    harness.server.cancelRequest(tasks[0]?.requestId ?? 0);
    const done = await harness.retryAfterCrash(killed, tasks.map(withData));
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringMatching(/Request \d+ is in status CANCELED/) as string, outcome: 'unknown' },
    ]);
    expect(done.items('ProcessMaker')).toEqual([]);
  });

  it('reports as unknown whether it has completed a Task before n8n crashed, and completes none twice', async () => {
    const tasks = await startTasks(harness, 2);
    const input = tasks.map(withData);
    const killed = await run({ options: SHORT }, { input: [input[0]] });
    const done = await harness.retryAfterCrash(killed, input);
    expect(failedItems(done)).toMatchObject([{ input: { id: tasks[0]?.id }, outcome: 'unknown' }]);
    expect(done.items('ProcessMaker')).toMatchObject([{ id: tasks[1]?.id, status: 'CLOSED' }]);
    expect(puts()).toHaveLength(2);
  });

  it('does not complete a Task again whose completion is still at work when n8n crashes', async () => {
    const tasks = await startTasks(harness);
    const input = tasks.map(withData);
    treatOnce(workLater(1_500, resetBefore));
    const killed = await run({ options: { recoveryWindow: 0 } }, { input });
    editNode(killed, { options: SHORT });
    const done = await harness.retryAfterCrash(killed, input);
    expect(failedItems(done)).toMatchObject([
      { text: expect.stringContaining('already completed') as string, outcome: 'unknown' },
    ]);
    expect(stored()).toMatchObject([{ status: 'COMPLETED' }]);
    expect(puts()).toHaveLength(1);
  });

  it('waits once for all Tasks after a crash, and then completes those that are open', async () => {
    const tasks = await startTasks(harness, 12);
    const input = tasks.map(withData);
    const killed = await run({ options: SHORT }, { input: [{ id: 999_999, data: {} }] });
    harness.gateway.calls = [];
    const began = Date.now();
    const done = await harness.retryAfterCrash(killed, input);
    expect(Date.now() - began).toBeGreaterThan(900);
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(done.items('ProcessMaker')).toHaveLength(12);
    expect(puts()).toHaveLength(12);
    expect(harness.lookUps()).toHaveLength(2);
  });
});
