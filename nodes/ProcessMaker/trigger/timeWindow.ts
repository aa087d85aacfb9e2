/**
 * A stretch of time whose rows are read at once: from a second on, of which the ids up to `after` are left out, to the
 * end of another second; to the end of what there is where `to` is missing.
 */
export interface Slice {
  from: number;
  after: number;
  to?: number;
}

/** The half of a slice that is to be read first, when it holds too much. A single second cannot be halved. */
export function firstHalf({ from, after, to }: Slice, now: number): Slice {
  const end = to ?? Math.max(now, from);
  return { from, after, to: from + Math.floor((end - from) / 2) };
}

/** Whether a slice holds one second, or part of it. */
export function isOneSecond({ from, to }: Slice): boolean {
  return from === to;
}

/**
 * What comes behind a slice: at first twice as long a one, and the rest once that reaches the present.
 *
 * @param end where reading has to end, when not at the end of what there is
 */
export function nextSlice({ from, to = from }: Slice, now: number, end: number | undefined): Slice {
  const start = to + 1;
  const until = start + 2 * (to - from) + 1;
  return { from: start, after: 0, ...(until < now ? { to: until } : end !== undefined && { to: end }) };
}

/** Where reading begins. Part of a second is read to its end first. */
export function firstSlice(from: number, after: number, end: number | undefined): Slice {
  if (after > 0) return { from, after, to: from };
  return { from, after, ...(end !== undefined && { to: end }) };
}
