import type { Entry } from './item';
import { parseUserKey, userKey, userKeyPrefix, userKeyPrefixOf } from './keys';
import type { FoundRequest } from './lookup';
import type { StartMemory } from '../../../execution/attemptRecord';
import { existsFailure } from './recallFailures';
import type { RecalledStarts } from './recalled';

/** Finds the Requests with the users' own keys, which this or any earlier execution may have started. */
export class UserKeyRecall {
  /** The first item of each key and process; the others follow it. */
  readonly leaders: Entry[];

  constructor(
    private readonly recalled: RecalledStarts,
    private readonly memory: StartMemory,
    entries: Entry[],
  ) {
    const leaders = new Map<string, Entry>();
    for (const entry of entries) {
      const scope = `${entry.target.processId} ${entry.options.idempotencyKey}`;
      const leader = leaders.get(scope);
      if (leader) recalled.set(entry.index, { sameAs: leader.index });
      else leaders.set(scope, entry);
    }
    this.leaders = [...leaders.values()];
  }

  /** Looks once for everything of which nothing was found yet: few calls for each process. */
  async look(): Promise<void> {
    const byProcess = new Map<number, Entry[]>();
    for (const entry of this.leaders) {
      if (this.recalled.isOpen(entry)) addTo(byProcess, entry.target.processId, entry);
    }
    for (const [processId, entries] of byProcess) {
      const found = await this.recalled.find({ prefixes: entries.map(prefixOf), processId }, entries);
      if (!found) continue;
      const byPrefix = new Map<string, FoundRequest[]>();
      for (const one of found) addTo(byPrefix, userKeyPrefixOf(one.key), one);
      for (const entry of entries) this.decide(entry, byPrefix.get(prefixOf(entry)) ?? []);
    }
  }

  private decide(entry: Entry, found: FoundRequest[]): void {
    const { index, options } = entry;
    const { run, round } = this.memory;
    const { idempotencyKey = '', onExisting } = options;
    const prefix = prefixOf(entry);
    const generations = found.flatMap(({ key, request }) => {
      const parts = parseUserKey(key, prefix);
      return parts ? [{ ...parts, key, request }] : [];
    });
    const last = Math.max(-1, ...generations.map(({ generation }) => generation));
    const newest = generations.find(({ generation }) => generation === last);
    if (!newest) {
      this.recalled.set(index, { startAs: userKey(prefix, 0, run, round) });
      this.recalled.decideByMark(entry);
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
      if (typeof mark === 'string' && !generations.some(({ key }) => key === mark)) {
        this.recalled.decideByMark(entry);
      }
    } else if (onExisting === 'raise' && !isOwn) {
      this.recalled.set(index, { failure: existsFailure(request, idempotencyKey) });
    } else {
      this.recalled.set(index, { found: request, alreadyStarted: true, isOwn });
    }
  }
}

function prefixOf({ options }: Entry): string {
  return userKeyPrefix(options.idempotencyKey ?? '');
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
