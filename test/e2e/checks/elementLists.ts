import { strict as assert } from 'node:assert';

import { CREDENTIAL_TYPE, NODE_TYPE } from '../../../demo/example';
import type { Subject } from '../subject';

const PROCESS = 'Purchase order approval';
const TASK = 'Place the order';
const KEY = 'elementsAreChosenFromLists';

/** The Task to wait for, and the event to trigger, are chosen from lists by a token that may view processes. */
export async function checkElementLists({ checks, editor, client, processMaker }: Subject): Promise<void> {
  const credential = await client.createCredential('Views processes', CREDENTIAL_TYPE, {
    instanceUrl: processMaker.url,
    accessToken: processMaker.tokens.operator,
  });

  await checks.check(
    'the Task to wait for is chosen from the Tasks of the process, and waited for',
    async () => {
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Start request');
      // Of an administrator, who may start the process as well.
      await editor.chooseCredential('Pasted with Bearer');
      await editor.chooseFromList('process', 'purchase', PROCESS);
      await editor.choose('waitFor', 'Task to Appear');
      await editor.chooseMode('taskElement', 'From List');
      await editor.chooseFromList('taskElement', 'place', TASK);
      await editor.execute();
      await editor.output.getByText(TASK).first().waitFor();
      await editor.closeNode();
    },
    KEY,
  );

  await checks.check(
    'a workflow that was saved with the name of the Task as a text shows it, and waits for it',
    async () => {
      const common = { typeVersion: 1, position: [0, 0] as [number, number] };
      const { id } = await client.createWorkflow({
        name: 'Task as a text',
        nodes: [
          {
            ...{ ...common, id: '0', name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
            parameters: {},
          },
          {
            ...{ ...common, id: '1', name: 'Wait', type: NODE_TYPE, position: [300, 0] },
            parameters: {
              resource: 'request',
              operation: 'wait',
              request: { __rl: true, mode: 'id', value: String(processMaker.requests().at(-1)?.id) },
              waitFor: 'task',
              taskElement: TASK,
            },
            credentials: { [CREDENTIAL_TYPE]: credential },
          },
        ],
        connections: { Start: { main: [[{ node: 'Wait', type: 'main', index: 0 }]] } },
        pinData: {},
      });
      await editor.openWorkflow(id);
      await editor.openNode('Wait');
      assert.equal(await editor.chosenFromList('taskElement'), TASK);
      await editor.execute();
      await editor.output.getByText(TASK).first().waitFor();
      await editor.closeNode();
    },
    KEY,
  );

  await checks.check(
    'the list of events has those of the process of the Request',
    async () => {
      const started = await fetch(`${processMaker.url}/api/1.0/process_events/24?event=ordered`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${processMaker.tokens.limited}` },
      });
      const { id } = (await started.json()) as { id: number };
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Trigger event of request');
      await editor.chooseCredential(credential.name);
      await editor.enterLocator('request', 'By ID', String(id));
      await editor.chooseMode('event', 'From List');
      await editor.chooseFromList('event', 'note', 'Delivery note received');
      assert.equal(await editor.chosenFromList('event'), 'Delivery note received');
      await editor.closeNode();
    },
    KEY,
  );
}
