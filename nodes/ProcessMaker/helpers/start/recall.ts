import { pauseFor, type Connection } from '../../transport/connection';
import type { ItemFailure } from '../itemFailure';
import { findByIds } from '../requests';
import type { ApiRequest } from '../simplify';
import type { StartItem } from './item';
import {
  digestOf,
  parseItemKey,
  parseUserKey,
  roundPrefix,
  runPrefix,
  userKey,
  userKeyPrefix,
  userKeyPrefixOf,
} from './keys';
import { findByKeys, type FoundRequest, type KeySearch } from './lookup';
import { matchStarts, type EarlierStart } from './matching';
import type { StartMemory } from './memory';
import {
  disputedFailure,
  existsFailure,
  goneFailure,
  lookupFailure,
  MAY_BE_FROM_BEFORE_CRASH,
  stillUnknown,
} from './recallFailures';
import type { StartTarget } from './target';

const PAUSE_MS = 3000;
/** The place of a start of another round: it is none of this round. */
const NO_PLACE = -1;

/** An item whose process and start event are known. */
export interface Entry {
  index: number;
  item: StartItem;
  target: StartTarget;
}

/** What is known of an item before anything is sent. An item of which nothing is known is to be started. */
export type Recalled =
  | { found: ApiRequest; alreadyStarted: boolean; isOwn: boolean }
  | { failure: ItemFailure }
  /** Start it under this user's key. */
  | { startAs: string }
  /** Another item of this run has the same user's key; it starts once, and answers for both. */
  | { sameAs: number };

/**
 * Finds out what was started before: on a repeat everything that this round has sent, and Requests under the users'
 * own keys in any case. An ordinary first run without such keys costs no call.
 */
export class StartRecall {
  private readonly recalled = new Map<number, Recalled>();

  /** Items in whose place an earlier try has sent other data, with its Request. */
  private disputed = new Map<number, ApiRequest>();

  private readonly prefix: string;

  private readonly began = Date.now();

  constructor(
    private readonly connection: Connection,
    private readonly memory: StartMemory,
    private readonly entries: Entry[],
  ) {
    this.prefix = roundPrefix(memory.run, memory.round);
  }

  async recall(): Promise<Map<number, Recalled>> {
    const withUserKey = this.entries.filter(({ item }) => item.options.idempotencyKey !== undefined);
    const others = this.memory.isRepeat
      ? this.entries.filter(({ item }) => item.options.idempotencyKey === undefined)
      : [];
    const canFind = this.memory.crashedBefore === undefined || this.memory.outlivesCrash;
    const withHiddenKey = others.filter(({ item }) => item.options.hiddenKey && canFind);
    const leaders = this.leadersOf(withUserKey);
    await this.recallByIds(others.filter(({ item }) => !item.options.hiddenKey || !canFind));

    for (;;) {
      await this.recallByUserKeys(leaders);
      await this.recallByHiddenKeys(withHiddenKey);
      // After a crash a start may still be waiting for the server: look again until none can be any more.
      const open = [...leaders, ...withHiddenKey].filter((entry) => this.isOpen(entry));
      if (open.length === 0 || Date.now() >= this.lookUntil(open)) break;
      if (!(await pauseFor(this.connection, PAUSE_MS))) break;
    }
    for (const entry of this.undecided(withHiddenKey)) {
      const request = this.disputed.get(entry.index);
      if (request) this.recalled.set(entry.index, { failure: disputedFailure(request) });
      else this.decideByMark(entry);
    }
    return this.recalled;
  }

  private undecided(entries: Entry[]): Entry[] {
    return entries.filter(({ index }) => !this.recalled.has(index));
  }

  /** Nothing was found of it yet. */
  private isOpen({ index }: Entry): boolean {
    const recalled = this.recalled.get(index);
    return recalled === undefined || 'startAs' in recalled;
  }

  /** Until when it can be that a start of an earlier try still waits for the server. */
  private lookUntil(open: Entry[]): number {
    let last = 0;
    for (const entry of open) {
      const began = this.mayBeSentAgain(entry) ? this.began : this.memory.crashedBefore;
      if (began !== undefined) last = Math.max(last, began + 1000 * entry.item.options.windowSeconds);
    }
    return last;
  }

  /** An earlier try has sent it, with an outcome that is not known. */
  private mayBeSentAgain({ index, item }: Entry): boolean {
    return item.options.startAgainWhenNotFound && typeof this.memory.earlierMark(index) === 'string';
  }

  private includesData(entries: Entry[]): boolean {
    return entries.some(({ item }) => item.options.includeData);
  }

  /** The first item of each user's key and process; the others follow it. */
  private leadersOf(entries: Entry[]): Entry[] {
    const leaders = new Map<string, Entry>();
    for (const entry of entries) {
      const scope = `${entry.target.processId} ${entry.item.options.idempotencyKey}`;
      const leader = leaders.get(scope);
      if (leader) this.recalled.set(entry.index, { sameAs: leader.index });
      else leaders.set(scope, entry);
    }
    return [...leaders.values()];
  }

  private async recallByHiddenKeys(entries: Entry[]): Promise<void> {
    if (entries.length === 0) return;
    // After a crash an item can come back in another round than it was in.
    const isAfterCrash = this.memory.crashedBefore !== undefined;
    const prefix = isAfterCrash ? runPrefix(this.memory.run) : this.prefix;
    const found = await this.find({ prefixes: [prefix] }, entries);
    if (!found) return;
    const digests: Array<string | undefined> = [];
    for (const { index, item, target } of entries) {
      digests[index] = digestOf(target, JSON.stringify(item.data));
    }
    const { matched, disputed } = matchStarts(digests, [
      ...this.startsOfThisRound(found),
      ...this.startsOfOtherRounds(found),
    ]);
    for (const [index, request] of matched)
      this.recalled.set(index, { found: request, alreadyStarted: false, isOwn: true });
    this.disputed = disputed;
  }

