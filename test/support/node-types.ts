import './environment';
import './unlimited-regex';
import { resolve } from 'node:path';
import { PackageDirectoryLoader } from 'n8n-core';
import type { IDataObject, INodeProperties, INodeType, INodeTypes } from 'n8n-workflow';
import { NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';
import { helperNodes } from './helper-nodes';

const PACKAGE_ROOT = resolve(__dirname, '../..');

/** Loads the built package as n8n loads a community package. */
export async function loadPackage(): Promise<PackageDirectoryLoader> {
  const loader = new PackageDirectoryLoader(PACKAGE_ROOT);
  await loader.loadAll();
  return loader;
}

/** The node types that workflows can name: the package's, their tool variants and the helpers. */
export class NodeTypes implements INodeTypes {
  constructor(private readonly loader: PackageDirectoryLoader) {}

  getByName(name: string): INodeType {
    return this.getByNameAndVersion(name);
  }

  getByNameAndVersion(name: string, version?: number): INodeType {
    const helper = helperNodes[name];
    if (helper) return helper;
    const shortName = name.replace(`${this.loader.packageName}.`, '');
    if (shortName in this.loader.known.nodes) return this.load(shortName, version);
    const gated = shortName.replace(/HitlTool$/, '');
    if (gated !== shortName) return asGate(this.load(gated, version));
    return asTool(this.load(shortName.replace(/Tool$/, ''), version));
  }

  getKnownTypes(): IDataObject {
    return {};
  }

  private load(shortName: string, version?: number): INodeType {
    return NodeHelpers.getVersionedNodeType(this.loader.getNode(shortName).type, version);
  }
}

/** n8n derives the tool variant of a node in the same way: same code, other name and connections. */
function asTool(node: INodeType): INodeType {
  const { usableAsTool, ...description } = node.description;
  if (!usableAsTool) throw new Error(`${description.displayName} cannot be used as a tool.`);
  const tool = {
    ...description,
    name: `${description.name}Tool`,
    displayName: `${description.displayName} Tool`,
    inputs: [],
    outputs: [NodeConnectionTypes.AiTool],
  };
  return Object.create(node, { description: { value: tool } }) as INodeType;
}

/** What n8n fixes in the variant of a node that reviews the calls of an agent, and what it asks a person by default. */
const OF_GATE: Record<string, Partial<INodeProperties>> = {
  resource: { type: 'hidden', default: 'request' },
  operation: { type: 'hidden', default: 'sendAndWait' },
  message: {
    default: '=The agent wants to run this tool: {{ $tool.name }}\n\nInput:\n{{ $tool.parameters }}',
  },
};

/** n8n derives that variant in the same way. */
function asGate(node: INodeType): INodeType {
  const names = new Set<string>();
  const properties = node.description.properties.flatMap((property) => {
    const fixed = OF_GATE[property.name];
    if (!fixed) return [property];
    if (names.has(property.name)) return [];
    names.add(property.name);
    return [{ ...property, ...fixed, options: undefined, displayOptions: undefined }];
  });
  const gate = {
    ...node.description,
    name: `${node.description.name}HitlTool`,
    inputs: [NodeConnectionTypes.AiTool],
    outputs: [NodeConnectionTypes.AiTool],
    properties,
  };
  return Object.create(node, { description: { value: gate } }) as INodeType;
}
