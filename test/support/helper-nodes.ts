import type {
  EngineRequest,
  EngineResponse,
  IDataObject,
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  IWorkflowBase,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { describe } from './describe-node';
import { GatedAgent, GatedTool } from './gated-agent';
import { InlineAgent, InsistentAgent } from './inline-agent';

/** Hands its input on: the start of a workflow, whose items the test gives. */
class Start implements INodeType {
  description = describe('start', []);

  execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return Promise.resolve([this.getInputData()]);
  }
}

/** Fails until the Retry button is pressed, and hands its input on then: as a node that calls something that was away. */
class FailsAtFirst implements INodeType {
  description = describe('failsAtFirst', []);

  execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    if (this.getMode() !== 'retry') return Promise.reject(new Error('It was away.'));
    return Promise.resolve([this.getInputData()]);
  }
}

/** Sends its items on in batches on the second output, and ends on the first, as Loop Over Items does. */
class Loop implements INodeType {
  description = describe('loop', ['batchSize'], 2);

  execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const context = this.getContext('node') as { waiting?: INodeExecutionData[] };
    context.waiting ??= [...this.getInputData()];
    const batch = context.waiting.splice(0, Number(this.getNodeParameter('batchSize', 0)) || 1);
    return Promise.resolve(batch.length > 0 ? [[], batch] : [[{ json: { done: true } }], []]);
  }
}

/** Puts the execution to wait, as Wait does, when the data of its first item has the number in its parameter. */
class Wait implements INodeType {
  description = describe('wait', ['after']);

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const [first] = this.getInputData();
    const { number } = (first?.json.data ?? {}) as IDataObject;
    if (number === this.getNodeParameter('after', 0)) await this.putExecutionToWait(new Date());
    return [this.getInputData()];
  }
}

/** Calls the workflow in its parameter with all items, as Execute Workflow does. */
class SubWorkflow implements INodeType {
  description = describe('subWorkflow', ['workflow']);

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const code = this.getNodeParameter('workflow', 0) as unknown as IWorkflowBase;
    const { data } = await this.executeWorkflow({ code }, this.getInputData());
    return [data[0] ?? []];
  }
}

/**
 * Calls the tool named in its parameter with the arguments of each call, as AI Agent 3 does: one turn after the other, each
 * call with an id that is new.
 */
class Agent implements INodeType {
  description = describe('agent', ['tool', 'turns']);

  execute(
    this: IExecuteFunctions,
    response?: EngineResponse,
  ): Promise<INodeExecutionData[][] | EngineRequest> {
    const turns = this.getNodeParameter('turns', 0) as unknown as IDataObject[][];
    const { turn = 0 } = (response?.metadata ?? {}) as { turn?: number };
    const calls = turns[turn];
    if (!calls) return Promise.resolve([[{ json: { answered: true } }]]);
    const actions = calls.map((input, index) => ({
      actionType: 'ExecutionNodeAction' as const,
      nodeName: this.getNodeParameter('tool', 0) as string,
      input,
      type: NodeConnectionTypes.AiTool,
      id: `call_${turn}_${index}`,
      metadata: {},
    }));
    return Promise.resolve({ actions, metadata: { turn: turn + 1 } });
  }
}

/** Node types that only tests know, by their name in a workflow. */
export const helperNodes: Record<string, INodeType> = {
  'test.start': new Start(),
  'test.failsAtFirst': new FailsAtFirst(),
  'test.loop': new Loop(),
  'test.wait': new Wait(),
  'test.subWorkflow': new SubWorkflow(),
  'test.agent': new Agent(),
  'test.inlineAgent': new InlineAgent(),
  'test.insistentAgent': new InsistentAgent(),
  'test.gatedAgent': new GatedAgent(),
  'test.gatedTool': new GatedTool(),
};
