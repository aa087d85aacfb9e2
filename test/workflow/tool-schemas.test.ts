import type { FromAIArgument, INode, INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers, traverseNodeParameters } from 'n8n-workflow';
import { temporaryNode } from '../support/editor';
import { createEngine } from '../support/engine';
import { PROCESS_MAKER } from '../support/workflows';

/** How n8n's editor fills a field that is left to the model. */
const TYPES: Partial<Record<INodeProperties['type'], string>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  json: 'json',
};

/** The parameters of a tool in which a person has left to the model whatever can be. */
function leftToModel(properties: INodeProperties[], given: INodeParameters, show: Shown): INodeParameters {
  const parameters = { ...given };
  for (const property of properties.filter((one) => show(one, parameters))) {
    const { name, type, displayName, description = '', noDataExpression } = property;
    const text = (valueType: string) =>
      `={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('${displayName.replace(/[^\w-]/g, '_')}', \`${description}\`, '${valueType}') }}`;
    const valueType = TYPES[type];
    if (name in parameters || noDataExpression) continue;
    if (valueType) parameters[name] = text(valueType);
    const mode = property.modes?.find((one) => one.type === 'string');
    if (mode) parameters[name] = { __rl: true, mode: mode.name, value: text('string') };
    if (type === 'collection') {
      parameters[name] = leftToModel(property.options as INodeProperties[], {}, () => true);
    }
  }
  return parameters;
}

type Shown = (property: INodeProperties, parameters: INodeParameters) => boolean;

/** The schema of a tool's input, as the agent gives it to its model. */
function schemaOf(node: INode) {
  const fields: FromAIArgument[] = [];
  traverseNodeParameters(node.parameters, fields);
  const entries = fields.map(({ key, type, description }) => [key, { type, description }] as const);
  return { type: 'object', properties: Object.fromEntries(entries), keys: entries.map(([key]) => key) };
}

/** Every operation as a tool. One that reviews the calls of others is none. */
async function readTools() {
  const { nodeTypes } = await createEngine();
  const { description } = nodeTypes.getByName(PROCESS_MAKER);
  const type = { ...description, name: `${description.name}Tool` };
  const operations = description.properties.filter(({ name }) => name === 'operation');
  return operations.flatMap(({ displayOptions, options = [] }) => {
    const [resource] = (displayOptions?.show?.resource ?? []) as string[];
    return options.flatMap((option) => {
      const operation = 'value' in option ? String(option.value) : '';
      if (operation === 'sendAndWait') return [];
      const show: Shown = (property, parameters) => {
        const node = temporaryNode(type.name, {}, parameters);
        const values = NodeHelpers.getNodeParameters(type.properties, parameters, true, false, node, type);
        return NodeHelpers.displayParameter(values ?? {}, property, node, type);
      };
      const parameters = leftToModel(description.properties, { resource: resource ?? '', operation }, show);
      const node = temporaryNode(type.name, {}, parameters);
      const { keys, ...schema } = schemaOf(node);
      const about = NodeHelpers.getToolDescriptionForNode(node, nodeTypes.getByName(PROCESS_MAKER));
      return [{ name: `${resource} ${operation}`, description: about, schema, keys }];
    });
  });
}

it('gives an agent this schema for each operation that is used as a tool', async () => {
  const tools = await readTools();
  expect(tools).toHaveLength(24);
  expect(tools.map(({ name, description, schema }) => ({ name, description, ...schema }))).toMatchSnapshot();
});

it('gives an agent one field for each thing, and says what each of them is', async () => {
  for (const { name, schema, keys } of await readTools()) {
    expect([name, ...keys]).toEqual([name, ...new Set(keys)]);
    for (const [key, { description }] of Object.entries(schema.properties)) {
      // n8n's standard field for it has a hint only.
      if (key === 'Put_Output_File_in_Field') continue;
      expect([name, key, String(description).length > 15]).toEqual([name, key, true]);
    }
  }
});
