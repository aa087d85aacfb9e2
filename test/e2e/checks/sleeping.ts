import { strict as assert } from 'node:assert';

import type { Subject } from '../subject';

const PROCESS = 'Purchase order approval';
const SLEEPING = 'Request to Finish, Sleeping';
const NEEDS = "a second workflow with 'Wake Waiting Workflow'";
const WAITS = "Only a second workflow, with 'Wake Waiting Workflow', can wake this one";
const KEY = 'sleepingSaysWhatItNeeds';

/** Who lets an execution sleep until its Request has ended sees at once that something has to wake it. */
export async function checkSleeping({ checks, editor, processMaker, credential }: Subject): Promise<void> {
  await checks.check(
    'sleeping says what it needs: in the list, beside the choice, and while it waits',
    async () => {
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Start request');
      await editor.chooseCredential(credential.name);
      await editor.chooseFromList('process', 'purchase', PROCESS);
      await editor.parameter('waitFor').click();
      const [, description = ''] = (await editor.option(SLEEPING).innerText()).split(SLEEPING);
      assert.match(description.trim(), /^Needs a second workflow/);
      await editor.option(SLEEPING).click();
      await editor.panel.getByText(NEEDS).waitFor();
      await editor.execute();
      await editor.output.getByText(WAITS).waitFor();
      await editor.closeNode();
    },
    KEY,
  );

  await checks.check(
    'a node that waits for one Request names it',
    async () => {
      const id = processMaker.requests().at(-1)?.id;
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Wait for request');
      // Of an administrator, who may write the URL into any Request.
      await editor.chooseCredential('Pasted with Bearer');
      await editor.enterLocator('request', 'By ID', String(id));
      await editor.choose('waitFor', SLEEPING);
      await editor.execute();
      await editor.output.getByText(`Waiting until Request ${id} has ended. ${WAITS}`).waitFor();
      await editor.closeNode();
    },
    KEY,
  );

  await checks.check(
    'a node that asks a person says so, too',
    async () => {
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Send and wait for response');
      await editor.panel.getByText(NEEDS).waitFor();
      await editor.closeNode();
    },
    KEY,
  );

  await checks.check(
    'the list of the Decision Task says what to enter where it can show none',
    async () => {
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Send and wait for response');
      await editor.chooseCredential(credential.name);
      await editor.chooseFromList('process', 'start to end', 'C start to end');
      await editor.openList('decisionTask');
      const message = editor.page.getByTestId('rlc-error-container').locator('visible=true');
      await message.getByText(/No Task of process \d+ can be shown/).waitFor();
      await message.getByText(/enter the ID that the Task has in the designer, such as decide/).waitFor();
      await editor.page.keyboard.press('Escape');
      await editor.closeNode();
    },
    'decisionTaskListSaysWhatToDo',
  );

  await checks.check(
    "the list of the Decision Task has the Tasks of a new process's BPMN, for a token that may view processes",
    async () => {
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Send and wait for response');
      await editor.chooseCredential('Pasted with Bearer');
      await editor.chooseFromList('process', 'two starts', 'B two starts');
      await editor.openList('decisionTask');
      await editor.listEntries().first().waitFor();
      assert.ok((await editor.listEntries().count()) > 0);
      await editor.page.keyboard.press('Escape');
      await editor.closeNode();
    },
    'decisionTaskListSaysWhatToDo',
  );
}
