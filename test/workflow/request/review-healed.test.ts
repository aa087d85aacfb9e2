import { setTimeout as pause } from 'node:timers/promises';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { script } from '../../support/attempts';
import { itWith } from '../../support/features';
import { useHarness } from '../../support/harness';
import { locator } from '../../support/workflows';
import { ask, decide, review, wakeUp } from '../../support/review';

const harness = useHarness();

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 8_000; !isSo() && Date.now() < end;) await pause(5);
  expect(isSo()).toBe(true);
}

const SCRIPT = script('script', { retry_attempts: 1, retry_wait_time: 2 });
const TASK = formTask('decide', 'Decide', '3');

/** A process in which the script comes before the Task, after it, or at the same time. */
async function addProcess(order: 'before' | 'after' | 'beside'): Promise<number> {
  const [asked, decided] = [startEvent('asked', 'Asked', '3,5'), endEvent('decided', 'Decided')];
  const both = { type: 'parallelGateway', id: 'both', name: 'Both' };
  const inLine = order === 'before' ? [asked, SCRIPT, TASK, decided] : [asked, TASK, SCRIPT, decided];
  const { id } = await harness.server.addProcess({
    name: `Review with a script ${order} its Task`,
    bpmn:
      order === 'beside'
        ? bpmn(
            [asked, both, SCRIPT, TASK, decided],
            [...line('asked', 'both', 'script', 'decided'), ...line('both', 'decide', 'decided')],
          )
        : bpmn(inLine, line(...inLine.map((element) => element.id))),
  });
  return id;
}

const newest = () => harness.requests().at(-1);
const isOpen = () =>
  harness.server.tasks().some((task) => task.requestId === newest()?.id && task.elementId === 'decide');

/** The script fails for good, is mended, and is retried by hand, which takes its failure out of the list. */
async function retryByHand(): Promise<void> {
  const runs = () => harness.server.scriptRuns.filter((id) => id === newest()?.id).length;
  await until(() => newest()?.status === 'ERROR' && runs() === 2);
  await pause(300);
  harness.server.scriptsRun = true;
  expect((await callServer('/retry')).status).toBe(200);
}

/** Changes the newest Request as an administrator, without n8n. */
async function callServer(path: string, body = {}): Promise<Response> {
  return await fetch(`${harness.server.url}/api/1.0/requests/${newest()?.id}${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${harness.server.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** What an administrator can do on the page of a Request in ERROR: its open Tasks are closed as if completed. */
async function completeByHand(): Promise<void> {
  const run = await harness.perform(
    'request complete',
    { request: locator('id', newest()?.id ?? 0) },
    { user: 'admin' },
  );
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
}

itWith('a resume token')(
  'counts a yes in a Request whose script had to be tried again before its Task',
  async () => {
    harness.server.scriptsRun = false;
    const sleeping = await ask(harness, review(await addProcess('before')));
    await until(() => harness.requests()[0]?.status === 'ERROR');
    harness.server.scriptsRun = true;
    const early = await wakeUp(harness, sleeping);
    expect(early.status).toBe(409);
    await until(isOpen);
    await decide(harness, { decision: 'approved' });
    const { run } = await wakeUp(harness, sleeping);
    expect(run?.items('ProcessMaker')).toMatchObject([{ approved: true }]);
  },
);

itWith('a resume token')(
  'counts a yes in a Request whose script was retried by hand before its Task',
  async () => {
    harness.server.scriptsRun = false;
    const sleeping = await ask(harness, review(await addProcess('before')));
    await retryByHand();
    await until(isOpen);
    await decide(harness, { decision: 'approved' });
    const { run } = await wakeUp(harness, sleeping);
    expect(run?.items('ProcessMaker')).toMatchObject([{ approved: true }]);
  },
);

itWith('a resume token')(
  'counts a yes in a Request whose script was retried by hand after its Task',
  async () => {
    harness.server.scriptsRun = false;
    const sleeping = await ask(harness, review(await addProcess('after')));
    await decide(harness, { decision: 'approved' });
    await retryByHand();
    await until(() => newest()?.status === 'COMPLETED');
    const { run } = await wakeUp(harness, sleeping);
    expect(run?.items('ProcessMaker')).toMatchObject([{ approved: true }]);
  },
);

itWith('a resume token')(
  'refuses a yes that nobody has given: a Request that an administrator has completed while a script was tried again',
  async () => {
    harness.server.scriptsRun = false;
    const sleeping = await ask(harness, review(await addProcess('beside')));
    await until(() => newest()?.status === 'ERROR' && isOpen());
    await callServer('', { data: { decision: 'approved' } });
    await completeByHand();
    const { run } = await wakeUp(harness, sleeping);
    expect(run?.items('ProcessMaker')).toMatchObject([{ approved: false }]);
  },
);
