import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line to a server that can break what the server sends, whatever it is. */
export interface Line {
  /** The address of the server by this line. */
  url: string;
  /** How many connections have been made. */
  connections: number;
  /** Whether what comes now is spoilt. */
  isBroken: () => boolean;
  close(): Promise<void>;
}

/** Opens a line to a server, on any free port. */
export async function openLine(target: string): Promise<Line> {
  const { protocol, hostname, port } = new URL(target);
  const sockets: Socket[] = [];
  const server = createServer((caller) => {
    line.connections++;
    const called = connect(Number(port), hostname);
    sockets.push(caller, called);
    caller.pipe(called);
    called.on('data', (bytes) => {
      // Of a TLS record, the header stays whole.
      if (line.isBroken()) for (let at = 5; at < bytes.length; at++) bytes[at] = ~(bytes[at] ?? 0) & 0xff;
      caller.write(bytes);
    });
    called.on('end', () => caller.end());
    for (const socket of [caller, called]) {
      socket.on('error', () => {
        caller.destroy();
        called.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const line: Line = {
    url: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: 0,
    isBroken: () => false,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return line;
}
