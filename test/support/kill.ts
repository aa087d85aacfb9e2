import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from './run';
import type { Harness } from './harness';

/**
 * Runs an execution that is killed when ProcessMaker has begun with the start of the item with this number.
 *
 * @param run ends with the signal
 * @param begun false: killed before ProcessMaker gets the start
 */
export async function killAt(
  harness: Harness,
  number: string,
  run: (signal: AbortSignal) => Promise<Run>,
  begun = true,
): Promise<Run> {
  const killing = new AbortController();
  harness.treatOnce(number, async (response, forward) => {
    if (begun) await forward();
    killing.abort();
    await pause(100);
    response.destroy();
  });
  return await run(killing.signal);
}
