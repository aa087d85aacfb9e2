import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Cleanup } from '../../../demo/cleanup';
import type { N8nSettings } from '../../../demo/n8n';
import { Stop } from '../../../demo/stop';
import { Host } from '../../faults/n8n/host';
import { startProcessMaker } from '../../processmaker';
import { DURABLE_SCHEDULER, workOffInN8n } from './durable';
import { watchInN8n } from './watch';

/**
 * Proves in real n8n that an active workflow is started once by each event: across a restart, and from a slow server
 * with the durable scheduler, which abandons a poll after 45 s.
 */
async function main(): Promise<void> {
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
      // Both mostly wait for n8n's next poll.
      const [watched, workedOff] = await Promise.all([
        watchInN8n(usual.host, usual.processMaker, stop.signal),
        workOffInN8n(durable.host, durable.processMaker, stop.signal),
      ]);
      return { ...watched, durable: workedOff };
    };
    const result = await Promise.race([prove(), stopped]);
    await cleanup.run();
    const wrong = [result, result.durable].reduce((sum, { lost, repeated }) => sum + lost + repeated, 0);
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
