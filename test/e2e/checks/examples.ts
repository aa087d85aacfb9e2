import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import type { Locator } from 'playwright-core';

import {
  CREDENTIAL_TYPE,
  EXAMPLE_NODES,
  exampleFile,
  exampleNames,
  readExample,
} from '../../../demo/example';
import { type ExampleWorkflow, outputOf } from '../../../demo/n8nClient';
import { startRequest } from '../../trigger/n8n/watch';
import type { Editor } from '../editor';
import { startScriptedModel } from '../scriptedModel';
import type { Subject } from '../subject';

/** After that, every Task that is still open is overdue. */
const A_MONTH_MS = 30 * 24 * 60 * 60 * 1000;

/** Of these the documents show a picture. */
const IN_DOCUMENTS = ['wake-waiting-workflows', 'agent-with-approval'];

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
    'spreadsheet-rows': 'Start request',
    'curl-to-node': 'Start request',
    'ai-agent': 'Get request',
    'wake-waiting-workflows': 'Wake what was missed',
    'agent-with-approval': 'Review refund',
    'mcp-server': 'Complete task',
  };
  await checks.check('every example is tested here', () => {
    assert.deepEqual(Object.keys(examples).sort(), exampleNames());
    return Promise.resolve();
  });
  for (const [name, node] of Object.entries(examples)) {
    await checks.check(`the example '${name}' can be imported in the editor`, async () => {
      await editor.newWorkflow();
      await editor.importWorkflow(exampleFile(name));
      await editor.page.getByTestId('canvas-node').getByText(node, { exact: true }).waitFor();
      await assertNoteCanBeRead(editor);
      if (IN_DOCUMENTS.includes(name)) await editor.screenshot(name);
    });
  }

  await checks.check(
    "a review of an agent's calls asks to replace n8n's own message, and for the reviewer",
    () => checkPanelOfReview(subject),
    'reviewAsksForMessage',
  );

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

  await checks.check(
    "the example 'spreadsheet-rows' starts one Request for each order, also in a second run",
    async () => {
      const { id } = await client.createWorkflow(readExample('spreadsheet-rows', credential));
      const first = await client.execute(id, EXAMPLE_NODES.trigger);
      assert.equal(first.status, 'success');
      const second = await client.execute(id, EXAMPLE_NODES.trigger);
      assert.equal(second.status, 'success');
      const idsOf = (run: typeof first) => outputOf(run, EXAMPLE_NODES.start).map(({ json }) => json.id);
      assert.equal(idsOf(first).length, 4);
      assert.equal(new Set(idsOf(first)).size, 3);
      assert.deepEqual(idsOf(second), idsOf(first));
      assert.ok(outputOf(second, EXAMPLE_NODES.start).every(({ json }) => json.alreadyStarted === true));
      assert.equal(ordersLike(subject, /^PO-500\d$/).length, 3);
    },
  );

  await checks.check("the example 'curl-to-node' starts the Request that the cURL would start", async () => {
    const workflow = readExample('curl-to-node', credential);
    // The numbers of one's own process and of one's own user are for a person to give.
    enterId(workflow, 'Start request', 'process', 21);
    const { id } = await client.createWorkflow(workflow);
    const execution = await client.execute(id, EXAMPLE_NODES.trigger);
    assert.equal(execution.status, 'success');
    const [started] = ordersLike(subject, /^PO-6001$/);
    assert.equal(started?.processId, 21);
    const { orderNumber, supplier, amount } = started.data;
    assert.deepEqual([orderNumber, supplier, amount], ['PO-6001', 'Office supplies', 120]);
  });

  await checks.check("the example 'ai-agent' lets a model start one Request and look it up", () =>
    checkAgent(subject),
  );

  await checks.check(
    "the example 'wake-waiting-workflows' calls n8n for each Request that waits",
    async () => {
      const url = `${n8n.url}/webhook-waiting/999999/processmaker?signature=none&wait=none`;
      const requestId = await canceledRequest(subject, { _n8n_resume_url: url });
      const { id } = await client.createWorkflow(readExample('wake-waiting-workflows', credential));
      for (const [trigger, node] of [
        ['ProcessMaker Trigger', 'Wake'],
        ['Every hour', 'Wake what was missed'],
      ] as const) {
        const execution = await client.execute(id, trigger);
        assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
        // In this n8n, a Request of another example holds the URL of a Callback.
        const result = outputOf(execution, node).find(({ json }) => json.requestId === requestId);
        const { message, ...facts } = result?.json ?? {};
        assert.deepEqual(facts, { requestId, outcome: 'over', executionId: '999999' });
        assert.match(JSON.stringify(message), /The response is: .*does not exist/);
      }
    },
  );

  await checks.check("the example 'agent-with-approval' runs a tool after a person has said yes", () =>
    checkReviewedAgent(subject),
  );

  await checks.check("the example 'overdue-tasks' tells a chat about an overdue Task", async () => {
    // The Task of a Request that was started a month ago.
    clock.behindMs = A_MONTH_MS;
    const started = startRequest(processMaker, undefined, processMaker.tokens.limited);
    await started.finally(() => (clock.behindMs = 0));
    const chat = await startChat();
    try {
      const workflow = readExample('overdue-tasks', credential);
      for (const node of workflow.nodes) if (node.name === 'Send to chat') node.parameters.url = chat.url;
      const { id } = await client.createWorkflow(workflow);
      const execution = await client.execute(id, 'ProcessMaker Trigger');
      assert.equal(execution.status, 'success');
      const [reminder] = outputOf(execution, 'Reminder');
      const text = reminder?.json.text;
      assert.ok(typeof text === 'string');
      assert.match(
        text,
        /^Task "[A-Z].*" of case \d+ is overdue\. It is with [A-Z].*: http.*\/tasks\/\d+\/edit$/,
      );
      assert.deepEqual(chat.messages, [{ text }]);
    } finally {
      await chat.close();
    }
  });
}

