import './environment';
import { LoadOptionsContext } from 'n8n-core';
import type {
  INode,
  INodeListSearchResult,
  INodeParameters,
  INodePropertyOptions,
  ResourceMapperFields,
} from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';
import type { CredentialData } from './credentials';
import type { Engine } from './engine';

/** What the editor asks a node for while a person fills in its parameters. */
export interface EditorCall {
  nodeType: string;
  method: string;
  parameters?: INodeParameters;
  credentials: CredentialData;
}

export interface ListSearch extends EditorCall {
  filter?: string;
  paginationToken?: string;
}

/** A node that exists only for one request of the editor. */
export function temporaryNode(
  type: string,
  credentials: CredentialData,
  parameters: INodeParameters = {},
): INode {
  const chosen = Object.keys(credentials).map((name) => [name, { id: name, name }] as const);
  return {
    id: 'temporary',
    name: 'Temporary',
    type,
    typeVersion: 1,
    position: [0, 0],
    parameters,
    credentials: Object.fromEntries(chosen),
  };
}

/** Fills a resource locator's list, as the editor does while a person types. */
export async function searchList(engine: Engine, search: ListSearch): Promise<INodeListSearchResult> {
  const method = engine.nodeTypes.getByName(search.nodeType).methods?.listSearch?.[search.method];
  if (!method) throw new Error(`${search.nodeType} has no list search method ${search.method}.`);
  return await method.call(editorContext(engine, search), search.filter, search.paginationToken);
}

/** Loads the fields of a resource mapper, as the editor does when it shows one. */
export async function loadMapperFields(engine: Engine, call: EditorCall): Promise<ResourceMapperFields> {
  const method = engine.nodeTypes.getByName(call.nodeType).methods?.resourceMapping?.[call.method];
  if (!method) throw new Error(`${call.nodeType} has no resource mapping method ${call.method}.`);
  return await method.call(editorContext(engine, call));
}

/** Fills a list of options, as the editor does when it shows one. */
export async function loadOptions(engine: Engine, call: EditorCall): Promise<INodePropertyOptions[]> {
  const method = engine.nodeTypes.getByName(call.nodeType).methods?.loadOptions?.[call.method];
  if (!method) throw new Error(`${call.nodeType} has no method ${call.method} for options.`);
  return await method.call(editorContext(engine, call));
}

function editorContext(
  engine: Engine,
  { nodeType, parameters: given, credentials }: EditorCall,
): LoadOptionsContext {
  const type = engine.nodeTypes.getByName(nodeType);
  const node = temporaryNode(nodeType, credentials, given);
  // The editor sends every parameter, with the default of what was not set.
  const parameters =
    NodeHelpers.getNodeParameters(
      type.description.properties,
      node.parameters,
      true,
      false,
      node,
      type.description,
    ) ?? {};
  node.parameters = parameters;
  const workflow = new Workflow({
    nodes: [node],
    connections: {},
    active: false,
    nodeTypes: engine.nodeTypes,
  });
  const additionalData = {
    ...engine.additionalData(credentials),
    currentNodeParameters: parameters,
  };
  return new LoadOptionsContext(workflow, node, additionalData, 'parameters');
}
