/** A test that a promise can belong to, as Jest keeps it: it fails when it has errors. */
interface FailingTest {
  errors: unknown[];
}

/** What Jest tells of a promise that has rejected while nobody listened to it, or to which somebody has listened since. */
export interface RejectionEvent {
  name: string;
  promise?: Promise<unknown>;
  error?: unknown;
}

/**
 * Promises that rejected while nobody listened. Jest fails a test for each, but forgives one that is listened to later.
 * Node does not wait: it ends the process at once.
 */
export class UnhandledRejections {
  private readonly open = new Map<Promise<unknown>, { error: unknown; test: FailingTest | undefined }>();

  /**
   * Notes what Jest tells.
   *
   * @param test the test that runs
   * @param outside errors that belong to no test
   */
  note({ name, promise, error }: RejectionEvent, test: FailingTest | undefined, outside: unknown[]): void {
    if (!promise) return;
    if (name === 'error') this.open.set(promise, { error, test });
    const rejected = name === 'error_handled' && this.open.get(promise);
    if (!rejected) return;
    this.open.delete(promise);
    (rejected.test?.errors ?? outside).push(rejected.error);
  }
}

/** Lets Node report what has rejected until now: it does so at the end of a turn of the event loop. */
export async function untilReported(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
}
