import fc from 'fast-check';
import { FAULTS, type Fault } from './faults';

/** Starts after which every fault has come as often as it should. */
const BLOCK_SIZE = 200;
/** Somewhat above what is asked for, since look-ups thin them out: 5 % each after the commit, 4 % before. */
const EACH_AFTER_COMMIT = 10;
const EACH_BEFORE_COMMIT = 8;
const EACH_RARE = 2;
/** Of the look-ups, one in five. */
const FAULTY_LOOK_UP_EVERY = 5;
/** Keeps the seeds of repeats and first starts apart. */
const REPEATS = 1_000_000;

type PlannedFault = Fault | undefined;

/** Plans faults by a seed: to the first start of an item by its number, to repeats and look-ups as they come. */
export class FaultSchedule {
  private readonly blocks = new Map<number, PlannedFault[]>();

  private readonly lookUps: PlannedFault[];

  private repeats = 0;

  private lookedUp = 0;

  constructor(private readonly seed: number) {
    const readable = FAULTS.filter(({ commits }) => !commits);
    const clear = Array<PlannedFault>(readable.length * (FAULTY_LOOK_UP_EVERY - 1)).fill(undefined);
    this.lookUps = shuffle([...readable, ...clear], seed);
  }

  forFirstStart(item: number): PlannedFault {
    return this.plan(0, item);
  }

  forRepeat(): PlannedFault {
    return this.plan(REPEATS, this.repeats++);
  }

  forLookUp(): PlannedFault {
    return this.lookUps[this.lookedUp++ % this.lookUps.length];
  }

  private plan(from: number, position: number): PlannedFault {
    const seed = this.seed + from + Math.floor(position / BLOCK_SIZE);
    let block = this.blocks.get(seed);
    if (!block) {
      block = shuffle(faultsOfStarts(), seed);
      this.blocks.set(seed, block);
    }
    return block[position % BLOCK_SIZE];
  }
}

function faultsOfStarts(): PlannedFault[] {
  const faulty = FAULTS.flatMap((fault) => Array<PlannedFault>(timesOf(fault)).fill(fault));
  return [...faulty, ...Array<PlannedFault>(BLOCK_SIZE - faulty.length).fill(undefined)];
}

function timesOf({ commits, isRare }: Fault): number {
  if (isRare) return EACH_RARE;
  return commits ? EACH_AFTER_COMMIT : EACH_BEFORE_COMMIT;
}

function shuffle(planned: PlannedFault[], seed: number): PlannedFault[] {
  const order = fc.shuffledSubarray([...planned.keys()], { minLength: planned.length });
  const [shuffled = []] = fc.sample(order, { seed, numRuns: 1 });
  return shuffled.map((position) => planned[position]);
}
