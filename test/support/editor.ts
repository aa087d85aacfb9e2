import './environment';
import { LoadOptionsContext } from 'n8n-core';
import type { INode, INodeListSearchResult, INodeParameters } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';
import type { CredentialData } from './credentials';
import type { Engine } from './engine';

export interface ListSearch {
  nodeType: string;
  method: string;
  parameters?: INodeParameters;
  credentials: CredentialData;
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
  const type = engine.nodeTypes.getByName(search.nodeType);
  const method = type.methods?.listSearch?.[search.method];
  if (!method) throw new Error(`${search.nodeType} has no list search method ${search.method}.`);
  const node = temporaryNode(search.nodeType, search.credentials, search.parameters);
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
    ...engine.additionalData(search.credentials),
    currentNodeParameters: parameters,
  };
  const context = new LoadOptionsContext(workflow, node, additionalData, 'parameters');
  return await method.call(context, search.filter, search.paginationToken);
}
