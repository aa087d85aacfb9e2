import { locator } from './workflows';
import type { Harness } from './harness';

/** A Task at which a Request waits. */
export interface WaitingTask {
  id: number;
  requestId: number;
  caseNumber: number;
}

/** Starts Requests that each wait at a Task of the user `limited`, and forgets the calls. */
export async function startTasks(harness: Harness, count = 1): Promise<WaitingTask[]> {
  const parameters = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
  const input = Array.from({ length: count }, (_, number) => ({ number }));
  const run = await harness.start(parameters, { input });
  harness.gateway.calls = [];
  return run.items('ProcessMaker').map(({ id, caseNumber, activeTask }) => ({
    id: (activeTask as { id: number }).id,
    requestId: Number(id),
    caseNumber: Number(caseNumber),
  }));
}
