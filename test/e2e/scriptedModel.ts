import fastify from 'fastify';

interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content?: unknown;
}

interface Question {
  messages: Message[];
  tools?: Array<{ function: { name: string; parameters: { properties?: object } } }>;
  stream?: boolean;
}

/** What the model says next: a call of a tool, or its reply. */
type Step = { tool: RegExp; input: object } | { reply: string };

/** A chat model that follows a script, in the place of OpenAI's. */
export interface ScriptedModel {
  /** The base URL for n8n's credential. */
  url: string;
  /** What the tools have returned to the model. */
  results: string[];
  /** The inputs that n8n describes to the model for its tools. */
  inputs: string[];
  close(): Promise<void>;
}

/** @param script what the model says after the tools have returned these texts */
export async function startScriptedModel(script: (results: string[]) => Step): Promise<ScriptedModel> {
  const results: string[] = [];
  const inputs: string[] = [];
  const server = fastify();
  server.post('/v1/chat/completions', (request, reply) => {
    const { messages, tools = [], stream } = request.body as Question;
    const returned = messages.filter(({ role }) => role === 'tool').map(({ content }) => asText(content));
    results.splice(0, results.length, ...returned);
    inputs.push(...tools.flatMap((tool) => Object.keys(tool.function.parameters.properties ?? {})));
    const step = script(returned);
    const message = 'reply' in step ? { content: step.reply } : callOf(step, tools, returned.length);
    const choice = { index: 0, finish_reason: 'reply' in step ? 'stop' : 'tool_calls' };
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
  return { url: `${address}/v1`, results, inputs, close: () => server.close() };
}

const asText = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content);

function callOf(
  step: { tool: RegExp; input: object },
  tools: Question['tools'] = [],
  number: number,
): object {
  const tool = tools.find(({ function: { name } }) => step.tool.test(name));
  if (!tool) throw new Error(`The agent has no tool ${step.tool}.`);
  const call = { name: tool.function.name, arguments: JSON.stringify(step.input) };
  return {
    content: null,
    tool_calls: [{ index: 0, id: `call_${number}`, type: 'function', function: call }],
  };
}
