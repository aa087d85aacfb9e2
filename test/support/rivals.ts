import type { IDataObject } from 'n8n-workflow';
import type { Behaviour, Call } from './gateway';
import { pass } from './gateway';
import type { Harness, User } from './harness';

/** The run in the keys of another execution. */
const OTHER_RUN = 'f'.repeat(16);

interface Rival {
  /** Whose token it uses. */
  user?: User;
  /** What the data of its start holds otherwise. */
  data?: IDataObject;
}

/** Starts a Request as another execution does that has found the same: with the key of this call, but of its own run. */
export async function startRival(
  { server }: Harness,
  { path, body }: Call,
  { user = 'admin', data }: Rival = {},
): Promise<number> {
  const sent = JSON.parse(body) as IDataObject;
  const key = (sent._n8n_key as string).replace(/\w+\.\d+$/, `${OTHER_RUN}.0`);
  const response = await fetch(new URL(path, server.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${server.tokens[user]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...sent, _n8n_key: key, ...data }),
  });
  return ((await response.json()) as { id: number }).id;
}

/** Starts a Request beside n8n, with the key that the data holds. */
export async function startWithKey(
  { server }: Harness,
  { processId = 2, user, data }: { processId?: number; user: User; data: IDataObject },
): Promise<number> {
  const path = `/api/1.0/process_events/${processId}?event=node_1`;
  const response = await fetch(new URL(path, server.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${server.tokens[user]}`, 'content-type': 'application/json' },
    body: JSON.stringify(data),
  });
  return ((await response.json()) as { id: number }).id;
}

/** Another execution starts a Request with the key of the first start, so that its id is the lower one. */
export function rivalBefore(harness: Harness, rival?: Rival): Behaviour {
  return async (response, forward) => {
    const call = harness.starts().at(-1);
    if (call) await startRival(harness, call, rival);
    await pass(response, forward);
  };
}

/** Another execution starts a Request with the key of the first start, so that its id is the higher one. */
export function rivalAfter(harness: Harness, rival?: Rival): Behaviour {
  return async (response, forward) => {
    const call = harness.starts().at(-1);
    await pass(response, forward);
    if (call) await startRival(harness, call, rival);
  };
}

/** Holds starts back until so many of them have come, as those of executions that have all found nothing. */
export function untilAllHaveCome(count: number): Behaviour {
  let come = 0;
  let letThrough = (): void => undefined;
  const all = new Promise<void>((resolve) => (letThrough = resolve));
  return async (response, forward) => {
    if (++come === count) letThrough();
    await all;
    await pass(response, forward);
  };
}
