import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { Poller } from './poller';
import type { User, Harness } from './harness';

/** The tests of a file have a server whose time they can set: milliseconds since 1970. */
export const serverTime = { now: Date.now() };

const SECOND_MS = 1000;

/** A workflow that watches ProcessMaker, not yet switched on. */
export function watcher(harness: Harness, parameters: INodeParameters, user: User = 'admin'): Poller {
  const poller = new Poller(harness.engine, parameters, harness.credentials(user));
  poller.beforeActivation = () => (serverTime.now += SECOND_MS);
  return poller;
}

/** A workflow that is switched on; the calls for that are forgotten. */
export async function watching(harness: Harness, parameters: INodeParameters, user?: User): Promise<Poller> {
  const poller = watcher(harness, parameters, user);
  await poller.activate();
  harness.gateway.calls = [];
  return poller;
}

/** Starts a Request as a person does, without n8n. */
export async function startByHand(
  harness: Harness,
  processId: number,
  data: IDataObject = {},
  user: User = 'admin',
  startEvent = 'node_1',
): Promise<number> {
  const response = await fetch(
    `${harness.server.url}/api/1.0/process_events/${processId}?event=${startEvent}`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${harness.server.tokens[user]}`, 'content-type': 'application/json' },
      body: JSON.stringify(data),
    },
  );
  const { id } = (await response.json()) as { id: number };
  return id;
}

/** Edits the data of a Request, which changes nothing but when it was changed last. */
export async function editData(harness: Harness, requestId: number): Promise<void> {
  await fetch(`${harness.server.url}/api/1.0/requests/${requestId}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${harness.server.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ data: { edited: true } }),
  });
}

/** Deletes a Request, as an administrator can, without n8n. */
export async function deleteByHand(harness: Harness, requestId: number): Promise<void> {
  await fetch(`${harness.server.url}/api/1.0/requests/${requestId}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${harness.server.tokens.admin}` },
  });
}

/** The Task at which a Request waits. */
export function taskOf(harness: Harness, requestId: number): number {
  return harness.server.tasks().find((task) => task.requestId === requestId)?.id ?? 0;
}
