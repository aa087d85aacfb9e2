import type {
  INodeParameters,
  INodeProperties,
  INodePropertyOptions,
  INodeTypeDescription,
} from 'n8n-workflow';

/** The fields of the panel for one operation. */
function fieldsOf(
  { properties }: INodeTypeDescription,
  resource: string,
  operation: string,
): INodeProperties[] {
  return properties.filter(({ displayOptions }) => {
    const { resource: resources, operation: operations } = displayOptions?.show ?? {};
    return resources?.includes(resource) && operations?.includes(operation);
  });
}

/** What the panel of an operation, such as `request start`, shows for these parameters: label and value of each. */
export function settingsOf(
  node: INodeTypeDescription,
  operation: string,
  parameters: INodeParameters,
): string {
  const [resource = '', name = ''] = operation.split(' ');
  const fields = fieldsOf(node, resource, name);
  return Object.entries(parameters)
    .flatMap(([parameter, value]) => {
      const field = fields.find((candidate) => candidate.name === parameter);
      if (!field) throw new Error(`'${operation}' has no field '${parameter}'.`);
      return shown(field, value);
    })
    .join(' · ');
}

function shown(field: INodeProperties, value: unknown): string[] {
  if (field.type === 'collection')
    return Object.entries(value as INodeParameters).flatMap(([name, part]) => {
      const option = (field.options as INodeProperties[]).find((candidate) => candidate.name === name);
      if (!option) throw new Error(`'${field.displayName}' has no '${name}'.`);
      return shown(option, part);
    });
  return [`_${field.displayName}_: ${valueOf(field, value)}`];
}

function valueOf({ type, options = [], modes = [] }: INodeProperties, value: unknown): string {
  if (type === 'resourceLocator') {
    const { mode, value: text, cachedResultName } = value as Record<string, string>;
    const { displayName } = modes.find(({ name }) => name === mode) ?? {};
    return `${displayName} \`${cachedResultName ?? text}\``;
  }
  if (type === 'boolean') return value ? 'on' : 'off';
  const chosen = (options as INodePropertyOptions[]).find((option) => option.value === value);
  if (chosen) return chosen.name;
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
