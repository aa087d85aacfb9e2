import type { Cleanup } from '../../demo/cleanup';
import { runProgram } from '../../demo/program';
import { say } from '../../demo/progress';
import type { Stop } from '../../demo/stop';
import { Checks } from '../e2e/checkList';
import { Host } from '../faults/n8n/host';
import { startProcessMaker } from '../processmaker';
import { startGateway } from '../support/gateway';
import { checkWaiting } from './checks';
import { countSleepers, type Counts } from './sleeping/count';
import { playSleeping } from './sleeping/phases';
import { Scene } from './sleeping/scene';
import { checkCounts, checkWaking } from './sleeping/verdict';
import { Stage } from './stage';
import { checkBelowSubPath } from './subPath';

interface Result {
  checks: Checks;
  counts: Counts;
}

async function test(stop: Stop, cleanup: Cleanup): Promise<Result> {
  const folder = cleanup.temporaryFolder('wait');
  const processMaker = await startProcessMaker();
  processMaker.scriptsRun = true;
  cleanup.add(() => processMaker.close());
  const gateway = await startGateway(processMaker.url);
  cleanup.add(() => gateway.close());
  const host = await Host.open(folder, stop.signal);
  cleanup.add(() => host.stop());
  const checks = new Checks(() => Promise.resolve());

  const credential = await host.createCredential(gateway.url, processMaker.tokens.limited);
  const stage = new Stage(host, processMaker, gateway, credential);
  await checkWaiting(checks, stage);
  await checkBelowSubPath(checks, stage);

  const scene = await Scene.open(host, processMaker, cleanup, stop.signal);
  await playSleeping(checks, scene, cleanup);
  const { counts, wrong } = await countSleepers(scene);
  for (const text of wrong) say(text);
  await checkCounts(checks, counts);
  await checkWaking(checks, scene);
  return { checks, counts };
}

/**
 * Shows in real n8n that a wait for a call of the process holds, and that executions which sleep until their Request has
 * ended wake once, then, and never before. Ends with a line of JSON.
 */
void runProgram(
  (stop, cleanup) => {
    const stopped = stop.requested().then(() => Promise.reject(new Error('Stopped.')));
    return Promise.race([test(stop, cleanup), stopped]);
  },
  ({ checks, counts }: Result) => {
    const { passed, failed } = checks.counts;
    console.log(checks.summary());
    console.log(JSON.stringify({ ...counts, passed, failed }));
    return checks.allPassed;
  },
);
