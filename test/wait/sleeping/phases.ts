import assert from 'node:assert/strict';
import type { Cleanup } from '../../../demo/cleanup';
import { say } from '../../../demo/progress';
import type { Checks } from '../../e2e/checkList';
import { startGateway } from '../../support/gateway';
import { AFTER_END, isForged, wakeCallsFor } from './calls';
import { Forger, peaceful } from './forgedCalls';
import {
  disturb,
  fillOther,
  fromElsewhere,
  holdRacing,
  isWakeCall,
  killBeforeCall,
  writeTraps,
} from './obstacles';
import { PROCESS, type Scene } from './scene';
import { SLEEPERS, sleepersOf, type Group } from './sleepers';
import { wakingWorkflow } from './workflows';

const LIMIT_SECONDS = 120;
/** The trigger polls four times a minute. A busy machine is given much more. */
const WOKEN_WITHIN = 90;
const FLOOD = 20;
/** What reads at most once in two seconds may have read in a flood of so many seconds. */
const mostReads = (seconds: number): number => Math.ceil(seconds / 2) + 2;

/** Plays the whole story: executions sleep, are called by others, n8n dies, and their Requests end. */
export async function playSleeping(checks: Checks, scene: Scene, cleanup: Cleanup): Promise<void> {
  const forger = new Forger(scene);
  const trap = await startGateway(scene.processMaker.url);
  cleanup.add(() => trap.close());
  const check = async (name: string, work: () => Promise<void>) => {
    const began = Date.now();
    await checks.check(name, work);
    say(`  ${Math.round((Date.now() - began) / 1000)} s`);
  };

  const credentials = await publish(scene);
  holdRacing(scene);
  await check('executions fall asleep, also those whose Request ends before they do', async () => {
    await beginAll(scene);
    await scene.untilWentOn(sleepersOf('racing'), WOKEN_WITHIN);
    const rest = SLEEPERS.length - sleepersOf('racing').length;
    assert.ok(await scene.until(async () => (await scene.count('waiting')) === rest, 60), 'Not all sleep.');
    for (const sleeper of sleepersOf('racing')) {
      const answers = wakeCallsFor(scene.door, scene.executionOf(sleeper)).map(({ status }) => status);
      assert.equal(answers[0], 409, `${sleeper.name} was answered with ${answers.join(', ')}`);
    }
  });

  await check('a deleted credential wakes nobody', async () => {
    await scene.host.client.deleteCredential(credentials.deleted);
    await forger.perSleeper('a deleted credential', sleepersOf('deleted'));
    assert.deepEqual(forger.surprises.splice(0), []);
  });

  await check('forged calls of every kind are refused', async () => {
    await forger.tooEarly(peaceful());
    await forger.wrongAddresses(sleepersOf('flooded'));
    await forger.bodies(sleepersOf('flooded'));
    assert.deepEqual(forger.surprises.splice(0), []);
  });

  await check('nobody wakes whose ProcessMaker cannot be read, or responds with nonsense', async () => {
    await forger.unreadable(peaceful().slice(0, 17));
    assert.deepEqual(forger.surprises.splice(0), []);
  });

  await check('a flood of calls is answered, and reads once in two seconds', async () => {
    await scene.pause(2.1);
    const { reads, seconds } = await forger.flood(sleepersOf('flooded'), FLOOD);
    assert.deepEqual(forger.surprises.splice(0), []);
    assert.ok(reads > 0 && reads <= mostReads(seconds), `${reads} reads in ${seconds} s`);
  });

  await check('another instance wakes nobody, and the own one does when the credential is back', async () => {
    await fillOther(scene);
    await scene.pointAt(credentials.moved, scene.other.url, 'limited');
    scene.treat = (call) =>
      scene.sleeperIn(call)?.startsWith('replaced') ? fromElsewhere(scene.other.url, call) : undefined;
    const away = sleepersOf('moved', 'replaced');
    await forger.perSleeper('another instance', away);
    await scene.end(away);
    await scene.untilCalled(away, WOKEN_WITHIN);
    assert.deepEqual(forger.surprises.splice(0), []);
    scene.treat = () => undefined;
    await scene.pointAt(credentials.moved, scene.instance.url, 'limited');
    await scene.untilWentOn(away, WOKEN_WITHIN);
  });

  await check('addresses that others have written into their Requests are not called', async () => {
    const [victim] = sleepersOf('flooded');
    assert.ok(victim);
    scene.trapped = await writeTraps(scene, victim, trap.url);
    await scene.end(sleepersOf('plain'));
    await scene.endParts(sleepersOf('parent'));
    await scene.untilWentOn(sleepersOf('plain'), WOKEN_WITHIN);
    // For their parts, which have their data.
    await scene.untilCalled(sleepersOf('parent'), WOKEN_WITHIN);
    assert.equal(trap.calls.length, 0);
    const strange = scene.door.gateway.calls.filter((call) => !isForged(call) && !isWakeCall(call));
    assert.deepEqual(
      strange.map(({ path }) => path),
      [],
    );
  });

  await check('a wake call that is cut, refused or not answered is made again', async () => {
    disturb(scene);
    const disturbed = sleepersOf('disturbed');
    await scene.end(disturbed);
    await scene.untilWentOn(disturbed, WOKEN_WITHIN);
    scene.treat = () => undefined;
    scene.door.disturb = () => undefined;
  });

  // Before n8n is killed: one that goes on at that moment would die with it.
  await check('executions go on when their limit has passed', async () => {
    await scene.untilWentOn(sleepersOf('limited', 'deleted'), LIMIT_SECONDS + 60);
  });

  await check('Requests that end while n8n is stopped or dead wake their executions', async () => {
    await scene.host.stop();
    await scene.end(sleepersOf('stopped'));
    await scene.host.restart();
    await scene.untilWentOn(sleepersOf('stopped'), WOKEN_WITHIN);
    await scene.kill();
    await scene.end(sleepersOf('killed'));
    await scene.host.restart();
    await scene.untilWentOn(sleepersOf('killed'), WOKEN_WITHIN);
  });

  await check('what the trigger gave out before n8n died is found by the sweep', async () => {
    await killBeforeCall(scene, sleepersOf('between'), WOKEN_WITHIN);
    await scene.host.restart();
    await scene.untilWentOn(sleepersOf('between'), WOKEN_WITHIN);
  });

  await check('a flood at the end of a Request wakes its execution, and once', async () => {
    const last = sleepersOf('flooded', 'parent', 'foreign');
    await scene.end(last);
    // Whoever calls now may wake it.
    const calls = Array.from({ length: FLOOD }, () =>
      forger.perSleeper(AFTER_END, sleepersOf('flooded'), /./),
    );
    await Promise.all(calls);
    await scene.untilWentOn(last, WOKEN_WITHIN);
  });
}

