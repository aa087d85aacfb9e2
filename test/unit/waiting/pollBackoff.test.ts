import { PollBackoff } from '../../../nodes/ProcessMaker/waiting/requestPoller';

const NEVER = Infinity;
const busy = (afterSeconds?: number) => ({ retry: { afterSeconds } });

it('makes the pauses between polls grow up to 15 seconds', () => {
  const backoff = new PollBackoff();
  const pauses = Array.from({ length: 10 }, () => backoff.pauseAfterPoll(0, NEVER));
  expect(pauses.slice(0, 3)).toEqual([1000, 1500, 2250]);
  expect(pauses.at(-1)).toBe(15_000);
});

it('pauses at least a second between polls, however near the deadline is', () => {
  for (let left = -5000; left <= 30_000; left += 7) {
    expect(new PollBackoff().pauseAfterPoll(0, left)).toBeGreaterThanOrEqual(1000);
  }
});

it('makes the last poll at the deadline, and none just before', () => {
  const backoff = new PollBackoff();
  backoff.pauseAfterPoll(0, NEVER);
  const pause = backoff.pauseAfterPoll(0, 2300);
  expect(pause).toBeGreaterThanOrEqual(2300);
  expect(pause).toBeLessThan(2400);
});

it('delays the first poll of a wait that begins just after another poll', () => {
  const backoff = new PollBackoff();
  expect(backoff.pauseBeforeFirst(5000)).toBe(0);
  backoff.polled(5000);
  expect(backoff.pauseBeforeFirst(5400)).toBe(600);
  expect(backoff.pauseBeforeFirst(9000)).toBe(0);
});

it('does not poll before the time that the server asks for', () => {
  const backoff = new PollBackoff();
  backoff.heed(busy(40), 0);
  backoff.heed(busy(), 100);
  backoff.heed(busy(20), 200);
  expect(backoff.pauseAfterPoll(200, NEVER)).toBe(39_800);
  expect(backoff.mustWait(39_999)).toBe(true);
  expect(backoff.mustWait(40_000)).toBe(false);
});

it('wakes at a deadline before the time that the server asks for, but does not poll', () => {
  const backoff = new PollBackoff();
  backoff.heed(busy(40), 0);
  const pause = backoff.pauseAfterPoll(0, 5000);
  expect(pause).toBeGreaterThanOrEqual(5000);
  expect(pause).toBeLessThan(5100);
  expect(backoff.mustWait(pause)).toBe(true);
});
