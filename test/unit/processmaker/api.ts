import { serve, type JsonObject, type ProcessMaker, type ProcessMakerOptions } from '../../processmaker';
import { seed } from '../../processmaker/fixtures/seed';
import { Instance } from '../../processmaker/instance';
import { insert } from '../../processmaker/requests/store';
import { runScript } from '../../processmaker/requests/run-script';

/** The response to a call; an empty body is `{}`. */
export interface Called {
  status: number;
  headers: Headers;
  body: JsonObject;
  text: string;
}

/** A stand-in, its database, and calls of its API. */
export interface Api {
  instance: Instance;
  processMaker: ProcessMaker;
  /** @param token the name of a token of every instance */
  call(token: string, method: string, path: string, body?: JsonObject | string): Promise<Called>;
  /** Starts a Request as `limited` and gives its id. */
  start(processId: number, event: string, data?: JsonObject): Promise<number>;
  /** The ids of the rows that a list shows. */
  ids(token: string, path: string): Promise<number[]>;
  /** Waits until a Request has a status. */
  becomes(id: number, status: string): Promise<void>;
}

/** Starts a stand-in whose database a test can reach. */
export async function openApi(options: ProcessMakerOptions = {}): Promise<Api> {
  const instance = new Instance(options, runScript);
  await seed(instance);
  const processMaker = await serve(instance, options);
  const tokens: Record<string, string> = processMaker.tokens;
  const call: Api['call'] = async (token, method, path, body) => {
    const response = await fetch(`${processMaker.url}/api/1.0${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${tokens[token] ?? token}`,
        Accept: 'application/json',
        'Content-Type': 'application/json',
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : (JSON.parse(text) as JsonObject),
      text,
    };
  };
  return {
    instance,
    processMaker,
    call,
    async start(processId, event, data = {}) {
      return Number(
        (await call('limited', 'POST', `/process_events/${processId}?event=${event}`, data)).body['id'],
      );
    },
    async ids(token, path) {
      const { body } = await call(token, 'GET', path);
      return (body['data'] as { id: number }[]).map(({ id }) => id);
    },
    async becomes(id, status) {
      const end = Date.now() + 5_000;
      const now = (): string | undefined =>
        processMaker.requests().find((request) => request.id === id)?.status;
      while (now() !== status && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(now()).toBe(status);
    },
  };
}

/** Puts a user of every instance into a group. */
export function joinGroup(instance: Instance, groupId: number, userId: number): void {
  insert(instance, 'group_members', { group_id: groupId, user_id: userId });
}
