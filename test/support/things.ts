import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { createBpmn } from './bpmn';
import { givenFile } from './files';
import type { Harness } from './harness';
import { startTasks } from './tasks';
import { locator } from './workflows';

// Things of ProcessMaker for tests of operations that are given their ids: an item for each.

const WITH_FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const WITH_EVENT = { process: locator('id', 13), startEvent: locator('id', 'node_1') };
const WITH_SCRIPT = { process: locator('name', 'D script task'), startEvent: locator('id', 'node_1') };
/** Requests that wait at a Task of the user `limited`, unless told. */
export async function requests(
  harness: Harness,
  count: number,
  parameters: INodeParameters = WITH_FORM,
): Promise<IDataObject[]> {
  const input = Array.from({ length: count }, (_, number) => ({ number }));
  const options = { returnErroredRequests: true };
  const run = await harness.start({ ...parameters, options }, { input, user: 'admin' });
  return run.items('ProcessMaker').map(({ id, caseNumber }) => ({ id, caseNumber }));
}

/** Requests that wait at an event. */
export const waitingAtEvent = (harness: Harness, count: number) => requests(harness, count, WITH_EVENT);

/** Requests that broke down at a script, which works from then on. */
export async function errored(harness: Harness, count: number): Promise<IDataObject[]> {
  harness.server.scriptsRun = false;
  const items = await requests(harness, count, WITH_SCRIPT);
  harness.server.scriptsRun = true;
  return items;
}

/** Requests that are completed. */
export async function ended(harness: Harness, count: number): Promise<IDataObject[]> {
  const items = await startTasks(harness, count);
  await Promise.all(items.map(({ id }) => harness.server.completeTask(id, {})));
  return items.map(({ requestId, caseNumber }) => ({ id: requestId, caseNumber }));
}

/** Tasks of the user `limited`. */
export async function tasks(harness: Harness, count: number): Promise<IDataObject[]> {
  return (await startTasks(harness, count)).map((task) => ({ ...task }));
}

/** Processes that the user `limited` can start. */
export async function processes(harness: Harness, count: number): Promise<IDataObject[]> {
  const bpmn = createBpmn([{ id: 'node_1', name: 'Start', userId: 3 }]);
  const items: IDataObject[] = [];
  for (let number = 0; number < count; number++) {
    const name = `Given by id ${Math.random()}`;
    items.push({ id: (await harness.server.addProcess({ name, bpmn })).id, name, number });
  }
  return items;
}

/** Requests with a file each. */
export async function withFile(harness: Harness, count: number): Promise<IDataObject[]> {
  const items = await requests(harness, count);
  const add = async (item: IDataObject, index: number) => ({
    ...item,
    fileId: await givenFile(harness, item.id, `${index}.txt`, `Content ${index}`, 'paper'),
  });
  return await Promise.all(items.map(add));
}