  private startsOfThisRound(found: FoundRequest[]): Array<EarlierStart<ApiRequest>> {
    return found.flatMap(({ key, request }) => {
      const parts = parseItemKey(key, this.prefix);
      return parts ? [{ ...parts, request }] : [];
    });
  }

  private startsOfOtherRounds(found: FoundRequest[]): Array<EarlierStart<ApiRequest>> {
    const answered = this.memory.answeredBefore();
    return found.flatMap(({ key, request }) => {
      if (key.startsWith(this.prefix) || answered.has(request.id)) return [];
      return [{ itemIndex: NO_PLACE, digest: key.slice(key.lastIndexOf('.') + 1), request }];
    });
  }

  private async recallByUserKeys(leaders: Entry[]): Promise<void> {
    const open = leaders.filter((entry) => this.isOpen(entry));
    const byProcess = new Map<number, Entry[]>();
    for (const entry of open) {
      const { processId } = entry.target;
      const entries = byProcess.get(processId);
      if (entries) entries.push(entry);
      else byProcess.set(processId, [entry]);
    }
    for (const [processId, entries] of byProcess) {
      const prefixes = entries.map(({ item }) => userKeyPrefix(item.options.idempotencyKey ?? ''));
      const found = await this.find({ prefixes, processId }, entries);
      if (!found) continue;
      const byPrefix = new Map<string, FoundRequest[]>();
      for (const one of found) {
        const prefix = userKeyPrefixOf(one.key);
        byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), one]);
      }
      for (const entry of entries) {
        const prefix = userKeyPrefix(entry.item.options.idempotencyKey ?? '');
        this.decideByUserKey(entry, prefix, byPrefix.get(prefix) ?? []);
      }
    }
  }

  private decideByUserKey(entry: Entry, prefix: string, found: FoundRequest[]): void {
    const { index, item } = entry;
    const { run, round } = this.memory;
    const { idempotencyKey = '', onExisting } = item.options;
    const generations = found.flatMap(({ key, request }) => {
      const parts = parseUserKey(key, prefix);
      return parts ? [{ ...parts, key, request }] : [];
    });
    const last = Math.max(-1, ...generations.map(({ generation }) => generation));
    const newest = generations.find(({ generation }) => generation === last);
    if (!newest) {
      this.recalled.set(index, { startAs: userKey(prefix, 0, run, round) });
      this.decideByMark(entry);
      return;
    }
    const { request } = newest;
    const isOwn = newest.run === run && newest.round === round;
    const hasEndedBadly = request.status === 'ERROR' || request.status === 'CANCELED';
    // What this very round has started is answered from its Request, like everything else on a repeat.
    if (onExisting === 'startAgain' && hasEndedBadly && !isOwn) {
      this.recalled.set(index, { startAs: userKey(prefix, last + 1, run, round) });
      // An earlier try may have sent the next generation already.
      const mark = this.memory.earlierMark(index);
      if (typeof mark === 'string' && !generations.some(({ key }) => key === mark)) this.decideByMark(entry);
    } else if (onExisting === 'raise' && !isOwn) {
      this.recalled.set(index, { failure: existsFailure(request, idempotencyKey) });
    } else {
      this.recalled.set(index, { found: request, alreadyStarted: true, isOwn });
    }
  }

  /** @returns undefined when the look-up did not succeed; then none of the items may be sent */
  private async find(search: KeySearch, entries: Entry[]): Promise<FoundRequest[] | undefined> {
    const result = await findByKeys(this.connection, search, this.includesData(entries));
    if (result.ok) return result.value;
    for (const entry of entries) {
      // What an earlier look-up has found stays found.
      if (this.isOpen(entry)) {
        this.recalled.set(entry.index, { failure: lookupFailure(result.failure, this.memory.isRepeat) });
      }
    }
    return undefined;
  }

  /** Without keys, only the marks tell what was started. */
  private async recallByIds(entries: Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const requests = await findByIds(this.connection, this.memory.startedIds(), this.includesData(entries));
    for (const entry of entries) {
      const mark = this.memory.earlierMark(entry.index);
      const request = requests.ok && typeof mark === 'number' ? requests.value.get(mark) : undefined;
      if (request) this.recalled.set(entry.index, { found: request, alreadyStarted: false, isOwn: true });
      else if (mark === undefined && this.memory.crashedBefore !== undefined) {
        this.recalled.set(entry.index, { failure: MAY_BE_FROM_BEFORE_CRASH });
      } else if (requests.ok || mark === undefined) this.decideByMark(entry);
      else this.recalled.set(entry.index, { failure: lookupFailure(requests.failure, true) });
    }
  }

  /** What to make of an item that was not found. */
  private decideByMark({ index, item }: Entry): void {
    const mark = this.memory.earlierMark(index);
    if (typeof mark === 'number') this.recalled.set(index, { failure: goneFailure(mark) });
    // Without a key it could not be looked for, so that it is never started again.
    else if (typeof mark === 'string' && (mark === '' || !item.options.startAgainWhenNotFound)) {
      this.recalled.set(index, { failure: stillUnknown(mark) });
    }
  }
}
