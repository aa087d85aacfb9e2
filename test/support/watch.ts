import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { Poller } from './poller';
import type { User, World } from './world';

/** The tests of a file have a server whose time they can set: milliseconds since 1970. */
export const serverTime = { now: Date.now() };

/** A workflow that watches ProcessMaker, not yet switched on. */
export function watcher(world: World, parameters: INodeParameters, user: User = 'admin'): Poller {
  return new Poller(world.engine, parameters, world.credentials(user));
}

/** A workflow that is switched on; the calls for that are forgotten. */
export async function watching(world: World, parameters: INodeParameters, user?: User): Promise<Poller> {
  const poller = watcher(world, parameters, user);
  await poller.activate();
  world.gateway.calls = [];
  return poller;
}

/** Starts a Request as a person does, without n8n. */
export async function startByHand(
  world: World,
  processId: number,
  data: IDataObject = {},
  user: User = 'admin',
  startEvent = 'node_1',
): Promise<number> {
  const response = await fetch(
    `${world.server.url}/api/1.0/process_events/${processId}?event=${startEvent}`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${world.server.tokens[user]}`, 'content-type': 'application/json' },
      body: JSON.stringify(data),
    },
  );
  const { id } = (await response.json()) as { id: number };
  return id;
}

/** Edits the data of a Request, which changes nothing but when it was changed last. */
export async function editData(world: World, requestId: number): Promise<void> {
  await fetch(`${world.server.url}/api/1.0/requests/${requestId}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${world.server.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ data: { edited: true } }),
  });
}

/** The Task at which a Request waits. */
export function taskOf(world: World, requestId: number): number {
  return world.server.tasks().find((task) => task.requestId === requestId)?.id ?? 0;
}
