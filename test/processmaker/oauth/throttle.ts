import { ApiError } from '../http/errors';

const LIMIT = 60;
const WINDOW_MS = 60_000;

/** Counts the calls to `/oauth/token`: the one limit that ProcessMaker has of its own. */
export class Throttle {
  private windowEnd = 0;
  private calls = 0;

  /** The headers of a call's response; over the limit it is answered with 429. */
  next(now: Date): Record<string, string> {
    if (now.getTime() >= this.windowEnd) {
      this.windowEnd = now.getTime() + WINDOW_MS;
      this.calls = 0;
    }
    this.calls += 1;
    const limit = { 'X-RateLimit-Limit': String(LIMIT) };
    if (this.calls <= LIMIT) return { ...limit, 'X-RateLimit-Remaining': String(LIMIT - this.calls) };
    throw new ApiError(
      429,
      { message: 'Too Many Attempts.' },
      {
        ...limit,
        'X-RateLimit-Remaining': '0',
        'Retry-After': String(Math.ceil((this.windowEnd - now.getTime()) / 1000)),
        'X-RateLimit-Reset': String(Math.ceil(this.windowEnd / 1000)),
      },
    );
  }
}
