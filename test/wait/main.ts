import { Cleanup } from '../../demo/cleanup';
import { Stop } from '../../demo/stop';
import { Checks } from '../e2e/checkList';
import { Host } from '../faults/n8n/host';
import { startProcessMaker } from '../processmaker';
import { startGateway } from '../support/gateway';
import { checkWaiting } from './checks';
import { Stage } from './stage';
import { checkBelowSubPath } from './subPath';

async function test(stop: Stop, cleanup: Cleanup): Promise<Checks> {
  const folder = cleanup.temporaryFolder('wait');
  const processMaker = await startProcessMaker();
  processMaker.scriptsRun = true;
  cleanup.add(() => processMaker.close());
  const gateway = await startGateway(processMaker.url);
  cleanup.add(() => gateway.close());
  const host = await Host.open(folder, stop.signal);
  cleanup.add(() => host.stop());
  const credential = await host.createCredential(gateway.url, processMaker.tokens.limited);
  const checks = new Checks(() => Promise.resolve());
  const stage = new Stage(host, processMaker, gateway, credential);
  await checkWaiting(checks, stage);
  await checkBelowSubPath(checks, stage);
  return checks;
}

/** Shows in real n8n that a wait for a call of the process holds. Ends with the line `N passed, N failed`. */
async function main(): Promise<void> {
  const stop = new Stop();
  const cleanup = new Cleanup();
  process.exitCode = 1;
  try {
    const stopped = stop.requested().then(() => Promise.reject(new Error('Stopped.')));
    const checks = await Promise.race([test(stop, cleanup), stopped]);
    await cleanup.run();
    console.log(checks.summary());
    process.exitCode = checks.allPassed ? 0 : 1;
  } catch (error) {
    process.exitCode = stop.exitCode ?? 1;
    if (!stop.signal.aborted) console.error(error);
    await cleanup.run();
  }
  // Calls that were cut leave timers and connections behind.
  process.exit();
}

void main();
