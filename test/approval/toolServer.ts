import fastify from 'fastify';

/** A run of a tool, as it has reached the server of the tools. */
export interface ToolRun {
  tool: string;
  body: Record<string, unknown>;
}

/** What the agents' tools call: nothing else can say whether a tool has run. */
export interface ToolServer {
  url: string;
  /** Every run, in order. */
  runs: ToolRun[];
  close(): Promise<void>;
}

/** Starts the server that the tools call. */
export async function startToolServer(): Promise<ToolServer> {
  const runs: ToolRun[] = [];
  const server = fastify();
  server.post<{ Params: { tool: string } }>('/:tool', ({ params: { tool }, body }) => {
    runs.push({ tool, body: body as ToolRun['body'] });
    return { done: tool };
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url, runs, close: () => server.close() };
}