/** The model calls the tool that starts a Request twice, as a model may: the Idempotency Key makes it one Request. */
async function checkAgent(subject: Subject): Promise<void> {
  const { client, credential } = subject;
  const order = { orderNumber: 'PO-7001', supplier: 'Office supplies', amount: 1480 };
  const model = await startScriptedModel((results) => {
    if (results.length < 2) return { tool: /start/i, input: order };
    if (results.length === 2) return { tool: /get/i, input: { requestId: numberIn(results[1], 'id') } };
    return { reply: `Case ${numberIn(results[2], 'caseNumber')} is started.` };
  });
  try {
    const workflow = readExample('ai-agent', credential);
    const openAi = { apiKey: 'none', url: model.url };
    const modelCredential = await client.createCredential('Scripted model', 'openAiApi', openAi);
    for (const node of workflow.nodes)
      if (node.name === 'OpenAI Chat Model') node.credentials = { openAiApi: modelCredential };
    const { id } = await client.createWorkflow(workflow);
    const execution = await client.execute(id, EXAMPLE_NODES.trigger);
    assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
    const [started, ...others] = ordersLike(subject, /^PO-7001$/);
    assert.deepEqual(others, []);
    assert.equal(numberIn(model.results[2], 'id'), started?.id);
    assert.equal(started?.data.amount, 1480);
    const [answer] = outputOf(execution, 'AI Agent');
    assert.equal(answer?.json.output, `Case ${started.caseNumber} is started.`);
  } finally {
    await model.close();
  }
}

