import { createServer, type AddressInfo } from 'node:net';

/** A TCP port of 127.0.0.1 that nobody listens on: the preferred one if it is free, else any. */
export async function freePort(preferred?: number): Promise<number> {
  return (await tryPort(preferred ?? 0)) ?? (await anyPort());
}

async function anyPort(): Promise<number> {
  const port = await tryPort(0);
  if (port === undefined) throw new Error('No port of 127.0.0.1 is free.');
  return port;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(undefined))
      .listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        const { port: found } = server.address() as AddressInfo;
        server.close(() => resolve(found));
      });
  });
}
