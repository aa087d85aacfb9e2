import { randomUUID } from 'node:crypto';
import fastify from 'fastify';

interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content?: unknown;
}

interface OfferedTool {
  function: { name: string; parameters: { properties?: object } };
}

interface Question {
  messages: Message[];
  tools?: OfferedTool[];
  stream?: boolean;
}

/** A call of a tool. */
export interface ToolCall {
  tool: RegExp;
  input: object;
}

/** What the model says next: a call of a tool, several in one turn, or its reply. */
export type Step = ToolCall | { calls: ToolCall[] } | { reply: string };

/** A question of an agent to the model, and what the model has said. */
export interface Turn {
  /** The text of the user. */
  prompt: string;
  /** What the tools have returned by then. */
  results: string[];
  said: Step;
}

/** A chat model that follows a script, in the place of OpenAI's. */
export interface ScriptedModel {
  /** The base URL for n8n's credential. */
  url: string;
  /** What the tools have returned to the model, in the latest question. */
  results: string[];
  /** The inputs that n8n describes to the model for its tools. */
  inputs: string[];
  /** Every question, in order. */
  turns: Turn[];
  close(): Promise<void>;
}

type Script = (results: string[], prompt: string) => Step | Promise<Step>;

/** @param script what the model says after the tools have returned these texts */
export async function startScriptedModel(script: Script): Promise<ScriptedModel> {
  const results: string[] = [];
  const inputs: string[] = [];
  const turns: Turn[] = [];
  const server = fastify();
  server.post('/v1/chat/completions', async (request, reply) => {
    const { messages, tools = [], stream } = request.body as Question;
    const returned = messages.filter(({ role }) => role === 'tool').map(({ content }) => asText(content));
    results.splice(0, results.length, ...returned);
    inputs.push(...tools.flatMap((tool) => Object.keys(tool.function.parameters.properties ?? {})));
    const prompt = asText(messages.find(({ role }) => role === 'user')?.content);
    const said = await script(returned, prompt);
    turns.push({ prompt, results: returned, said });
    const message = 'reply' in said ? { content: said.reply } : callsOf(said, tools);
    const choice = { index: 0, finish_reason: 'reply' in said ? 'stop' : 'tool_calls' };
    const about = { id: 'chatcmpl-1', created: 0, model: 'scripted' };
    if (!stream)
      return {
        ...about,
        object: 'chat.completion',
        choices: [{ ...choice, message: { role: 'assistant', ...message } }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      };
    const chunk = {
      ...about,
      object: 'chat.completion.chunk',
      choices: [{ ...choice, delta: { role: 'assistant', ...message } }],
    };
    return reply.type('text/event-stream').send(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url: `${address}/v1`, results, inputs, turns, close: () => server.close() };
}

const asText = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content);

/** The ids of calls are new each time, as those of real models are. */
function callsOf(step: ToolCall | { calls: ToolCall[] }, tools: OfferedTool[]): object {
  const calls = 'calls' in step ? step.calls : [step];
  const toolCalls = calls.map(({ tool, input }, index) => {
    const offered = tools.find(({ function: { name } }) => tool.test(name));
    if (!offered) throw new Error(`The agent has no tool ${tool}.`);
    const call = { name: offered.function.name, arguments: JSON.stringify(input) };
    return { index, id: `call_${randomUUID()}`, type: 'function', function: call };
  });
  return { content: null, tool_calls: toolCalls };
}