/** Starts a Request without n8n, and cancels it. Gives its id. */
async function canceledRequest({ processMaker }: Subject, data: object): Promise<number> {
  const { url, tokens } = processMaker;
  const response = await fetch(`${url}/api/1.0/process_events/21?event=new_order`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.limited}`, 'content-type': 'application/json' },
    body: JSON.stringify(data),
  });
  const { id } = (await response.json()) as { id: number };
  processMaker.cancelRequest(id);
  return id;
}

/** The panel says what n8n has filled in, and is red where the person is missing. */
async function checkPanelOfReview({ editor }: Subject): Promise<void> {
  await editor.newWorkflow();
  await editor.importWorkflow(exampleFile('agent-with-approval'));
  await editor.openNode('Review refund');
  await editor.page.getByText('Replace the Message: the AI model can write').waitFor();
  await editor.panel.getByTestId('parameter-issues').waitFor();
  await editor.closeNode();
}

/** A person completes the Task, and n8n is told as the workflow that wakes others tells it. */
async function checkReviewedAgent(subject: Subject): Promise<void> {
  const { client, processMaker } = subject;
  const refund = { orderNumber: 'PO-8001', amount: 1480 };
  const model = await startScriptedModel(([result]) =>
    result ? { reply: result } : { tool: /refund/i, input: { toolParameters: refund, hitlParameters: {} } },
  );
  const shop = await startChat();
  try {
    const gate = await client.createCredential('ProcessMaker for reviews', CREDENTIAL_TYPE, {
      instanceUrl: processMaker.url,
      accessToken: processMaker.tokens.operator,
    });
    const workflow = readExample('agent-with-approval', gate);
    enterId(workflow, 'Review refund', 'assignTo', 4);
    const openAi = { apiKey: 'none', url: model.url };
    const modelCredential = await client.createCredential('Scripted model', 'openAiApi', openAi);
    for (const node of workflow.nodes) {
      if (node.name === 'OpenAI Chat Model') node.credentials = { openAiApi: modelCredential };
      if (node.name === 'Refund customer') node.parameters.url = shop.url;
    }
    const { id } = await client.createWorkflow(workflow);
    const executionId = await client.beginExecution(id, EXAMPLE_NODES.trigger);
    assert.equal((await client.asleep(executionId)).status, 'waiting');
    const task = processMaker.tasks().at(-1);
    assert.equal(task?.elementName, 'Decide on the tool call');
    const page = `${processMaker.url}/tasks/${task.id}/edit`;
    const form = { method: 'POST', body: new URLSearchParams({ decision: 'approved' }) };
    assert.ok((await fetch(page, form)).ok);
    const url = processMaker.requests().at(-1)?.data._n8n_resume_url as string;
    assert.ok((await fetch(url, { method: 'POST' })).ok);
    const execution = await client.ended(executionId);
    assert.equal(execution.status, 'success', JSON.stringify(execution.data.resultData.error));
    assert.deepEqual(shop.messages, [refund]);
  } finally {
    await model.close();
    await shop.close();
  }
}

/** Enters what an example leaves to whoever imports it. */
function enterId({ nodes }: ExampleWorkflow, node: string, parameter: string, id: number): void {
  const found = nodes.find(({ name }) => name === node);
  if (found) found.parameters[parameter] = { __rl: true, mode: 'id', value: String(id) };
}

/** A number in the text that a tool has returned, which can be JSON within JSON. */
function numberIn(text: string | undefined, field: string): number {
  return Number(text?.match(new RegExp(`"${field}\\\\?":\\s*(\\d+)`))?.[1]);
}

/** The Requests whose order number is like this. */
function ordersLike({ processMaker }: Subject, pattern: RegExp) {
  return processMaker
    .requests()
    .filter(({ data: { orderNumber } }) => typeof orderNumber === 'string' && pattern.test(orderNumber));
}

/** An incoming webhook of a chat. */
async function startChat() {
  const messages: unknown[] = [];
  const server = fastify();
  server.post('/hook', (request) => {
    messages.push(request.body);
    return { ok: true };
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url: `${address}/hook`, messages, close: () => server.close() };
}

/** The note shows all of its text, and covers no node. */
async function assertNoteCanBeRead({ page }: Editor): Promise<void> {
  const sticky = page.getByTestId('sticky');
  const note = await sticky.boundingBox();
  assert.ok(note, 'There is no note.');
  const end = await sticky.locator('p').last().boundingBox();
  assert.ok(end && end.y + end.height < note.y + note.height, 'The note is too small for its text.');
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
