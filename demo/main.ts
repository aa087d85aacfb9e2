import { Cleanup } from './cleanup';
import { CREDENTIAL_TYPE, EXAMPLE_NODES, exampleNames, readExample, startOnly } from './example';
import { type Instance, startInstance } from './instance';
import { type Credential, N8nClient, outputOf } from './n8nClient';
import { startN8nWithPackage } from './n8nWithPackage';
import { state } from './paths';
import { say } from './progress';
import { report, type StartedRequest } from './report';
import { readSettings } from './settings';
import { startSleeper } from './sleeper';
import { Stop } from './stop';

const OWNER = { email: 'demo@example.com', password: 'ProcessMaker4' };

async function demo(stop: Stop, cleanup: Cleanup): Promise<object | undefined> {
  const { signal } = stop;
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings.realInstance) {
    say(`Using your ProcessMaker at ${settings.realInstance.url}: one Request is started there.`);
  }
  const folder = cleanup.temporaryFolder('demo');

  const n8n = await startN8nWithPackage(folder, signal);
  cleanup.add(() => n8n.stop());
  const instance = await startInstance(settings.realInstance, settings.once ? undefined : state);
  cleanup.add(() => instance.close());

  const client = new N8nClient(n8n.url, signal);
  await client.setUpOwner(OWNER);
  const { credential, administrator } = await createCredentials(client, instance);
  const workflow = readExample('start-requests', credential);
  if (settings.realInstance) startOnly(workflow, settings.realInstance.process);
  const { id: workflowId } = await client.createWorkflow(workflow);

  say(`Executing the workflow '${workflow.name}' …`);
  const execution = await client.execute(workflowId, EXAMPLE_NODES.trigger);
  const executionUrl = `${n8n.url}/workflow/${workflowId}/executions/${execution.id}`;
  if (execution.status !== 'success') {
    const { message = 'It gave no reason.', description } = execution.data.resultData.error ?? {};
    throw new Error(
      `The execution ended as '${execution.status}':\n${message}\n${description ?? ''}`.trimEnd(),
    );
  }
  const requests = outputOf(execution, EXAMPLE_NODES.start).map(({ json }) => json as StartedRequest);
  const expected = settings.realInstance ? 1 : 3;
  if (requests.length !== expected) {
    throw new Error(`${expected} Requests should have been started, but ${requests.length} were.`);
  }
  const { openTasks } = instance;
  if (openTasks && !settings.once) {
    await instance.startOverdueTask?.();
    await importExamples(client, credential, administrator);
  }
  const sleeper =
    openTasks && !settings.once
      ? await startSleeper(n8n.url, client, credential, { ...instance, openTasks })
      : undefined;
  report({ requests, owner: OWNER, n8n, instance, executionUrl, sleeper, once: settings.once });
  if (settings.once) return { items: requests.length, requests: requests.map(summary) };
  await Promise.race([stop.requested(), n8n.endedByItself()]);
  return undefined;
}

interface Credentials {
  credential: Credential;
  /** That of a user who sees the Requests of all users, where there is one. */
  administrator: Credential;
}

/** The credential of the person at the demo is made last: n8n gives a new node the one that was changed last. */
async function createCredentials(
  client: N8nClient,
  { url: instanceUrl, token, administratorToken }: Instance,
): Promise<Credentials> {
  const create = async (name: string, accessToken: string) =>
    await client.createCredential(name, CREDENTIAL_TYPE, { instanceUrl, accessToken });
  const administrator =
    administratorToken === undefined
      ? undefined
      : await create('ProcessMaker administrator', administratorToken);
  const credential = await create('ProcessMaker account', token);
  return { credential, administrator: administrator ?? credential };
}

/** Those that other steps of the demo import. */
const IMPORTED = ['start-requests', 'wait-for-callback'];

/** Imports the other examples, and publishes the workflow without which none that sleeps is woken. */
async function importExamples(
  client: N8nClient,
  credential: Credential,
  administrator: Credential,
): Promise<void> {
  say('Importing the examples …');
  for (const name of exampleNames().filter((one) => !IMPORTED.includes(one))) {
    const wakes = name === 'wake-waiting-workflows';
    const saved = await client.createWorkflow(readExample(name, wakes ? administrator : credential));
    if (wakes) await client.publish(saved);
  }
}

const summary = ({ id, status, url }: StartedRequest) => ({ id, status, url });

async function main(): Promise<void> {
  const stop = new Stop();
  const cleanup = new Cleanup();
  try {
    const result = await demo(stop, cleanup);
    await cleanup.run();
    if (result) console.log(JSON.stringify(result));
  } catch (error) {
    process.exitCode = stop.exitCode ?? 1;
    if (!stop.signal.aborted) say(error instanceof Error ? error.message : String(error));
    await cleanup.run();
  }
  // A connection or timer that a library has left open must not keep the demo alive.
  process.exit();
}

void main();
