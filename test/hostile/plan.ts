import { FAULTS } from './faults';
import type { Fault } from './faults/fault';
import { Random } from './random';
import { SUBJECTS } from './subjects';
import type { Subject } from './subjects/subject';

/** Sets the choices of a case apart from those of its round. */
const CHOICES = 7919;

/** What one case does. */
export interface HostileCase {
  number: number;
  subject: Subject;
  fault: Fault;
  random: Random;
}

/** Each fault as often as its weight says. */
const SLOTS = FAULTS.flatMap((fault) => Array<Fault>(fault.weight).fill(fault));

/** The cases of a seed. What a case does is the same whichever others are played. */
export class Plan {
  private round: { number: number; slots: Fault[] } = { number: -1, slots: [] };

  constructor(private readonly seed: number) {}

  /** A fault comes once in a while, each time to another subject, so that all of them meet each other. */
  caseOf(number: number): HostileCase {
    const round = Math.floor(number / SLOTS.length);
    if (this.round.number !== round) {
      this.round = { number: round, slots: new Random(this.seed, round).shuffle(SLOTS) };
    }
    const { slots } = this.round;
    const place = number % SLOTS.length;
    const fault = slots[place] as Fault;
    const earlier = slots.slice(0, place).filter((one) => one === fault).length;
    const fitting = SUBJECTS.filter((subject) => fault.fits?.(subject) ?? true);
    const names = [...new Set(fitting.map(({ name }) => name))];
    const order = new Random(this.seed, FAULTS.indexOf(fault)).shuffle(names);
    const name = order[(round * fault.weight + earlier) % order.length];
    const random = new Random(this.seed, CHOICES, number);
    // Of one operation there may be several, with different parameters.
    const subject = random.pick(fitting.filter((one) => one.name === name));
    return { number, subject, fault, random };
  }
}
