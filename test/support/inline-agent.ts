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

/** Makes each call once more, with the same arguments, as long as it is told that the one before did not work. */
export class InsistentAgent implements INodeType {
  description = {
    ...describe('insistentAgent', ['calls', 'pause']),
    inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const calls = this.getNodeParameter('calls', 0) as unknown as InlineCall[];
    const pause = this.getNodeParameter('pause', 0) as number;
    const [tool] = await toolsOf(this, 1);
    const answers = calls.map(async ({ args }) => {
      let answer = await answerOf(tool, args);
      for (let again = 0; 'error' in answer && again < MOST_AGAIN; again++) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        answer = await answerOf(tool, { ...args });
      }
      return answer;
    });
    return [[{ json: { answers: await Promise.all(answers) } }]];
  }
}

const MOST_AGAIN = 2;

type Caller = Pick<IExecuteFunctions | IWebhookFunctions, 'getInputConnectionData'>;

/** Makes the calls of one turn after the other. */
export async function callInline(context: Caller, turns: InlineCall[][]): Promise<InlineAnswer[]> {
  const items = Math.max(...turns.flat().map(({ item = 0 }) => item)) + 1;
  const tools = await toolsOf(context, items);
  const answers: InlineAnswer[] = [];
  for (const turn of turns) {
    const calls = turn.map(async ({ args, item = 0 }) => await answerOf(tools[item], args));
    answers.push(...(await Promise.all(calls)));
  }
  return answers;
}

async function toolsOf(context: Caller, items: number): Promise<Tool[]> {
  const tools: Tool[] = [];
  for (let item = 0; item < items; item++) {
    const [tool] = (await context.getInputConnectionData(NodeConnectionTypes.AiTool, item)) as Tool[];
    if (tool) tools.push(tool);
  }
  return tools;
}

async function answerOf(tool: Tool | undefined, args: IDataObject): Promise<InlineAnswer> {
  try {
    return { output: JSON.parse((await tool?.invoke(args)) ?? 'null') as unknown };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
