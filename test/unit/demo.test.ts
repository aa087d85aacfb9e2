import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startInstance, type Instance } from '../../demo/instance';
import { report } from '../../demo/report';
import { TOKENS } from '../processmaker/fixtures/users';

let folder: string;
const open: Instance[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'processmaker-demo-test-'));
  jest.spyOn(console, 'error').mockImplementation();
});

afterEach(async () => {
  for (const instance of open.splice(0)) await instance.close();
  rmSync(folder, { recursive: true, force: true });
  jest.restoreAllMocks();
});

async function visit({ once = false } = {}): Promise<Instance> {
  const instance = await startInstance(undefined, once ? undefined : folder);
  open.push(instance);
  return instance;
}

async function leave(instance: Instance): Promise<void> {
  open.splice(open.indexOf(instance), 1);
  await instance.close();
}

const home = async ({ url }: Instance): Promise<string> => (await fetch(`${url}/`)).text();

async function startRequest({ url, token }: Instance): Promise<void> {
  const { status } = await fetch(`${url}/api/1.0/process_events/21?event=new_order`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: '{"amount":2000}',
  });
  expect(status).toBe(201);
}

test('a second demo shows the Requests that the first one has started', async () => {
  const first = await visit();
  await startRequest(first);
  await leave(first);
  expect(await home(await visit())).toContain('Purchase order approval #1');
});

test('a demo that runs beside another one of the same checkout begins empty', async () => {
  await startRequest(await visit());
  expect(await home(await visit())).toContain('None has been started yet');
});

test('a demo that runs once begins empty, and leaves nothing for the next one', async () => {
  await startRequest(await visit({ once: true }));
  expect(await home(await visit())).toContain('None has been started yet');
});

test('the demo has a token whose user sees Requests of users that its own token does not see', async () => {
  const { url, token, administratorToken = '' } = await visit();
  const callAs = async (bearer: string, path: string, init: RequestInit = {}) =>
    await fetch(`${url}/api/1.0/${path}`, { ...init, headers: { Authorization: `Bearer ${bearer}` } });
  const started = await callAs(TOKENS.operator.token, 'process_events/43?event=asked', { method: 'POST' });
  expect(started.status).toBe(201);
  const { id } = (await started.json()) as { id: number };
  expect((await callAs(token, `requests/${id}`)).status).toBe(403);
  expect((await callAs(administratorToken, `requests/${id}`)).status).toBe(200);
});

/** What the report prints. */
function printed(once: boolean, isStandIn: boolean): string {
  const log = jest.spyOn(console, 'log').mockImplementation();
  const n8n = { url: 'http://127.0.0.1:5678' };
  report({
    requests: [],
    owner: { email: 'demo@example.com', password: 'password' },
    n8n,
    instance: { url: 'http://127.0.0.1:8090', token: 'the-token' },
    executionUrl: `${n8n.url}/workflow/1/executions/1`,
    sleeper: isStandIn
      ? { executionUrl: `${n8n.url}/workflow/2/executions/2`, taskUrl: 'http://127.0.0.1:8090/tasks/9/edit' }
      : undefined,
    once,
  });
  return log.mock.calls.flat().join('\n');
}

test('the demo prints the token of the stand-in and what to try next, with the Task that wakes n8n', () => {
  const text = printed(false, true);
  expect(text).toContain('the-token');
  expect(text).toContain('http://127.0.0.1:8090/tasks/9/edit');
  expect(text).toContain('http://127.0.0.1:5678/workflow/2/executions/2');
});

test("the demo prints no token where it uses somebody's own ProcessMaker, and nothing of it with --once", () => {
  expect(printed(false, false)).not.toContain('the-token');
  expect(printed(true, false)).not.toContain('Try next');
});
