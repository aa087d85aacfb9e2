import { inspect } from 'node:util';
import type {
  ExecutionError,
  ExecutionStatus,
  IDataObject,
  INodeExecutionData,
  IRun,
  IRunExecutionData,
  ITaskData,
  IWorkflowBase,
  WorkflowExecuteMode,
} from 'n8n-workflow';

/** What a workflow run left behind. */
export class Run {
  readonly status: ExecutionStatus;
  readonly data: IRunExecutionData;
  readonly mode: WorkflowExecuteMode;

  constructor(
    readonly workflow: IWorkflowBase,
    run: IRun,
    readonly executionId: string,
  ) {
    this.mode = run.mode;
    this.status = run.status;
    this.data = run.data;
  }

  /** The error that ended the run. */
  get error(): ExecutionError | undefined {
    return this.data.resultData.error;
  }

  /** Every run of one node, in order. */
  tasks(node: string): ITaskData[] {
    return this.data.resultData.runData[node] ?? [];
  }

  /** The items of every output of one node, of its last run unless told. */
  outputs(node: string, runIndex = -1): INodeExecutionData[][] {
    const { main = [] } = this.tasks(node).at(runIndex)?.data ?? {};
    return main.map((items) => items ?? []);
  }

  /** The JSON of the items of one output of one node. */
  items(node: string, output = 0, runIndex = -1): IDataObject[] {
    return (this.outputs(node, runIndex)[output] ?? []).map(({ json }) => json);
  }

  /** The texts of the hints that a node gave. */
  hints(node: string): string[] {
    return this.tasks(node).flatMap(({ hints = [] }) => hints.map(({ message }) => message));
  }

  /** Everything that n8n keeps or shows of the run, nested errors included: a secret must not be in it. */
  get text(): string {
    return inspect(this.data, { depth: Infinity, maxStringLength: Infinity, maxArrayLength: Infinity });
  }
}
