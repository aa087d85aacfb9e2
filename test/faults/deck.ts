import fc from 'fast-check';
import { FAULTS, type Fault } from './faults';

const CARDS = 200;
/** Somewhat above what is asked for, since look-ups thin them out: 5 % each after the commit, 3.5 % before. */
const CARDS_AFTER_COMMIT = 10;
const CARDS_BEFORE_COMMIT = 7;
/** Of the look-ups, one in five. */
const LOOKUP_CARDS = 5;
/** Keeps the seeds of repeats and first starts apart. */
const REPEATS = 1_000_000;

type Card = Fault | undefined;

/** Deals faults by a seed: to the first start of an item by its number, to repeats and look-ups as they come. */
export class Deck {
  private readonly decks = new Map<number, Card[]>();

  private readonly lookUps: Card[];

  private repeats = 0;

  private lookedUp = 0;

  constructor(private readonly seed: number) {
    const readable = FAULTS.filter(({ commits }) => !commits);
    const clear = Array<Card>(readable.length * (LOOKUP_CARDS - 1)).fill(undefined);
    this.lookUps = shuffle([...readable, ...clear], seed);
  }

  forFirstStart(item: number): Card {
    return this.deal(0, item);
  }

  forRepeat(): Card {
    return this.deal(REPEATS, this.repeats++);
  }

  forLookUp(): Card {
    return this.lookUps[this.lookedUp++ % this.lookUps.length];
  }

  private deal(from: number, position: number): Card {
    const seed = this.seed + from + Math.floor(position / CARDS);
    let deck = this.decks.get(seed);
    if (!deck) {
      deck = shuffle(startCards(), seed);
      this.decks.set(seed, deck);
    }
    return deck[position % CARDS];
  }
}

function startCards(): Card[] {
  const faulty = FAULTS.flatMap((fault) =>
    Array<Card>(fault.commits ? CARDS_AFTER_COMMIT : CARDS_BEFORE_COMMIT).fill(fault),
  );
  return [...faulty, ...Array<Card>(CARDS - faulty.length).fill(undefined)];
}

function shuffle(cards: Card[], seed: number): Card[] {
  const order = fc.shuffledSubarray([...cards.keys()], { minLength: cards.length });
  const [shuffled = []] = fc.sample(order, { seed, numRuns: 1 });
  return shuffled.map((position) => cards[position]);
}
