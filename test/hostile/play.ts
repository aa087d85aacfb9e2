import { TICKS_A_SECOND, untilTicks, withoutHurry } from './fast-time';
import { withLogs } from './logs';
import type { Lane } from './lane';
import type { HostileCase } from './plan';
import { secretsIn } from './secrets';
import type { Random } from './random';
import type { Deed, Subject, Told } from './subjects/subject';

/** What came of a case: in each list, what must not be. */
export interface Verdict {
  number: number;
  operation: string;
  fault: string;
  /** Whether a call has met the fault. */
  isHit: boolean;
  endless: string[];
  leaks: string[];
  falseStarts: string[];
  secretsShown: string[];
  others: string[];
}

/** An hour of the node's time: longer than all repeats of a call take together. */
const MOST_TICKS = 120 * TICKS_A_SECOND;
const TICKS_TO_GIVE_UP = 10 * TICKS_A_SECOND;

/** Plays a case: makes what it needs on a healthy server, lets it meet its fault, and judges. */
export async function play(lane: Lane, { number, subject, fault, random }: HostileCase): Promise<Verdict> {
  const lines: string[] = [];
  lane.reset(fault);
  const deed = await withoutHurry(async () => await prepared(lane, subject, random));
  lane.makeHostile(subject, fault, random);
  const told = await withLogs(lines, async () => await withinBounds(lane, deed));
  const leaks = await lane.leaks();
  const isLie = fault.isLie === true && subject.looksUp;
  const shown = [...secretsIn(told.text, lane.secrets), ...secretsIn(lines.join('\n'), lane.secrets)];
  return {
    number,
    operation: subject.name,
    fault: fault.name,
    isHit: lane.hits > 0,
    endless: lane.endless === undefined ? [] : [lane.endless],
    leaks,
    falseStarts: isLie ? [] : told.falseStarts,
    secretsShown: [...new Set(shown)].map((secret) => `"${secret.slice(0, 8)}…" is shown: ${excerpt(told)}`),
    others: [...told.others, ...pollution()],
  };
}

const ATTEMPTS = 3;

/** On a machine that is too busy, some of what is needed may come too late. */
async function prepared(lane: Lane, subject: Subject, random: Random): Promise<Deed> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await subject.prepare(lane, random);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

const NOTHING: Told = { text: '', messages: [], falseStarts: [], others: [] };

/** Ends what does not end within its time: first as a person does, by canceling it, then by cutting its connections. */
async function withinBounds(lane: Lane, deed: Deed): Promise<Told> {
  const canceled = new AbortController();
  let told: Told | undefined;
  const ended = deed(canceled.signal).then((all) => void (told = all));
  const { cancelAfterTicks } = lane.fault ?? {};
  let sinceHit = 0;
  for (let ticks = 0; told === undefined && ticks < MOST_TICKS; ticks++) {
    await Promise.race([ended, untilTicks(1)]);
    if (lane.hits > 0) sinceHit++;
    if (sinceHit === cancelAfterTicks) canceled.abort();
  }
  if (told !== undefined) return told;
  lane.endless ??= 'it has not ended in an hour of its time';
  canceled.abort();
  lane.giveUp();
  await Promise.race([ended, untilTicks(TICKS_TO_GIVE_UP)]);
  return told ?? NOTHING;
}

const excerpt = ({ messages }: Told) => (messages[0] ?? 'in no message').slice(0, 300);

/** Whether all objects have got what a server has sent. */
function pollution(): string[] {
  if (!('polluted' in {})) return [];
  delete (Object.prototype as Record<string, unknown>).polluted;
  return ['a key of the response has become a property of all objects'];
}
