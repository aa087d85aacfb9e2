import type { INode } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { exampleNames, readExample } from '../../demo/example';
import { createEngine } from '../support/engine';
import { PROCESS_MAKER } from '../support/workflows';

const credential = { id: '1', name: 'ProcessMaker' };
const nodesOf = (example: string) =>
  readExample(example, credential).nodes.filter(({ type }) => type.startsWith(PROCESS_MAKER));

test.each(exampleNames())('the example %s holds no number of a thing of another ProcessMaker', (name) => {
  const found = nodesOf(name).flatMap(({ parameters }) =>
    Object.entries(parameters).filter(([, value]) => /"value":"?\d+"?[,}]/.test(JSON.stringify(value))),
  );
  expect(found).toEqual([]);
});

test.each([
  ['agent-with-approval', 'Review refund', 'assignTo', 'A user ID is a whole number'],
  ['curl-to-node', 'Start request', 'process', 'A process ID is a whole number'],
])('n8n asks in the example %s, in %s, for %s', async (example, name, parameter, message) => {
  const { nodeTypes } = await createEngine();
  const node = nodesOf(example).find((one) => one.name === name) as INode;
  const { description } = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
  const { properties } = description;
  const issues = NodeHelpers.getNodeParametersIssues(properties, node, description);
  expect(issues?.parameters?.[parameter]).toContain(message);
});
