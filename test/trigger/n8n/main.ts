import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Cleanup } from '../../../demo/cleanup';
import type { N8nSettings } from '../../../demo/n8n';
import { Stop } from '../../../demo/stop';
import { Host } from '../../faults/n8n/host';
import { startProcessMaker } from '../../processmaker';
import { DURABLE_SCHEDULER, workOffInN8n } from './durable';
import { publishOnSlowServer } from './slow';
import { standInTarget } from './target';
import { watchInN8n } from './watch';

/** With 12 s, as on a server under load, it takes twice as long. */
const CALL_SECONDS = '4';
const RECENT_REQUESTS = 1000;

/**
 * Proves in real n8n that an active workflow is started once by each event: across a restart, from a slow server with
 * the durable scheduler, which abandons a poll after 45 s, and where n8n is killed after it was published on a slow one.
 */
async function main(): Promise<void> {
  const options = { 'call-seconds': { type: 'string', default: CALL_SECONDS } } as const;
  const callSeconds = Number(parseArgs({ options }).values['call-seconds']);
  const stop = new Stop();
  const cleanup = new Cleanup();
  const stopped = stop.requested().then(() => Promise.reject(new Error('Stopped.')));
  try {
    const folder = cleanup.temporaryFolder('trigger');
    const open = async (name: string, settings: N8nSettings) => {
      const ownFolder = path.join(folder, name);
      mkdirSync(ownFolder);
      const processMaker = await startProcessMaker();
      cleanup.add(() => processMaker.close());
      const host = await Host.open(ownFolder, stop.signal, settings);
      cleanup.add(() => host.stop());
      return { host, processMaker };
    };
    const prove = async () => {
      const [usual, durable] = [await open('usual', {}), await open('durable', DURABLE_SCHEDULER)];
      const slow = await open('slow', {});
      const target = await standInTarget(slow.processMaker);
      const asSlow = { callSeconds, recentRequests: RECENT_REQUESTS };
      // All mostly wait for n8n's next poll.
      const [watched, workedOff, published] = await Promise.all([
        watchInN8n(usual.host, usual.processMaker, stop.signal),
        workOffInN8n(durable.host, durable.processMaker, stop.signal),
        publishOnSlowServer(slow.host, target, asSlow, stop.signal),
      ]);
      return { ...watched, durable: workedOff, slow: published };
    };
    const result = await Promise.race([prove(), stopped]);
    await cleanup.run();
    const wrong = [result, result.durable, result.slow].reduce(
      (sum, { lost, repeated }) => sum + lost + repeated,
      0,
    );
    process.exitCode = wrong === 0 ? 0 : 1;
    console.log(JSON.stringify(result));
  } catch (error) {
    process.exitCode = stop.exitCode ?? 1;
    if (!stop.signal.aborted) console.error(error);
    await cleanup.run();
  }
  process.exit();
}

void main();
