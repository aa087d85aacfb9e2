import './environment';
import { randomUUID } from 'node:crypto';
import { parse, stringify } from 'flatted';
import { ExecutionLifecycleHooks, ExternalSecretsProxy, WorkflowExecute } from 'n8n-core';
import type { PackageDirectoryLoader } from 'n8n-core';
import type {
  IBinaryKeyData,
  ICredentialType,
  IDataObject,
  INodeExecutionData,
  IRunExecutionData,
  IWorkflowBase,
  IWorkflowExecuteAdditionalData,
  WorkflowExecuteMode,
} from 'n8n-workflow';
import { createRunExecutionData, Workflow } from 'n8n-workflow';
import type { CredentialData } from './credentials';
import { CredentialsInMemory } from './credentials';
import { loadPackage, NodeTypes } from './node-types';
import { Run } from './run';

export interface RunOptions {
  /** The items that the start node hands on. */
  input?: unknown[];
  /** The binary fields of these items. */
  binaries?: IBinaryKeyData[];
  credentials?: CredentialData;
  mode?: WorkflowExecuteMode;
  /** Cancels the execution, as the stop button does. */
  signal?: AbortSignal;
  /** Is told of each run of a sub-workflow. */
  onSubRun?: (run: Run) => void;
}

const BASE_URL = 'http://n8n.example';

/** Runs whole workflows with the built package on n8n's own execution engine. */
export class Engine {
  readonly nodeTypes: NodeTypes;
  /** Where n8n says that it can be reached. */
  baseUrl = BASE_URL;
  private lastExecutionId = 0;

  constructor(private readonly loader: PackageDirectoryLoader) {
    this.nodeTypes = new NodeTypes(loader);
  }

  /** Runs a workflow from its first node. */
  async run(workflow: IWorkflowBase, options: RunOptions = {}): Promise<Run> {
    const data = beginning(workflow, options, randomUUID());
    return await this.execute(workflow, data, options.mode ?? 'trigger', options);
  }

  /** Goes on with a sleeping execution, under the same execution id: as when its time is over, unless the data says else. */
  async resume(sleeping: Run, options: RunOptions = {}, data = stored(sleeping)): Promise<Run> {
    return await this.execute(sleeping.workflow, data, sleeping.mode, options, sleeping.executionId);
  }

  /** What the Retry button does: goes on with what n8n stored of a failed run, under a new execution id. */
  async retry(failed: Run, options: RunOptions = {}): Promise<Run> {
    const data = stored(failed);
    const { lastNodeExecuted, runData } = data.resultData;
    delete data.resultData.error;
    const runs = runData[lastNodeExecuted ?? ''];
    if (runs?.at(-1)?.error) runs.pop();
    return await this.execute(failed.workflow, data, 'retry', options);
  }

  /**
   * What the Retry button does when n8n was killed in the run: every node runs again, from the first one, with the
   * resume token of the run but without any context. For each node that had begun, n8n's recovery has left one run.
   */
  async retryAfterCrash(killed: Run, options: RunOptions = {}): Promise<Run> {
    const { resumeToken, resultData } = killed.data;
    const data = beginning(killed.workflow, options, resumeToken);
    for (const [name, [firstRun]] of Object.entries(resultData.runData)) {
      if (firstRun) data.resultData.runData[name] = [{ ...firstRun, data: undefined, error: undefined }];
    }
    return await this.execute(killed.workflow, data, 'retry', options);
  }

  /** A credential type of the package. */
  credentialType(name: string): ICredentialType {
    return this.loader.getCredential(name).type;
  }

