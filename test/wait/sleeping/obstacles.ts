import assert from 'node:assert/strict';
import {
  resetAfter,
  resetBefore,
  respond,
  thenRespond,
  type Behaviour,
  type Call,
} from '../../support/gateway';
import { executionOf, requestsIn, wakeCallsFor } from './calls';
import { PROCESS, VARIABLE, type Scene } from './scene';
import { sleepersOf, type Sleeper } from './sleepers';

/** A process that ends as soon as it is started. */
const PROCESS_THAT_ENDS = 4;
/** Several polls; the node itself waits for longer. */
const HELD_SECONDS = 45;

/** Requests end when they have been read, but before the execution knows: it sleeps when it was called in vain. */
export function holdRacing(scene: Scene): void {
  const racing = new Map(sleepersOf('racing').map((sleeper) => [sleeper.name, sleeper]));
  scene.treat = (call) => {
    const name = scene.sleeperIn(call) ?? '';
    const sleeper = racing.get(name);
    if (!sleeper) return undefined;
    racing.delete(name);
    return async (response, forward) => {
      const { status, headers, bytes } = await forward();
      await scene.end([sleeper]);
      const isCalled = () => wakeCallsFor(scene.door, scene.executionOf(sleeper)).length > 0;
      await scene.until(isCalled, HELD_SECONDS);
      response.writeHead(status, headers).end(bytes);
    };
  };
}

/** Requests of another instance with the same ids and the same process, which have all ended. */
export async function fillOther(scene: Scene): Promise<void> {
  const { other, processMaker } = scene;
  const last = processMaker.requests().at(-1)?.id ?? 0;
  for (let id = other.requests().at(-1)?.id ?? 0; id < last; id++) {
    await scene.startRequest(other, PROCESS, {});
  }
  for (const task of other.tasks()) await other.completeTask(task.id, {});
}

/** Responds to a read as another instance does. */
export function fromElsewhere(instanceUrl: string, { path, headers }: Call): Behaviour {
  return async (response) => {
    const { authorization = '' } = headers;
    const found = await fetch(instanceUrl + path, { headers: { authorization } });
    response.writeHead(found.status, { 'content-type': 'application/json' }).end(await found.text());
  };
}

/**
 * What users of ProcessMaker could write into their own Requests, which then end. The last one is the right URL of a
 * sleeper.
 *
 * @param trap where nobody may be called
 * @returns the Requests with an address that must not be called
 */
export async function writeTraps(scene: Scene, victim: Sleeper, trap: string): Promise<number[]> {
  const own = scene.url(victim);
  const { host } = new URL(trap);
  const texts = [
    `${trap}${own.pathname}${own.search}`,
    own.href.replace('://', `://${host}@`),
    `http://${own.host}@${host}${own.pathname}${own.search}`,
    own.href.replace('/webhook-waiting/', '/webhook-waiting/../webhook/sleep/'),
    own.href.replace('/webhook-waiting/', '/webhook-waiting/%2e%2e/webhook/sleep/'),
    own.href.replace('/webhook-waiting/', '\\webhook-waiting\\'),
    `${own.origin}/webhook/sleep${own.search}`,
    `${own.origin}/rest/workflows${own.search}`,
    own.href.replace('/processmaker?', '?'),
    own.href.replace(/\d+\/processmaker/, 'x/processmaker'),
  ];
  const ids: number[] = [];
  for (const text of [...texts, own.href]) {
    ids.push(await scene.startRequest(scene.processMaker, PROCESS_THAT_ENDS, { [VARIABLE]: text }));
  }
  return ids.slice(0, texts.length);
}

/** Whether a call has the shape that a wake call must have: no body, no credential, and nothing else in its address. */
export function isWakeCall({ method, path, body, headers }: Call): boolean {
  const isAddress = /^\/webhook-waiting\/\d+\/processmaker\?signature=\w+&wait=[\w-]+$/.test(path);
  return method === 'POST' && isAddress && body === '' && headers.authorization === undefined;
}

/** The first wake call of each sleeper meets another obstacle. */
export function disturb(scene: Scene): void {
  const sleepers = sleepersOf('disturbed');
  const obstacles: Array<Behaviour | undefined> = [
    resetBefore,
    resetAfter,
    respond(502, '<html>Bad Gateway</html>'),
    respond(503, { message: 'n8n is starting' }),
    thenRespond(respond(504, '<html>Gateway Timeout</html>')),
    undefined,
  ];
  const waiting = new Map(
    sleepers.map((sleeper, index) => [scene.executionOf(sleeper), obstacles[index]] as const),
  );
  scene.door.disturb = (call) => {
    const execution = executionOf(call) ?? '';
    const obstacle = waiting.get(execution);
    waiting.delete(execution);
    return obstacle;
  };
  // The last one finds a ProcessMaker that cannot be read for a moment.
  const last = sleepers.at(-1)?.name;
  let refusals = 3;
  scene.treat = (call) =>
    scene.sleeperIn(call) === last && refusals-- > 0 ? respond(500, { message: 'Server Error' }) : undefined;
}

/** Kills n8n when the trigger has given Requests out, and the node that wakes is about to look them up. */
export async function killBeforeCall(
  scene: Scene,
  sleepers: Sleeper[],
  withinSeconds: number,
): Promise<void> {
  const ids = new Set(sleepers.map(({ name }) => scene.request(name)?.id));
  let isGivenOut = false;
  const never: Behaviour = () => new Promise(() => undefined);
  scene.wakeInstance.treat = (call) => {
    isGivenOut ||= requestsIn(call).some((id) => ids.has(id));
    // Also the sweep is held: it must not be faster than the trigger.
    return never;
  };
  await scene.end(sleepers);
  const isSo = await scene.until(() => isGivenOut, withinSeconds);
  // n8n writes down how far the trigger has come, without waiting for it.
  await scene.pause(2);
  await scene.kill();
  scene.wakeInstance.treat = () => undefined;
  assert.ok(isSo, 'The trigger has not given the Requests out.');
}
