/**
 * Calls `work` for every index from 0 to `count` - 1, at most `limit` at a time, beginning in order. When it answers
 * false no further one begins; those that run go on to their end.
 */
export async function forEachInParallel(
  count: number,
  limit: number,
  work: (index: number) => Promise<boolean>,
): Promise<void> {
  let next = 0;
  const runWorker = async () => {
    while (next < count) {
      if (!(await work(next++))) next = count;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, count) }, runWorker));
}
