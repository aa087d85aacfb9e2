import { respondToParent } from '../child';
import { startFastServer } from './fast';
import type { BenchServer, Seen } from './listen';
import { startPhpServer, type PhpLimits } from './php';

/** What a server process is asked: to start, `fast` or with limits; later, what it has seen. */
export type ServerQuestion = { start: PhpLimits | 'fast' } | 'seen';

export interface Address {
  url: string;
  token: string;
}

let server: BenchServer | undefined;

respondToParent<ServerQuestion, Address | Seen>(async (question) => {
  if (question !== 'seen') {
    server = question.start === 'fast' ? await startFastServer() : await startPhpServer(question.start);
    return { url: server.url, token: server.token };
  }
  if (!server) throw new Error('The server has not been started.');
  return server.takeSeen();
});
