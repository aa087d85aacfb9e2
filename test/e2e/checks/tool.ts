import { strict as assert } from 'node:assert';

import { CREDENTIAL_TYPE, NODE_TYPE } from '../../../demo/example';
import type { Credential, ExampleWorkflow } from '../../../demo/n8nClient';
import { startScriptedModel } from '../scriptedModel';
import type { Subject } from '../subject';

const KEY = 'toolDefaultsWork';
const NAME = 'Start a Request';
const PROCESS = 'Purchase order approval';
const LANGCHAIN = '@n8n/n8n-nodes-langchain';

/** The node as the tool of an AI agent, with nothing but its process filled in. */
export async function checkTool({
  checks,
  editor,
  client,
  credential,
  processMaker,
}: Subject): Promise<void> {
  const input = { Request_Data__JSON_: { orderNumber: 'PO-7' } };
  const model = await startScriptedModel(([result]) => (result ? { reply: 'Done.' } : { tool: /./, input }));
  const openAi = { apiKey: 'none', url: model.url };
  const modelCredential = await client.createCredential('Scripted model', 'openAiApi', openAi);

  await checks.check(
    "a tool's panel begins with what works: the model fills in the data, the process is given by name",
    async () => {
      const { id } = await client.createWorkflow(agentWithTool({}, credential, modelCredential));
      await editor.openWorkflow(id);
      await editor.openNode(NAME);
      assert.equal(await editor.value('dataMode'), 'Filled by the Model');
      await editor.panel.getByText('Request Data (JSON)', { exact: true }).waitFor();
      await editor.panel.getByText(/^Defined automatically by the/).waitFor();
      const mode = editor.panel.getByTestId('resource-locator-process').getByTestId('rlc-mode-selector');
      assert.equal(await mode.locator('input').inputValue(), 'By Name');
      await editor.screenshot('ai-tool');
      await editor.parameter('dataMode').click();
      await editor.option('Map From Form').waitFor();
      assert.deepEqual(
        (await editor.options()).map((text) => text.split('\n')[0]?.trim()),
        ['Filled by the Model', 'Define Below', 'Map From Form', 'JSON'],
      );
      await editor.page.keyboard.press('Escape');
    },
    KEY,
  );

  await checks.check(
    "a tool's panel has 'Output' in the place of 'Simplify', and fields to select",
    async () => {
      const before = await editor.optionsToAdd('Add option');
      assert.ok(before.includes('Output') && !before.includes('Simplify') && !before.includes('Fields'));
      await editor.addOption('Add option', 'Output');
      assert.equal(await editor.value('simplify'), 'Simplified');
      await editor.choose('simplify', 'Selected Fields');
      await editor.addOption('Add option', 'Fields');
      await editor.parameter('outputFields').locator('input').fill('status, url');
      assert.equal(await editor.value('simplify'), 'Selected Fields');
    },
    'toolOutput',
  );

  await checks.check(
    'a tool offers nothing that sleeps until somebody calls, and nothing that wakes',
    async () => {
      const offered = async (parameter: string, first: string) => {
        await editor.parameter(parameter).click();
        await editor.option(first).waitFor();
        const shown = (await editor.options()).map((text) => text.split('\n')[0]?.trim());
        await editor.page.keyboard.press('Escape');
        return shown;
      };
      const ways = ['Nothing', 'Request to Finish', 'Task to Appear'];
      assert.deepEqual(await offered('waitFor', 'Nothing'), ways);
      const operations = await offered('operation', 'Cancel');
      assert.ok(operations.includes('Start') && !operations.includes('Wake Waiting Workflow'));
    },
    'toolOffersWhatWorks',
  );

  await checks.check(
    "an agent starts a Request with the model's data by a tool with its own defaults",
    async () => {
      const parameters = { process: { __rl: true, mode: 'name', value: PROCESS } };
      const { id } = await client.createWorkflow(agentWithTool(parameters, credential, modelCredential));
      const execution = await client.execute(id, 'Start');
      assert.equal(execution.status, 'success');
      assert.ok(
        model.inputs.includes('Request_Data__JSON_'),
        `The model was offered: ${model.inputs.join()}`,
      );
      assert.equal(processMaker.requests().at(-1)?.data.orderNumber, 'PO-7');
    },
    KEY,
  );
  await model.close();
}

function agentWithTool(parameters: object, credential: Credential, model: Credential): ExampleWorkflow {
  const agent = { promptType: 'define', text: 'Order a laptop', options: {} };
  const nodes: Array<[name: string, type: string, version: number, parameters: object, credentials: object]> =
    [
      ['Start', 'n8n-nodes-base.manualTrigger', 1, {}, {}],
      ['AI Agent', `${LANGCHAIN}.agent`, 3, agent, {}],
      ['Model', `${LANGCHAIN}.lmChatOpenAi`, 1.2, { options: {} }, { openAiApi: model }],
      [NAME, `${NODE_TYPE}Tool`, 1, parameters, { [CREDENTIAL_TYPE]: credential }],
    ];
  const toAgent = (type: 'main' | 'ai_languageModel' | 'ai_tool') => ({
    [type]: [[{ node: 'AI Agent', type, index: 0 }]],
  });
  return {
    name: 'Tool',
    nodes: nodes.map(([name, type, typeVersion, given, credentials], index) => ({
      ...{ id: name, name, type, typeVersion, position: [index * 250, index > 1 ? 300 : 0] },
      ...{ parameters: given, credentials },
    })) as ExampleWorkflow['nodes'],
    connections: {
      Start: toAgent('main'),
      Model: toAgent('ai_languageModel'),
      [NAME]: toAgent('ai_tool'),
    },
    pinData: {},
  };
}
