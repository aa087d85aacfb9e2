import { FAULTS, type Fault } from './faults';
import { PLAIN, type World } from './model/processmaker';
import { OPERATIONS, type Operation } from './operations';
import type { Plan } from './plan';
import { REPEATS, type Repeat } from './repeats';
import { INTERRUPTIONS, isPossible, LONG_LISTS, worldOf } from './table';

/** Between an attempt and a person's repeat: none, within the window of every operation, and after it. */
const PAUSES = [0, 5000, 90_000];
const [IN_ORDER, TURNED] = [
  [0, 1],
  [1, 0],
];

/** Small histories that differ in one fault alone: where it stands, and which one it is. */
export interface Family {
  /** Without a fault. */
  plan: Plan;
  faults: Fault[];
}

/**
 * Every operation with every repeat, for one item and for two, in each order, with each pause. Without `all`, each fault
 * comes with each repeat for one operation only, which the seed chooses, and of what others do only a quarter.
 */
export function families(seed: number, all: boolean): Family[] {
  return REPEATS.flatMap((repeat, place) => {
    const chosen = FAULTS.filter((fault, number) => all || isChosen(fault, seed + number)).map(
      (fault, number) => {
        const operations = OPERATIONS.filter((operation) => isPossible(operation, repeat, fault));
        return { fault, operations: all ? operations : of(operations, seed + place + number) };
      },
    );
    return OPERATIONS.flatMap((operation) => {
      const faults = chosen.flatMap(({ fault, operations }) =>
        operations.includes(operation) ? [fault] : [],
      );
      return [LONG_LISTS, PLAIN].flatMap((world) => {
        const here = faults.filter((fault) => worldOf(fault) === world);
        return here.length === 0
          ? []
          : plansOf(operation, repeat, world, seed).map((plan) => ({ plan, faults: here }));
      });
    });
  });
}

/** Of what others do, a quarter. */
const isChosen = ({ other }: Fault, number: number): boolean => !other || number % 4 === 0;

const of = <T>(list: T[], number: number): T[] => list.slice(number % list.length).slice(0, 1);

/** The history with its fault at each of the calls that it makes. Of reads, only what the caller sees differs. */
export function withFaults({ plan, faults }: Family, calls: Array<{ isChange: boolean }>): Plan[] {
  const seen = new Set<string>();
  const ofReads = faults.filter(({ sees, listLag, movesRows, other }) => {
    const sight = `${sees} ${listLag} ${movesRows} ${JSON.stringify(other)}`;
    return !seen.has(sight) && seen.add(sight);
  });
  return calls.flatMap(({ isChange }, nth) =>
    (isChange ? faults : ofReads).map((fault) => ({
      ...plan,
      faults: [{ fault, of: 'calls' as const, nth }],
    })),
  );
}

function plansOf(operation: Operation, repeat: Repeat, world: World, seed: number): Plan[] {
  const isByPerson = repeat.givesItems || repeat.interrupts || repeat.name === 'Retry button';
  const pauses = isByPerson || repeat.executions === 2 ? PAUSES : [0];
  const afters = repeat.interrupts ? INTERRUPTIONS.map(({ interruptAfter }) => interruptAfter) : [0];
  const nudges = repeat.stops && !repeat.interrupts ? [false, true] : [false];
  const plans: Plan[] = [];
  for (const size of repeat.takesOne ? [1] : [1, 2]) {
    const sames = size === 2 && operation.isStart && !repeat.tellsByNumber ? [false, true] : [false];
    const orders = size === 2 && repeat.givesItems ? [IN_ORDER, TURNED] : [IN_ORDER];
    for (const nudge of nudges)
      for (const identical of nudge ? [false] : sames)
        for (const order of orders)
          for (const pause of repeat.atOnce ? [0] : pauses)
            for (const interruptAfter of afters)
              plans.push({
                operation: operation.name,
                repeat: repeat.name,
                faults: [],
                // What fails at first is one of the items.
                items: nudge ? size - 1 : size,
                nudge,
                identical,
                order: order ?? [],
                edit: 'none',
                pause,
                interruptAfter,
                onError: repeat.stops ? 'stopWorkflow' : 'continueErrorOutput',
                world,
                seed,
              });
  }
  return plans;
}
