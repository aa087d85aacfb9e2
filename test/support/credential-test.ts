import './environment';
import { ExecuteContext, RoutingNode } from 'n8n-core';
import type {
  ICredentialDataDecryptedObject,
  ICredentialTestRequest,
  IDataObject,
  INodeCredentialTestResult,
  INodeType,
} from 'n8n-workflow';
import { createEmptyRunExecutionData, NodeConnectionTypes, Workflow } from 'n8n-workflow';
import { temporaryNode } from './editor';
import type { Engine } from './engine';

/** Tests a credential by its declared request and rules, as n8n does when a person saves it. */
export async function testCredential(
  engine: Engine,
  type: string,
  data: ICredentialDataDecryptedObject,
): Promise<INodeCredentialTestResult> {
  const { test } = engine.credentialType(type);
  if (!test) throw new Error(`${type} has no test.`);
  const credentials = { [type]: data };
  const details = { id: type, name: type };
  const additionalData = engine.additionalData(credentials);
  const { credentialsHelper } = additionalData;
  const decrypted = await credentialsHelper.getDecrypted(additionalData, details, type, 'internal');
  const tester = createTester(type, test);
  const node = temporaryNode(tester.description.name, credentials);
  const nodeTypes = { getByName: () => tester, getByNameAndVersion: () => tester, getKnownTypes: () => ({}) };
  const context = new ExecuteContext(
    new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes }),
    node,
    additionalData,
    'internal',
    createEmptyRunExecutionData(),
    0,
    [],
    { main: [[{ json: {} }]] },
    { node, data: {}, source: null },
    [],
  );
  try {
    const output = await new RoutingNode(context, tester, { ...details, type, data: decrypted }).runNode();
    return judgeBody(test, output?.[0]?.[0]?.json ?? {});
  } catch (error) {
    return judgeFailure(test, error as RequestFailure);
  }
}

/** n8n puts the declared request of the test into a node of one property. */
function createTester(credentialType: string, { request }: ICredentialTestRequest): INodeType {
  return {
    description: {
      displayName: 'Tester',
      name: 'tester',
      group: ['transform'],
      version: 1,
      description: 'Sends the request of a credential test',
      defaults: {},
      inputs: [NodeConnectionTypes.Main],
      outputs: [NodeConnectionTypes.Main],
      credentials: [{ name: credentialType, required: true }],
      properties: [{ displayName: 'Test', name: 'test', type: 'string', default: '', routing: { request } }],
    },
  };
}

interface RequestFailure extends Error {
  cause?: { code?: string; response?: { status: number; statusText?: string } };
}

const refused = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

function judgeBody({ rules = [] }: ICredentialTestRequest, body: IDataObject): INodeCredentialTestResult {
  for (const rule of rules) {
    if (rule.type !== 'responseSuccessBody') continue;
    const { key, message } = rule.properties;
    const value: unknown = rule.properties.value;
    const found = key
      .split('.')
      .reduce<unknown>((part, name) => (part as IDataObject | undefined)?.[name], body);
    if (found === value) return refused(message);
  }
  return { status: 'OK', message: 'Connection successful!' };
}

function judgeFailure(
  { rules = [] }: ICredentialTestRequest,
  error: RequestFailure,
): INodeCredentialTestResult {
  const { response, code } = error.cause ?? {};
  if (!response) return refused(code ?? error.message);
  const rule = rules.find(
    ({ type, properties }) => type === 'responseCode' && properties.value === response.status,
  );
  return refused(
    rule?.properties.message ?? response.statusText ?? `Received HTTP status code: ${response.status}`,
  );
}