  /** What n8n gives to everything that runs in it. */
  additionalData(credentials: CredentialData, executionId?: string): IWorkflowExecuteAdditionalData {
    const missing = () => Promise.reject(new Error('Not at hand in the engine tests.'));
    return {
      credentialsHelper: new CredentialsInMemory((name) => this.credentialType(name), credentials),
      externalSecretsProxy: new ExternalSecretsProxy(),
      executeWorkflow: missing,
      startRunnerTask: missing,
      getRunExecutionData: () => Promise.resolve(undefined),
      getRuntimeCredential: () => Promise.resolve(undefined),
      logAiEvent: () => undefined,
      executionId,
      currentNodeExecutionIndex: 0,
      variables: {},
      restApiUrl: `${BASE_URL}/rest`,
      instanceBaseUrl: BASE_URL,
      formBaseUrl: `${BASE_URL}/form`,
      formWaitingBaseUrl: `${BASE_URL}/form-waiting`,
      formTestBaseUrl: `${BASE_URL}/form-test`,
      webhookBaseUrl: `${BASE_URL}/webhook`,
      webhookWaitingBaseUrl: `${this.baseUrl}/webhook-waiting`,
      webhookTestBaseUrl: `${BASE_URL}/webhook-test`,
      mcpBaseUrl: `${BASE_URL}/mcp`,
      mcpTestBaseUrl: `${BASE_URL}/mcp-test`,
    };
  }

  private async execute(
    workflow: IWorkflowBase,
    data: IRunExecutionData,
    mode: WorkflowExecuteMode,
    { credentials = {}, signal, onSubRun }: RunOptions,
    executionId = String(++this.lastExecutionId),
  ): Promise<Run> {
    const additionalData: IWorkflowExecuteAdditionalData = {
      ...this.additionalData(credentials, executionId),
      hooks: new ExecutionLifecycleHooks(mode, executionId, workflow),
      executeWorkflow: async ({ code }, _parent, { inputData }) =>
        await this.executeSubWorkflow(code, inputData, credentials, onSubRun),
    };
    const execution = new WorkflowExecute(additionalData, mode, data).processRunExecutionData(
      this.instantiate(workflow, credentials),
    );
    signal?.addEventListener('abort', () => execution.cancel());
    return new Run(workflow, await execution, executionId);
  }

  private async executeSubWorkflow(
    workflow: IWorkflowBase | undefined,
    items: INodeExecutionData[] = [],
    credentials: CredentialData,
    onSubRun?: RunOptions['onSubRun'],
  ) {
    if (!workflow) throw new Error('A sub-workflow is given as a whole in the engine tests.');
    const input = items.map(({ json }) => json);
    const binaries = items.map(({ binary = {} }) => binary);
    const run = await this.run(workflow, { input, binaries, credentials, mode: 'integrated' });
    onSubRun?.(run);
    if (run.error) throw run.error;
    return { executionId: '0', data: run.outputs(workflow.nodes.at(-1)?.name ?? '') };
  }

  /** A workflow as n8n runs it. */
  instantiate(workflow: IWorkflowBase, credentials: CredentialData): Workflow {
    const chosen = Object.keys(credentials).map((type) => [type, { id: type, name: type }] as const);
    const nodes = workflow.nodes.map((node) => ({ ...node, credentials: Object.fromEntries(chosen) }));
    return new Workflow({ ...workflow, nodes, nodeTypes: this.nodeTypes });
  }
}

/** What n8n keeps of an execution. */
export function stored({ data }: Run): IRunExecutionData {
  return parse(stringify(data)) as IRunExecutionData;
}

/** An execution that is about to run its first node. */
function beginning(
  workflow: IWorkflowBase,
  { input = [{}], binaries = [] }: RunOptions,
  resumeToken: string | undefined,
): IRunExecutionData {
  const [start] = workflow.nodes;
  if (!start) throw new Error('The workflow has no nodes.');
  const items = input.map((json, index) => ({ json: json as IDataObject, binary: binaries[index] }));
  return createRunExecutionData({
    executionData: { nodeExecutionStack: [{ node: start, data: { main: [items] }, source: null }] },
    resumeToken,
  });
}

/** The engine with the built package loaded. */
export async function createEngine(): Promise<Engine> {
  return new Engine(await loadPackage());
}
