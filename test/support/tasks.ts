import { locator } from './workflows';
import type { World } from './world';

/** A Task at which a Request waits. */
export interface WaitingTask {
  id: number;
  requestId: number;
  caseNumber: number;
}

/** Starts Requests that each wait at a Task of the user `limited`, and forgets the calls. */
export async function startTasks(world: World, count = 1): Promise<WaitingTask[]> {
  const parameters = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
  const input = Array.from({ length: count }, (_, number) => ({ number }));
  const run = await world.start(parameters, { input });
  world.gateway.calls = [];
  return run.items('ProcessMaker').map(({ id, caseNumber, activeTask }) => ({
    id: (activeTask as { id: number }).id,
    requestId: Number(id),
    caseNumber: Number(caseNumber),
  }));
}
