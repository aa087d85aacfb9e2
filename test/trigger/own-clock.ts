import { AsyncLocalStorage } from 'node:async_hooks';
import type { SimulatedServer } from './server';
import { part } from './switches';

/** Which server's run is going on: several do at the same time. */
const current = new AsyncLocalStorage<SimulatedServer>();

/** n8n's own clock in a run: it goes as that of the server does, and stands where the run has set it. */
export async function withOwnClock<T>(server: SimulatedServer, run: () => Promise<T>): Promise<T> {
  return await current.run(server, run);
}

/** Lets the built trigger take n8n's own clock from the run that goes on, and tells it of polls that have to end. */
export function simulateOwnClock(): void {
  const time = part('time');
  time.ownMilliseconds = () => {
    const server = running();
    return server.now + server.ownOff;
  };
  time.ownSeconds = () => Math.floor(time.ownMilliseconds() / 1000);
  const { prototype } = part('budget').PollBudget;
  const { allows } = prototype;
  prototype.allows = function (...given) {
    const isAllowed = allows.apply(this, given);
    if (!isAllowed) running().spentBudgets += 1;
    return isAllowed;
  };
}

function running(): SimulatedServer {
  const server = current.getStore();
  if (!server) throw new Error('No run is going on.');
  return server;
}
