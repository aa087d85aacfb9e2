import { startProcessMaker } from '../test/processmaker';
import { freePort } from './ports';
import { say } from './progress';
import type { RealInstance } from './settings';

const PREFERRED_PORT = 8090;

export interface Instance {
  url: string;
  token: string;
  close(): Promise<void>;
}

/** The ProcessMaker of the demo: the given one, or a stand-in that runs inside this program. */
export async function startInstance(real?: RealInstance): Promise<Instance> {
  if (real) return { url: real.url, token: real.token, close: () => Promise.resolve() };
  const port = await freePort(PREFERRED_PORT);
  if (port !== PREFERRED_PORT) say(`Port ${PREFERRED_PORT} is in use; ProcessMaker gets port ${port}.`);
  const processMaker = await startProcessMaker({ port });
  // The script of 'Contract approval' wakes the example that sleeps.
  processMaker.scriptsRun = true;
  return {
    url: processMaker.url,
    token: processMaker.tokens.limited,
    close: () => processMaker.close(),
  };
}
