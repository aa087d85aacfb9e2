import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Counts connections that are in use: from the moment they are opened until they are answered. The caller may open
 * its next one before the end of the last one has reached the server.
 */
export class ConnectionCount {
  private readonly inUse = new Set<Socket>();

  private most = 0;

  /** @returns how many there are now */
  opened(socket: Socket): number {
    this.inUse.add(socket);
    this.most = Math.max(this.most, this.inUse.size);
    socket.once('close', () => this.inUse.delete(socket));
    // A caller that resets the connection is no fault of the server.
    socket.on('error', () => undefined);
    return this.inUse.size;
  }

  /** Follows one call: a connection that is kept open can be used again. */
  watch({ socket }: IncomingMessage, response: ServerResponse): void {
    this.inUse.add(socket);
    response.once('finish', () => this.inUse.delete(socket));
  }

  /** The most at one moment since this was last asked. */
  takeMost(): number {
    const { most } = this;
    this.most = this.inUse.size;
    return most;
  }
}
