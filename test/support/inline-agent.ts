import type {
  IDataObject,
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  IWebhookFunctions,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { describe } from './describe-node';

/** A call that the scripted model makes, by the item of the agent for which it makes it; the first unless told. */
export interface InlineCall {
  args: IDataObject;
  item?: number;
}

/** What a call has told the agent: the output of the tool, or the text of its error. */
export type InlineAnswer = { output: unknown } | { error: string };

interface Tool {
  invoke(args: IDataObject): Promise<string>;
}

/**
 * Calls the one tool that is connected, as all agents of n8n but AI Agent 3 do: by itself, with n8n's own function for
 * it. The calls of a turn run at the same time. As AI Agent 2 does for a batch, it connects its tool once for each item.
 */
export class InlineAgent implements INodeType {
  description = {
    ...describe('inlineAgent', ['turns']),
    inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const turns = this.getNodeParameter('turns', 0) as unknown as InlineCall[][];
    const answers = await callInline(this, turns);
    return [[{ json: { answers: answers } }]];
  }
}

/** Makes the calls of one turn after the other. */
export async function callInline(
  context: Pick<IExecuteFunctions | IWebhookFunctions, 'getInputConnectionData'>,
  turns: InlineCall[][],
): Promise<InlineAnswer[]> {
  const items = Math.max(...turns.flat().map(({ item = 0 }) => item)) + 1;
  const tools: Tool[] = [];
  for (let item = 0; item < items; item++) {
    const [tool] = (await context.getInputConnectionData(NodeConnectionTypes.AiTool, item)) as Tool[];
    if (tool) tools.push(tool);
  }
  const answers: InlineAnswer[] = [];
  for (const turn of turns) {
    const calls = turn.map(async ({ args, item = 0 }): Promise<InlineAnswer> => {
      try {
        return { output: JSON.parse((await tools[item]?.invoke(args)) ?? 'null') as unknown };
      } catch (error) {
        return { error: (error as Error).message };
      }
    });
    answers.push(...(await Promise.all(calls)));
  }
  return answers;
}
