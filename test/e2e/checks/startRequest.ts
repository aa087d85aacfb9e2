import { strict as assert } from 'node:assert';

import type { Subject } from '../subject';

const PROCESS = 'Purchase order approval';
const ORDER = { orderNumber: 'PO-1001', supplier: 'Office supplies', amount: 249.9 };

/** What people type who look for such a node. */
const SEARCHES = [
  ...['process maker', 'approve task', 'human task', 'create request', 'start case'],
  ...['workflow engine', 'bpmn'],
];

/** The way of a person who starts their first Request. */
export async function checkStartRequest(subject: Subject): Promise<void> {
  const { checks, editor, processMaker, credential } = subject;

  await checks.check("typing 'start request' finds the node", async () => {
    await editor.newWorkflow();
    const found = await editor.searchNode('start request');
    await found.getByText('ProcessMaker', { exact: true }).first().waitFor();
    await editor.screenshot('node-panel');
  });

  for (const words of SEARCHES) {
    await checks.check(
      `typing '${words}' finds the node`,
      async () => {
        await editor.newWorkflow();
        const found = await editor.searchNode(words);
        await found.getByText('ProcessMaker', { exact: true }).first().waitFor();
      },
      'searchFindsTheNode',
    );
  }

  await checks.check("the action 'Start request' puts the node on the canvas", async () => {
    await editor.newWorkflow();
    await editor.addNode('start request', 'ProcessMaker', 'Start request');
    assert.equal(await editor.value('resource'), 'Request');
    assert.equal(await editor.value('operation'), 'Start');
  });

  await checks.check('a saved credential can be chosen', async () => {
    await editor.chooseCredential(credential.name);
  });

  await checks.check('the process list shows what the user may start, and can be searched', async () => {
    await editor.openList('process');
    await editor.listEntries().getByText(PROCESS, { exact: true }).waitFor();
    await editor.searchList('approval');
    await editor.listEntries().getByText('E start with screen').waitFor({ state: 'hidden' });
    await editor.screenshot('process-list');
    await editor.searchList('purchase');
    await editor.listEntries().getByText(PROCESS, { exact: true }).click();
    assert.equal(await editor.chosenFromList('process'), PROCESS);
  });

  await checks.check('the start event list belongs to the process', async () => {
    await editor.openList('startEvent');
    await editor.listEntries().nth(1).waitFor();
    const entries = await editor.listEntries().allInnerTexts();
    assert.match(entries[0] ?? '', /^Automatic/);
    await editor.page.keyboard.press('Escape');
  });

  await checks.check('executing starts a Request with the data', async () => {
    await editor.choose('dataMode', 'JSON');
    await editor.typeCode('jsonData', JSON.stringify(ORDER, null, 2));
    await editor.execute();
    await editor.output.getByText('ACTIVE').first().waitFor();
    const [request] = processMaker.requests().slice(-1);
    assert.ok(request, 'The server has no Request.');
    assert.deepEqual({ ...ORDER, ...request.data }, request.data);
    await editor.output.getByTestId('radio-button-json').click();
    await editor.screenshot('start-request');
  });

  await checks.check('bad data is refused with a sentence, and nothing is started', async () => {
    const before = processMaker.requests().length;
    await editor.typeCode('jsonData', '[1]');
    await editor.execute();
    await editor.output.getByTestId('node-error-message').waitFor();
    assert.match(await editor.output.innerText(), /JSON object/);
    assert.equal(processMaker.requests().length, before);
    await editor.screenshot('bad-data');
  });

  await checks.check(
    'a name that is left where the list is shown again counts as the process',
    async () => {
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Start request');
      await editor.chooseCredential(credential.name);
      await editor.enterLocator('process', 'By Name', PROCESS);
      await editor.chooseMode('process', 'From List');
      const before = processMaker.requests().length;
      await editor.execute();
      await editor.output.getByText('ACTIVE').first().waitFor();
      assert.equal(processMaker.requests().length, before + 1);
      await editor.closeNode();
    },
    'nameLeftInListCounts',
  );
}
