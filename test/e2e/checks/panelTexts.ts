import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { CREDENTIAL_TYPE, NODE_TYPE } from '../../../demo/example';
import { root } from '../../../demo/paths';
import type { Manifest } from '../../verify/manifest';
import type { Subject } from '../subject';
import { formFields } from './savedValues';

const PROCESS = 'Purchase order approval';

/** What the panel says where a person has to do something. The node with its credential is open when this ends. */
export async function checkPanelTexts(subject: Subject): Promise<void> {
  await checkExpressionOfTask(subject);
  await checkOtherForm(subject);
  await checkFirstLists(subject);
  await checkDocs(subject);
  await checkEmptyRequest(subject);
}

/** The fields are those of one Task, and the Task of a run has another form. */
async function checkOtherForm({ checks, editor, client, processMaker, credential }: Subject) {
  await checks.check(
    'a Task with another form than the one whose fields are shown is not completed, and the panel says so',
    async () => {
      const openOf = (name: string) =>
        processMaker
          .tasks()
          .findLast(({ elementName, status }) => elementName === name && status === 'ACTIVE');
      const task = openOf('Approve the contract') ?? openOf('Place the order');
      assert.ok(task);
      const { id } = await client.createWorkflow({
        name: 'Task with another form',
        nodes: [
          {
            id: '0',
            name: 'Start',
            type: 'n8n-nodes-base.manualTrigger',
            typeVersion: 1,
            position: [0, 0],
            parameters: {},
          },
          {
            ...{ id: '1', name: 'Task', type: NODE_TYPE, typeVersion: 1, position: [300, 0] },
            parameters: {
              resource: 'task',
              operation: 'complete',
              task: { __rl: true, mode: 'id', value: `={{ ${task.id} }}` },
              dataMode: 'mapFromForm',
              formFields: formFields({ of_another_form: 'Fine' }),
            },
            credentials: { [CREDENTIAL_TYPE]: credential },
          },
        ],
        connections: { Start: { main: [[{ node: 'Task', type: 'main', index: 0 }]] } },
        pinData: {},
      });
      await editor.openWorkflow(id);
      await editor.openNode('Task');
      await editor.execute();
      await editor.output.getByTestId('node-error-message').waitFor();
      assert.match(await editor.output.innerText(), /another form than that of Task/);
      assert.equal(processMaker.tasks().find((one) => one.id === task.id)?.status, 'ACTIVE');
      await editor.closeNode();
    },
    'taskWithAnotherFormFails',
  );
}

async function checkExpressionOfTask({ checks, editor, client, processMaker, credential }: Subject) {
  await checks.check(
    'fields that an expression hides are shown once the panel is opened again, as it says',
    async () => {
      const task = processMaker.tasks().findLast(({ elementName }) => elementName === 'Check the expenses');
      const numbers = { id: '1', name: 'task', value: String(task?.id), type: 'number' };
      const common = { typeVersion: 1, parameters: {} };
      const { id } = await client.createWorkflow({
        name: 'Task of an expression',
        nodes: [
          { ...common, id: '0', name: 'Start', type: 'n8n-nodes-base.manualTrigger', position: [0, 0] },
          {
            ...{ id: '1', name: 'Numbers', type: 'n8n-nodes-base.set', typeVersion: 3.4, position: [300, 0] },
            parameters: { assignments: { assignments: [numbers] }, options: {} },
          },
          {
            ...{ id: '2', name: 'Task', type: NODE_TYPE, typeVersion: 1, position: [600, 0] },
            parameters: {
              resource: 'task',
              operation: 'complete',
              task: { __rl: true, mode: 'id', value: '={{ $json.task }}' },
              dataMode: 'mapFromForm',
            },
            credentials: { [CREDENTIAL_TYPE]: credential },
          },
        ],
        connections: {
          Start: { main: [[{ node: 'Numbers', type: 'main', index: 0 }]] },
          Numbers: { main: [[{ node: 'Task', type: 'main', index: 0 }]] },
        },
        pinData: {},
      });
      await editor.openWorkflow(id);
      await editor.openNode('Task');
      const notice = editor.panel.getByTestId('empty-fields-notice');
      await notice.getByText(/close this panel and open it again/).waitFor();
      await editor.executePreviousNodes();
      await editor.page.waitForTimeout(2_000);
      await editor.closeNode();
      await editor.openNode('Task');
      await editor.parameter('comment').waitFor();
    },
    'panelSaysWhatToDo',
  );
}

/** What the lists say in which a person chooses for the first time. */
export async function checkFirstLists({ checks, editor, client, processMaker }: Subject) {
  const open = async (name: string, accessToken: string) => {
    const credential = { instanceUrl: processMaker.url, accessToken };
    await client.createCredential(name, CREDENTIAL_TYPE, credential);
    await editor.newWorkflow();
    await editor.addNode('start request', 'ProcessMaker', 'Start request');
    await editor.chooseCredential(name);
    await editor.openList('process');
  };

  await checks.check(
    'an empty list of processes says why, and whom to ask',
    async () => {
      await open('Without a process', processMaker.tokens.nobody);
      const message = editor.page.getByTestId('rlc-error-container').locator('visible=true');
      await message.getByText('The user of the token may not start any process').waitFor();
      await message.getByText(/Ask a ProcessMaker administrator to assign this user/).waitFor();
      await editor.screenshot('no-process');
    },
    'emptyProcessListSaysWhy',
  );

  await checks.check(
    "a token that was pasted with 'Bearer' before it works",
    async () => {
      await open('Pasted with Bearer', `Bearer ${processMaker.tokens.admin}`);
      await editor.listEntries().getByText(PROCESS, { exact: true }).waitFor();
      await editor.page.keyboard.press('Escape');
    },
    'pastedBearerWorks',
  );

  await checks.check(
    'the list of start events says at once that one has to be selected',
    async () => {
      await editor.chooseFromList('process', 'two starts', 'B two starts');
      await editor.openList('startEvent');
      await editor
        .listEntries()
        .getByText(/Automatic \(not possible: select one of 2/)
        .waitFor();
      await editor.page.keyboard.press('Escape');
    },
    'severalStartEventsAreTold',
  );
}

async function checkDocs({ checks, editor }: Subject): Promise<void> {
  await checks.check(
    "'Docs' in the panel leads to the homepage of the package",
    async () => {
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Start request');
      const link = editor.panel.locator('a').filter({ hasText: 'Docs' }).first();
      const { homepage } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
      assert.ok(homepage);
      const address = (await link.getAttribute('href')) ?? '';
      // n8n adds where it was clicked.
      assert.ok(address.startsWith(homepage), address);
      await editor.closeNode();
    },
    'docsLeadToHomepage',
  );
}

async function checkEmptyRequest({ checks, editor, processMaker, credential }: Subject): Promise<void> {
  await checks.check(
    'a Request without data from a bare manual trigger is told in a hint, and was started',
    async () => {
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Start request');
      await editor.chooseCredential(credential.name);
      await editor.chooseFromList('process', 'purchase', PROCESS);
      const before = processMaker.requests().length;
      await editor.execute();
      await editor.output.getByText('ACTIVE').first().waitFor();
      assert.match(await editor.output.innerText(), /An item without fields gives a Request without data/);
      assert.equal(processMaker.requests().length, before + 1);
    },
    'emptyRequestIsTold',
  );
}
