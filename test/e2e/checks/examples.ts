import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator } from 'playwright-core';

import { EXAMPLE_NODES, exampleFile, readExample } from '../../../demo/example';
import { outputOf } from '../../../demo/n8nClient';
import type { Editor } from '../editor';
import type { Subject } from '../subject';

/** By then, every Task that is still open is overdue. */
const A_MONTH_MS = 30 * 24 * 60 * 60 * 1000;

/** The workflows in `examples/` can be imported, and do what they say. */
export async function checkExamples(subject: Subject): Promise<void> {
  const { checks, editor, client, credential, n8n, processMaker, clock } = subject;

  const examples = {
    'start-requests': 'Start request',
    'handle-errors': 'Start request',
    'webhook-to-request': 'Start request',
    'start-and-wait': 'Start request',
    'wait-for-callback': 'Start request',
    'overdue-tasks': 'ProcessMaker Trigger',
  };
  for (const [name, node] of Object.entries(examples)) {
    await checks.check(`the example '${name}' can be imported in the editor`, async () => {
      await editor.newWorkflow();
      await editor.importWorkflow(exampleFile(name));
      await editor.page.getByTestId('canvas-node').getByText(node, { exact: true }).waitFor();
      await assertNoteCoversNoNode(editor);
    });
  }

  await checks.check("the example 'start-requests' starts three Requests", async () => {
    const { id } = await client.createWorkflow(readExample('start-requests', credential));
    const execution = await client.execute(id, EXAMPLE_NODES.trigger);
    assert.equal(execution.status, 'success');
    assert.equal(outputOf(execution, EXAMPLE_NODES.start).length, 3);
  });

  await checks.check("the example 'handle-errors' sends the bad item to the error output", async () => {
    const { id } = await client.createWorkflow(readExample('handle-errors', credential));
    const execution = await client.execute(id, EXAMPLE_NODES.trigger);
    assert.equal(execution.status, 'success');
    assert.equal(outputOf(execution, 'Started').length, 2);
    const [notStarted] = outputOf(execution, 'Not started');
    assert.equal(notStarted?.json.outcome, 'notStarted');
    assert.equal(notStarted?.json.orderNumber, 'PO-1002');
    assert.match(JSON.stringify(notStarted?.json.message), /_parent/);
    assert.match(JSON.stringify(notStarted.json.advice), /^"[A-Z].*\."$/);
  });

  await checks.check("the example 'start-and-wait' gives the Task of the new Request", async () => {
    const { id } = await client.createWorkflow(readExample('start-and-wait', credential));
    const execution = await client.execute(id, EXAMPLE_NODES.trigger);
    assert.equal(execution.status, 'success');
    const [task] = outputOf(execution, EXAMPLE_NODES.start);
    assert.equal(task?.json.name, 'Place the order');
    assert.equal(task?.json.status, 'ACTIVE');
  });

  await checks.check(
    "the example 'wait-for-callback' sleeps until the script of the process calls",
    async () => {
      processMaker.scriptsRun = true;
      const { id } = await client.createWorkflow(readExample('wait-for-callback', credential));
      const executionId = await client.beginExecution(id, EXAMPLE_NODES.trigger);
      assert.equal((await client.asleep(executionId)).status, 'waiting');
      const task = processMaker.tasks().at(-1);
      assert.equal(task?.elementName, 'Approve the contract');
      // As the form on the Task's page does.
      const form = { method: 'POST', body: new URLSearchParams({ approved: 'true' }) };
      assert.ok((await fetch(`${processMaker.url}/tasks/${task.id}/edit`, form)).ok);
      const execution = await client.ended(executionId);
      assert.equal(execution.status, 'success');
      const [decision] = outputOf(execution, 'Decision');
      assert.deepEqual(decision?.json, {
        contract: 'C-4001',
        decision: 'approved',
        requestId: task.requestId,
      });
    },
  );

  await checks.check("the example 'webhook-to-request' answers a webhook with the new Request", async () => {
    const workflow = await client.createWorkflow(readExample('webhook-to-request', credential));
    await client.publish(workflow);
    const result = await postWhenRegistered(`${n8n.url}/webhook/purchase-orders`, { orderNumber: 'PO-2001' });
    assert.equal(typeof result.requestId, 'number');
  });

  await checks.check("the example 'overdue-tasks' reminds of a Task", async () => {
    clock.aheadMs = A_MONTH_MS;
    const { id } = await client.createWorkflow(readExample('overdue-tasks', credential));
    const execution = await client.execute(id, 'ProcessMaker Trigger');
    assert.equal(execution.status, 'success');
    const [reminder] = outputOf(execution, 'Reminder');
    const text = reminder?.json.text;
    assert.ok(typeof text === 'string');
    assert.match(text, /^Task "[A-Z].*" is overdue: http.*\/tasks\/\d+\/edit$/);
  });
}

async function assertNoteCoversNoNode({ page }: Editor): Promise<void> {
  const note = await page.getByTestId('sticky').boundingBox();
  assert.ok(note, 'There is no note.');
  for (const node of await page.getByTestId('canvas-node').all()) {
    const box = await node.boundingBox();
    assert.ok(box && !overlap(box, note), `The note covers a node: ${await node.innerText()}`);
  }
}

type Box = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>;

function overlap(one: Box, other: Box): boolean {
  const across = one.x < other.x + other.width && other.x < one.x + one.width;
  return across && one.y < other.y + other.height && other.y < one.y + one.height;
}

/** n8n registers a published workflow's webhook a moment after it has said so; until then it answers 404. */
async function postWhenRegistered(url: string, body: object): Promise<Record<string, unknown>> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.ok) return (await response.json()) as Record<string, unknown>;
    if (attempt === 20) throw new Error(`The webhook answered ${response.status}: ${await response.text()}`);
    await sleep(500);
  }
}