/** Publishes all workflows. Gives the credentials that change later. */
async function publish(scene: Scene) {
  const { instance, wakeInstance } = scene;
  const usual = await scene.credential(instance, 'limited');
  const administrator = await scene.credential(instance, 'admin');
  const moved = await scene.credential(instance, 'limited');
  const deleted = await scene.credential(instance, 'limited');
  const limit = { limitWaitTime: true, resumeAmount: LIMIT_SECONDS, resumeUnit: 'seconds' };
  await scene.publishStarting('sleep', PROCESS, usual);
  await scene.publishStarting('sleep-parent', await scene.addParentProcess(), usual);
  await scene.publishStarting('sleep-moved', PROCESS, moved);
  await scene.publishStarting('sleep-limited', PROCESS, usual, limit);
  await scene.publishStarting('sleep-deleted', PROCESS, deleted, limit);
  await scene.publishJoining('sleep-foreign', administrator);
  const waking = await scene.credential(wakeInstance, 'admin');
  scene.waking = await scene.publish(wakingWorkflow(administrator, waking));
  return { moved, deleted };
}

const PATHS: Partial<Record<Group, string>> = {
  parent: 'sleep-parent',
  moved: 'sleep-moved',
  limited: 'sleep-limited',
  deleted: 'sleep-deleted',
  foreign: 'sleep-foreign',
};

async function beginAll(scene: Scene): Promise<void> {
  const { processMaker } = scene;
  await Promise.all(
    SLEEPERS.map(async (sleeper) => {
      const path = PATHS[sleeper.group] ?? 'sleep';
      const data =
        sleeper.group === 'foreign'
          ? { request: await scene.startRequest(processMaker, PROCESS, { sleeper: sleeper.name }) }
          : {};
      await scene.begin(path, sleeper, data);
    }),
  );
}
