import type { Connection } from '../../../transport/connection';
import type { Failure } from '../../../transport/failure';
import type { ItemFailure } from '../../../execution/failedItem';
import type { Entry } from './item';
import { lookForUnknown, type UnknownStart } from './lookForUnknown';
import type { Settling } from './settling';

/** ProcessMaker is done with a call to which it has answered itself; its row is there soon, or never. */
const WINDOW_AFTER_OWN_ANSWER_MS = 1000;
const MAX_TRIES_AFTER_OWN_ANSWER = 2;
const MAX_TRIES = 5;

/** The starts of a run of which it is not known whether ProcessMaker carried them out. */
export class UnknownStarts {
  private starts: UnknownStart[] = [];

  /** How often each item was sent in vain: with a 500 of ProcessMaker's own, and without an answer of its own. */
  private readonly tries = { answered: new Map<number, number>(), unanswered: new Map<number, number>() };

  /** Items that were sent, were not found, and are to be sent again. */
  private readonly lost = new Map<number, UnknownStart>();

  constructor(
    private readonly connection: Connection,
    private readonly settling: Settling,
  ) {}

  get isEmpty(): boolean {
    return this.starts.length === 0;
  }

  add(entry: Entry, key: string, failure: ItemFailure): void {
    const windowMs = hasAnswered(failure) ? WINDOW_AFTER_OWN_ANSWER_MS : entry.options.windowSeconds * 1000;
    this.starts.push({ entry, key, failure, until: Date.now() + windowMs });
  }

  /**
   * Looks for all of them, and settles what can be known.
   *
   * @returns the items that are to be started again
   */
  async resolve(): Promise<Entry[]> {
    if (this.isEmpty) return [];
    const { found, missing, open } = await lookForUnknown(this.connection, this.starts);
    this.starts = [];
    const again: Entry[] = [];
    for (const { start, request } of found) this.settling.sent(start.entry, { request }, start.key);
    for (const start of missing) {
      const { entry, key, failure } = start;
      if (this.mayStartAgain(start)) {
        this.lost.set(entry.index, start);
        again.push(entry);
      } else this.settling.sent(entry, { failure: notFound(failure) }, key);
    }
    for (const { entry, key, failure } of open) this.settling.sent(entry, { failure }, key);
    return again;
  }

  /** An item is not sent again after all. */
  giveUp({ index }: Entry): void {
    const start = this.lost.get(index);
    if (start) this.settling.sent(start.entry, { failure: start.failure }, start.key);
  }

  private mayStartAgain({ entry: { index, options }, failure }: UnknownStart): boolean {
    if (!options.startAgainWhenNotFound || this.connection.canceled?.aborted) return false;
    const [tries, maxTries] = hasAnswered(failure)
      ? [this.tries.answered, MAX_TRIES_AFTER_OWN_ANSWER]
      : [this.tries.unanswered, MAX_TRIES];
    const made = (tries.get(index) ?? 0) + 1;
    tries.set(index, made);
    return made < maxTries;
  }
}

/** ProcessMaker itself has answered, with a 500 of its own: it is not at work on the call any more. */
function hasAnswered({ kind }: Failure): boolean {
  return kind === 'serverError';
}

function notFound(failure: ItemFailure): ItemFailure {
  if (!hasAnswered(failure)) {
    return {
      ...failure,
      description: `${failure.description} No Request was found by the end of the 'Recovery Window'.`,
    };
  }
  return {
    ...failure,
    description:
      "No Request was started. Often the id in 'Start Event' is that of another element, such as a task.",
    outcome: 'notStarted',
    delivery: 'notProcessed',
  };
}
