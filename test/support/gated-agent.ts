import { randomUUID } from 'node:crypto';
import type {
  EngineRequest,
  EngineResponse,
  IDataObject,
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { describe } from './describe-node';

/** A call that the scripted model makes. What it sends beside the tool's parameters is up to it. */
export interface ModelCall {
  gate: string;
  tool: string;
  toolParameters: unknown;
  hitlParameters?: IDataObject;
}

/** What came of a call, in the order in which the model hears of it. */
export type ModelAnswer = { ran: string } | { refused: unknown };

interface State {
  turn: number;
  answers: ModelAnswer[];
}

interface Held {
  gatedToolNodeName: string;
  toolName: string;
  originalInput: unknown;
}

/**
 * Makes the calls of one turn after the other, each with an id that is new, through the node that reviews them, and runs
 * a tool where its review says `approved: true`: as n8n's AI Agent does.
 */
export class GatedAgent implements INodeType {
  description = describe('gatedAgent', ['turns']);

  execute(
    this: IExecuteFunctions,
    response?: EngineResponse,
  ): Promise<INodeExecutionData[][] | EngineRequest> {
    const turns = this.getNodeParameter('turns', 0) as unknown as ModelCall[][];
    const { state = { turn: 0, answers: [] } } = (response?.metadata ?? {}) as { state?: State };
    const answered = response?.actionResponses ?? [];
    const approved: EngineRequest['actions'] = [];
    for (const { action, data } of answered) {
      const { hitl } = action.metadata as { hitl?: Held };
      const json = data.data?.ai_tool?.[0]?.[0]?.json;
      if (!hitl) state.answers.push({ ran: action.nodeName });
      else if (isApproved(json)) approved.push(toolAction(hitl, action.id));
      else state.answers.push({ refused: json?.chatInput ?? json });
    }
    if (approved.length > 0) return Promise.resolve({ actions: approved, metadata: { state } });
    if (answered.length > 0) state.turn++;
    const calls = turns[state.turn];
    if (!calls) return Promise.resolve([[{ json: { answers: state.answers as unknown as IDataObject[] } }]]);
    return Promise.resolve({ actions: calls.map(gateAction), metadata: { state } });
  }
}

/** n8n looks in both places. */
function isApproved(json?: IDataObject): boolean {
  const nested = json?.data as IDataObject | undefined;
  return typeof json?.approved === 'boolean' ? json.approved : nested?.approved === true;
}

function gateAction({
  gate,
  tool,
  toolParameters,
  hitlParameters,
}: ModelCall): EngineRequest['actions'][number] {
  const hitl: Held = { gatedToolNodeName: tool, toolName: tool, originalInput: toolParameters };
  return {
    actionType: 'ExecutionNodeAction',
    nodeName: gate,
    input: { tool, ...hitlParameters, toolParameters } as IDataObject,
    type: NodeConnectionTypes.AiTool,
    id: randomUUID(),
    metadata: { itemIndex: 0, hitl },
  };
}

function toolAction({ gatedToolNodeName, toolName, originalInput }: Held, id: string) {
  return {
    actionType: 'ExecutionNodeAction' as const,
    nodeName: gatedToolNodeName,
    input: { tool: toolName, ...(originalInput as IDataObject) },
    type: NodeConnectionTypes.AiTool,
    id,
    metadata: { itemIndex: 0 },
  };
}

/** A tool that only shows that it has run. */
export class GatedTool implements INodeType {
  description = describe('gatedTool', []);

  execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return Promise.resolve([[{ json: { ran: true } }]]);
  }
}
