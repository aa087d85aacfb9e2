import { writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Cleanup } from '../../demo/cleanup';
import { freePort } from '../../demo/ports';
import type { Programs } from './programs';
import { query } from './query';
import { startService } from './service';

const HOST = '127.0.0.1';

/** Starts a Redis of our own, which keeps everything in memory; gives the settings by which n8n finds it. */
export async function startRedis(
  programs: Programs,
  folder: string,
  password: string,
  signal: AbortSignal,
  cleanup: Cleanup,
): Promise<Record<string, string>> {
  const port = await freePort();
  const configuration = path.join(folder, 'redis.conf');
  const lines = [`bind ${HOST}`, `port ${port}`, `requirepass ${password}`, 'save ""', 'appendonly no'];
  writeFileSync(configuration, `${lines.join('\n')}\n`, { mode: 0o600 });
  await startService({
    name: 'Redis',
    command: programs['redis-server'],
    args: [configuration],
    cwd: folder,
    logFile: path.join(folder, 'redis.log'),
    env: { PATH: process.env.PATH },
    isReady: async () => {
      const env = { REDISCLI_AUTH: password };
      return (
        (await query(programs['redis-cli'], ['-h', HOST, '-p', String(port), 'ping'], env)).trim() === 'PONG'
      );
    },
    signal,
    cleanup,
  });
  return {
    QUEUE_BULL_REDIS_HOST: HOST,
    QUEUE_BULL_REDIS_PORT: String(port),
    QUEUE_BULL_REDIS_PASSWORD: password,
  };
}
