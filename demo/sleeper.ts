import { EXAMPLE_NODES, readExample } from './example';
import type { Instance } from './instance';
import type { Credential, N8nClient } from './n8nClient';
import { say } from './progress';

/** A workflow that sleeps until a Task is completed. */
export interface Sleeper {
  executionUrl: string;
  taskUrl: string;
}

/** Executes the example that sleeps, so that a person can wake n8n by completing a Task. */
export async function startSleeper(
  n8nUrl: string,
  client: N8nClient,
  credential: Credential,
  instance: Instance & Required<Pick<Instance, 'openTasks'>>,
): Promise<Sleeper> {
  const workflow = readExample('wait-for-callback', credential);
  const { id } = await client.createWorkflow(workflow);
  say(`Executing the workflow '${workflow.name}' until it sleeps …`);
  const before = new Set(instance.openTasks().map(({ id: taskId }) => taskId));
  const execution = await client.asleep(await client.beginExecution(id, EXAMPLE_NODES.trigger));
  const task = instance.openTasks().find(({ id: taskId }) => !before.has(taskId));
  if (execution.status !== 'waiting' || !task)
    throw new Error(
      `The workflow '${workflow.name}' should sleep, but it is in status '${execution.status}'.`,
    );
  return {
    executionUrl: `${n8nUrl}/workflow/${id}/executions/${execution.id}`,
    taskUrl: `${instance.url}/tasks/${task.id}/edit`,
  };
}
