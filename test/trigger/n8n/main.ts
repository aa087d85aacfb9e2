import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Cleanup } from '../../../demo/cleanup';
import { Stop } from '../../../demo/stop';
import { Host } from '../../faults/n8n/host';
import { startProcessMaker } from '../../processmaker';
import { watchInN8n } from './watch';

/** Proves in real n8n that an active workflow is started once by each event, also across a restart. */
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
      const host = await Host.open(folder, stop.signal);
      cleanup.add(() => host.stop());
      return await watchInN8n(host, processMaker, stop.signal);
    };
    const result = await Promise.race([prove(), stopped]);
    await cleanup.run();
    process.exitCode = result.lost + result.repeated === 0 ? 0 : 1;
    console.log(JSON.stringify(result));
  } catch (error) {
    process.exitCode = stop.exitCode ?? 1;
    if (!stop.signal.aborted) console.error(error);
    await cleanup.run();
  }
  process.exit();
}

void main();
