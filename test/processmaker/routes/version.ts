/** The version of ProcessMaker that the stand-in follows. */
export const NEWEST_VERSION = '4.15.5';

const numbers = (version: string): number[] => version.split('.').map(Number);

/** Whether a server of that version has what came with another one. */
export function reaches(version: string, since: string): boolean {
  const have = numbers(version);
  const need = numbers(since);
  for (const [index, part] of need.entries()) {
    const difference = (have[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
