import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { type ErrorHandling, script } from '../../support/attempts';
import { respond } from '../../support/gateway';
import { type Harness, useHarness } from '../../support/harness';
import { startTasks } from '../../support/tasks';
import { locator } from '../../support/workflows';

// Behind a Task there is a script that fails: its Request is in ERROR when the Task is read in a repeat.
const harness = useHarness({ secondMs: 100 });
const older = useHarness({ secondMs: 100, version: '4.6.0' });
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1000 };

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 8_000; !isSo() && Date.now() < end;) await pause(5);
  expect(isSo()).toBe(true);
}

/** A Task behind which a script fails once. */
async function startTask(on: Harness, handling: ErrorHandling): Promise<IDataObject> {
  on.server.scriptsRun = true;
  const elements = [
    startEvent('begin', 'Begin', '3'),
    formTask('task', 'Task', '3'),
    script('script', handling),
    endEvent('end', 'End'),
  ];
  const { id } = await on.server.addProcess({
    name: `Task then script ${JSON.stringify(handling)}`,
    bpmn: bpmn(elements, line('begin', 'task', 'script', 'end')),
  });
  const data = { dataMode: 'json', jsonData: '{"failures":1}' };
  const started = await on.start({ process: locator('id', id), startEvent: locator('id', 'begin'), ...data });
  const [request] = started.items('ProcessMaker');
  return { ...(request?.activeTask as IDataObject), requestId: request?.id };
}

/** Completes a Task and another one, which is refused at first: n8n runs the node again when the script has failed. */
async function completeInTwoTries(on: Harness, task: IDataObject) {
  const [other] = await startTasks(on);
  let isFirst = true;
  on.gateway.treat = ({ method, path }) => {
    if (method !== 'PUT' || !path.endsWith(`/${String(other?.id)}`) || !isFirst) return undefined;
    isFirst = false;
    return async (response, forward) => {
      await until(() => on.requests().some(({ id, status }) => id === task.requestId && status === 'ERROR'));
      await respond(403, { message: 'This action is unauthorized.' })(response, forward);
    };
  };
  const parameters = { task: locator('id', '={{ $json.id }}'), dataMode: 'json', jsonData: '{}' };
  const input = [{ id: task.id }, { id: other?.id }];
  return await on.perform('task complete', parameters, { input, settings: AGAIN });
}

const puts = (on: Harness, { id }: IDataObject) =>
  on.gateway.calls.filter(({ method, path }) => method === 'PUT' && path.endsWith(`/${id as number}`));

it('returns a Task that was completed while ProcessMaker tries a script behind it again, and says so', async () => {
  const task = await startTask(harness, { retry_attempts: 1, retry_wait_time: 600 });
  const run = await completeInTwoTries(harness, task);
  expect(run.items('ProcessMaker')[0]).toMatchObject({
    id: task.id,
    status: 'CLOSED',
    requestStatus: null,
    retrying: true,
    alreadyCompleted: true,
  });
  expect(puts(harness, task)).toHaveLength(1);
});

it('says that the Request is in ERROR when the script behind a completed Task has failed for good', async () => {
  const task = await startTask(harness, {});
  const run = await completeInTwoTries(harness, task);
  expect(run.error?.message).toContain('is in status ERROR');
  expect(run.text).not.toContain('may still go on');
});

it('says that the Request may still go on where ProcessMaker does not tell whether a script is tried again', async () => {
  const task = await startTask(older, { retry_attempts: 1, retry_wait_time: 600 });
  const run = await completeInTwoTries(older, task);
  expect(run.error?.message).toContain('is in status ERROR');
  expect(run.text).toContain('It may still go on');
});
