import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server has seen since it was last asked. */
export interface Seen {
  /** The order number of every Request that was made. */
  orders: string[];
  mostConnections: number;
  /** How long the workers were busy, all together; 0 where there are none. */
  busySeconds: number;
}

export interface BenchServer {
  url: string;
  token: string;
  takeSeen(): Seen;
}

/** Lets a server listen on a free port. It ends with its process. */
export async function listen(server: Server, token: string, takeSeen: () => Seen): Promise<BenchServer> {
  // As many as may come at once; the limits of the server itself are to decide.
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token, takeSeen };
}
