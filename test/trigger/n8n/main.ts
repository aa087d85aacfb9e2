import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
    const folder = mkdtempSync(path.join(tmpdir(), 'processmaker-trigger-'));
    cleanup.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const processMaker = await startProcessMaker();
    cleanup.add(() => processMaker.close());
    const prove = async () => {
      const usual = await withHost('usual', {}, (host) => watchInN8n(host, processMaker, stop.signal));
      const durable = await withHost('durable', DURABLE_SCHEDULER, (host) =>
        workOffInN8n(host, processMaker, stop.signal),
      );
      return { ...usual, durable };
    };
    const withHost = async <T>(name: string, settings: N8nSettings, work: (host: Host) => Promise<T>) => {
      const ownFolder = path.join(folder, name);
      mkdirSync(ownFolder);
      const host = await Host.open(ownFolder, stop.signal, settings);
      cleanup.add(() => host.stop());
      const result = await work(host);
      await host.stop();
      return result;
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
