import { Cleanup } from './cleanup';
import { say } from './progress';
import { Stop } from './stop';

/**
 * Runs a program to its end: what it has opened is closed, whatever happens.
 *
 * @param report says what came of it, and whether all is well
 */
export async function runProgram<T>(
  work: (stop: Stop, cleanup: Cleanup) => Promise<T>,
  report: (result: T) => boolean,
): Promise<void> {
  const stop = new Stop();
  const cleanup = new Cleanup();
  process.exitCode = 1;
  try {
    const result = await work(stop, cleanup);
    await cleanup.run();
    if (report(result)) process.exitCode = 0;
  } catch (error) {
    if (stop.exitCode) process.exitCode = stop.exitCode;
    else say(error instanceof Error ? error.message : String(error));
    await cleanup.run();
  }
  // A connection or timer that a library has left open must not keep the program alive.
  process.exit();
}
