import { strict as assert } from 'node:assert';
import type { INode, ResourceMapperField } from 'n8n-workflow';

import { CREDENTIAL_TYPE, NODE_TYPE } from '../../../demo/example';
import type { ExampleWorkflow } from '../../../demo/n8nClient';
import type { Subject } from '../subject';

const KEY = 'expressionKeepsValues';
/** 'Travel expense report' and 'E start with screen', in turn. */
const PROCESS = '={{ Number($execution.id) % 2 ? 31 : 6 }}';

/** What a person has saved stays, whatever an expression that it depends on gives. */
export async function checkSavedValues({ checks, editor, client, credential }: Subject) {
  const nodes = { Map: startNode(), File: fileNode(), Event: eventNode(), Task: taskNode() };
  const { id } = await client.createWorkflow(workflowOf(Object.values(nodes), credential));
  const open = async (name: string) => {
    await editor.openNode(name);
    // The panel asks the server, and n8n's editor looks at what has changed.
    await editor.page.waitForTimeout(2_000);
  };
  const shown = (parameter: string) =>
    editor.parameter(parameter).locator('input, textarea').first().inputValue();

  for (const name of Object.keys(nodes)) {
    await checks.check(
      `the node '${name}' keeps what is saved when it is opened and run with other data`,
      async () => {
        await editor.openWorkflow(id);
        await open(name);
        await editor.executePreviousNodes();
        await editor.page.waitForTimeout(2_000);
        await editor.closeNode();
        await open('Numbers');
        await editor.execute();
        await editor.output.getByText('process').first().waitFor();
        await editor.page.waitForTimeout(1_000);
        await editor.closeNode();
        await open(name);
        if (name === 'Map') assert.equal(await shown('employee'), 'Ann');
        if (name === 'Task') assert.equal(await shown('comment'), 'Fine');
        if (name === 'File') assert.equal(await editor.chosenFromList('file'), 'contract.pdf');
        await editor.closeNode();
        await editor.save();
        const saved = await client.readWorkflow(id);
        const { parameters } = saved.nodes.find((node) => node.name === name) ?? {};
        assert.deepEqual(parameters, nodes[name as keyof typeof nodes].parameters);
      },
      KEY,
    );
  }

  await checks.check(
    'the list of start events is that of the process that an expression gives now',
    async () => {
      const lists: string[] = [];
      for (let run = 0; run < 2; run++) {
        await open('Numbers');
        await editor.execute();
        await editor.page.waitForTimeout(2_000);
        await editor.closeNode();
        await open('Map');
        await editor.openList('startEvent');
        await editor.listEntries().nth(1).waitFor();
        lists.push((await editor.listEntries().allInnerTexts()).join());
        await editor.page.keyboard.press('Escape');
        await editor.closeNode();
      }
      assert.notEqual(lists[0], lists[1]);
    },
    'listsReload',
  );
}

const locator = (mode: string, value: string, cachedResultName?: string) => ({
  __rl: true,
  value,
  mode,
  ...(cachedResultName && { cachedResultName }),
});

function node(name: string, parameters: object): INode {
  return {
    id: name,
    name,
    type: NODE_TYPE,
    typeVersion: 1,
    position: [600, 0],
    parameters: parameters as INode['parameters'],
  };
}

const startNode = () =>
  node('Map', {
    process: locator('id', '={{ $json.process }}'),
    startEvent: locator('list', 'journey', 'Journey'),
    dataMode: 'mapFromForm',
    formFields: formFields({ employee: 'Ann', reason: '={{ $json.process }}' }),
    options: {},
  });

const fileNode = () =>
  node('File', {
    resource: 'file',
    operation: 'delete',
    request: locator('id', '={{ $json.request }}'),
    file: locator('list', '12', 'contract.pdf'),
  });

const eventNode = () =>
  node('Event', {
    operation: 'triggerEvent',
    request: locator('id', '={{ $json.request }}'),
    event: locator('id', 'node_4'),
    fields: { assignments: [{ id: '1', name: 'approved', value: 'yes', type: 'string' }] },
    options: {},
  });

const taskNode = () =>
  node('Task', {
    resource: 'task',
    operation: 'complete',
    task: locator('id', '={{ $json.task }}'),
    dataMode: 'mapFromForm',
    formFields: formFields({ comment: 'Fine' }),
    options: {},
  });

/** Fields of a form as a person has mapped them. */
export function formFields(value: Record<string, string>) {
  const schema = Object.keys(value).map((id): ResourceMapperField => ({
    id,
    displayName: id,
    required: false,
    defaultMatch: false,
    canBeUsedToMatch: false,
    display: true,
    type: 'string',
    removed: false,
  }));
  return {
    mappingMode: 'defineBelow',
    value,
    matchingColumns: [],
    schema,
    attemptToConvertTypes: true,
    convertFieldsToString: true,
  };
}

function workflowOf(nodes: INode[], credential: { id: string; name: string }): ExampleWorkflow {
  const values = { process: PROCESS, request: PROCESS, task: PROCESS };
  const assignments = Object.entries(values).map(([name, value]) => ({
    id: name,
    name,
    value,
    type: 'number',
  }));
  const start = {
    name: 'When clicking ‘Execute workflow’',
    type: 'n8n-nodes-base.manualTrigger',
    typeVersion: 1,
  };
  const numbers = { name: 'Numbers', type: 'n8n-nodes-base.set', typeVersion: 3.4 };
  return {
    name: 'Saved values',
    nodes: [
      { ...start, id: 'start', position: [0, 0], parameters: {} },
      {
        ...numbers,
        id: 'numbers',
        position: [300, 0],
        parameters: { assignments: { assignments }, options: {} },
      },
      ...nodes.map((one, index) => ({
        ...one,
        position: [600, index * 200] as [number, number],
        credentials: { [CREDENTIAL_TYPE]: credential },
      })),
    ],
    connections: {
      [start.name]: { main: [[{ node: 'Numbers', type: 'main', index: 0 }]] },
      Numbers: { main: [nodes.map(({ name }) => ({ node: name, type: 'main' as const, index: 0 }))] },
    },
    pinData: {},
  };
}
