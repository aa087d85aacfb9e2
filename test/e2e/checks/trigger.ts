import { strict as assert } from 'node:assert';

import type { ProcessMaker } from '../../processmaker';
import type { Subject } from '../subject';

const PROCESS = { id: 21, name: 'Purchase order approval', startEvent: 'new_order', task: 'Place the order' };
const ENTRY = 'ProcessMaker';
const FILTERS_OF_TASKS = ['Assignee', 'Task Element ID', 'Task PMQL'];
/** The poll of the publication only notes the time; the next one comes at the next minute. */
const POLLED_WITHIN_MS = 90_000;

/** The way of a person who lets a workflow begin with something that happens in ProcessMaker. */
export async function checkTrigger(subject: Subject): Promise<void> {
  const { checks, editor, client, processMaker, credential } = subject;

  for (const search of ['processmaker', 'task overdue', 'request completed']) {
    await checks.check(`typing '${search}' in an empty workflow finds the trigger`, async () => {
      await editor.newWorkflow();
      const found = await editor.searchNode(search);
      await found.getByText('What triggers this workflow?').waitFor();
      await found.getByText(ENTRY, { exact: true }).first().waitFor();
      await found.getByText(/^Start and follow Requests, .*start workflows on events/).waitFor();
    });
  }

  await checks.check("the event 'On task created' puts the trigger on the canvas", async () => {
    await editor.newWorkflow();
    await editor.addNode('task created', ENTRY, 'On task created');
    await editor.chooseCredential(credential.name);
    assert.match(await editor.parameter('triggerOn').innerText(), /^Task Created$/);
    const shown = await editor.panel.innerText();
    for (const label of ['Poll Times', 'Trigger On', 'Process Names or IDs', 'Filters', 'Options']) {
      assert.ok(shown.includes(label), `The panel lacks '${label}'.`);
    }
  });

  await checks.check('each event of the list is explained', async () => {
    await editor.parameter('triggerOn').click();
    await editor.option('Task Overdue').waitFor();
    const events = await editor.options();
    assert.equal(events.length, 7);
    for (const event of events) assert.match(event, /^(Request|Task) \w+\n\S/);
    await editor.page.keyboard.press('Escape');
  });

  await checks.check('only filters that fit the chosen events are offered', async () => {
    const ofTasks = await editor.optionsToAdd('Add filter');
    for (const filter of FILTERS_OF_TASKS) assert.ok(ofTasks.includes(filter), `'${filter}' is missing.`);
    assert.ok(!ofTasks.includes('Request PMQL'), "A filter of Requests is offered for 'Task Created'.");
    // The second choice takes the event back.
    await editor.chooseSeveral('triggerOn', ['Request Started', 'Task Created']);
    const ofRequests = await editor.optionsToAdd('Add filter');
    assert.deepEqual(ofRequests, ['Ignore Requests Started by n8n', 'Request PMQL']);
  });

  await checks.check('the list of processes is that of ProcessMaker', async () => {
    await editor.chooseSeveral('triggerOn', ['Task Created']);
    await editor.chooseSeveral('processes', [PROCESS.name]);
    assert.match(await editor.parameter('processes').innerText(), new RegExp(`^${PROCESS.name}$`));
  });

  await checks.check("'Fetch Test Event' shows the latest event", async () => {
    await startRequest(processMaker);
    await editor.fetchTestEvent();
    await editor.output.getByText(PROCESS.task).first().waitFor();
    await editor.output.getByTestId('radio-button-json').click();
    assert.match(await editor.output.innerText(), /"event":\s*"taskCreated"/);
    await editor.screenshot('trigger');
  });

  await checks.check('a filter that ProcessMaker refuses is told in a sentence', async () => {
    await editor.addOption('Add filter', 'Request PMQL');
    const filter = editor.parameter('requestPmql').locator('input, textarea').first();
    await filter.fill('nonsense = 1');
    await editor.fetchTestEvent();
    await editor.output.getByTestId('node-error-message').waitFor();
    const told = await editor.output.innerText();
    assert.match(told, /did not carry out the search with the filter 'Request PMQL'/);
    assert.match(told, /Check its syntax and the names of its columns/);
    await filter.fill('');
  });

  await checks.check('the published workflow asks ProcessMaker for new events', async () => {
    await editor.closeNode();
    const canvas = editor.page.getByTestId('canvas-node').filter({ hasText: 'ProcessMaker Trigger' });
    assert.match(await canvas.innerText(), /Request started, Task created/i);
    const before = processMaker.calls.length;
    const workflow = await editor.publish();
    const polls = () => processMaker.calls.slice(before).filter(({ path }) => path.includes('created'));
    const deadline = Date.now() + POLLED_WITHIN_MS;
    while (polls().length < 2 && Date.now() < deadline) await editor.page.waitForTimeout(200);
    await client.unpublish(workflow);
    assert.deepEqual(
      polls().map(({ path }) => path.split('?')[0]),
      ['/api/1.0/requests', '/api/1.0/tasks'],
    );
  });
}

async function startRequest({ url, tokens }: ProcessMaker): Promise<void> {
  const { id, startEvent } = PROCESS;
  const { ok, status } = await fetch(`${url}/api/1.0/process_events/${id}?event=${startEvent}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.limited}`, 'content-type': 'application/json' },
    body: JSON.stringify({ orderNumber: 'PO-1003', amount: 120 }),
  });
  if (!ok) throw new Error(`The stand-in answered ${status} to a start.`);
}
