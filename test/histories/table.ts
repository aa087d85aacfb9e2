import { FAULTS, type Fault } from './faults';
import { PLAIN, type World } from './model/processmaker';
import { OPERATIONS, type Operation } from './operations';
import type { Plan } from './plan';
import { REPEATS, type Repeat } from './repeats';

/** A cell of the table: an operation, a repeat and a fault. */
export interface Cell {
  name: string;
  operation: string;
  repeat: string;
  fault: string;
  /** Histories of the cell, the likeliest to have both a fault and a repeat first. */
  plans: Plan[];
}

/**
 * From the fault until n8n crashes or is stopped: while the call is on its way, and while it is looked for. Then until the
 * repeat: once what ProcessMaker carries out soon is there by then, and once it is not.
 */
export const INTERRUPTIONS = [
  { interruptAfter: 30, pause: 5000 },
  { interruptAfter: 500, pause: 0 },
];

/** Tools get no files, others can do only what there is to do, and only starts are looked for in long lists. */
export const isPossible = (operation: Operation, repeat: Repeat, { other, movesRows }: Fault): boolean =>
  !(repeat.isTool && operation.binaries) &&
  (!other || operation.others.includes(other.act)) &&
  (!movesRows || operation.isStart === true);

/** Every operation with every repeat and every fault. */
export function cells(seed: number): Cell[] {
  return OPERATIONS.flatMap((operation) =>
    REPEATS.flatMap((repeat) =>
      FAULTS.filter((fault) => isPossible(operation, repeat, fault)).map((fault): Cell => ({
        name: `${operation.name} × ${repeat.name} × ${fault.name}`,
        operation: operation.name,
        repeat: repeat.name,
        fault: fault.name,
        plans: plansOf(operation, repeat, fault, seed),
      })),
    ),
  );
}

/** In which lists have more than one page. */
export const LONG_LISTS: World = { ...PLAIN, copies: 'pageOfChildren' };

/** Where a fault can do harm. */
export const worldOf = ({ movesRows }: Fault): World => (movesRows ? LONG_LISTS : PLAIN);

function plansOf(operation: Operation, repeat: Repeat, fault: Fault, seed: number): Plan[] {
  const base = {
    operation: operation.name,
    repeat: repeat.name,
    identical: false,
    order: [1, 0],
    edit: 'none',
    world: worldOf(fault),
    seed,
    onError: repeat.stops ? 'stopWorkflow' : 'continueErrorOutput',
  } as const;
  const at = (nth: number) => [{ fault, of: 'changes' as const, nth }];
  if (repeat.takesOne) {
    // Where the node gets over the fault, it is repeated since its thing was not there at first.
    return [
      { ...base, order: [0], faults: at(0), items: 1, nudge: false, pause: 0, interruptAfter: 0 },
      { ...base, order: [0], faults: at(0), items: 0, nudge: true, pause: 0, interruptAfter: 0 },
      { ...base, order: [0], faults: at(1), items: 0, nudge: true, pause: 0, interruptAfter: 0 },
    ];
  }
  const nudge = repeat.stops === true && !repeat.interrupts;
  const all = repeat.interrupts ? INTERRUPTIONS : [{ interruptAfter: 0, pause: 5000 }];
  return all.map((times) => ({
    ...base,
    order: [...base.order],
    faults: at(0),
    items: 2,
    nudge,
    ...times,
  }));
}
