import type { FoundRequest } from '../../../api/requests/findByKeys';
import type { AttemptRecord } from '../../../execution/attemptRecord';
import { parseUserKey, userKey, userKeyPrefix, userKeyPrefixOf } from './keys';
import type { KnownStarts } from './knownStarts';
import type { TargetedStart } from './readStart';
import { alreadyExists } from './startErrors';

/** Finds the Requests with the users' own keys, which this or any earlier execution may have started. */
export class UserKeyRecall {
  /** The first item of each key and process; the others are its duplicates. */
  readonly primaries: TargetedStart[];

  constructor(
    private readonly known: KnownStarts,
    private readonly record: AttemptRecord,
    starts: TargetedStart[],
  ) {
    const primaries = new Map<string, TargetedStart>();
    for (const start of starts) {
      const scope = `${start.target.processId} ${start.options.idempotencyKey}`;
      const primary = primaries.get(scope);
      if (primary) known.set(start.index, { sameAs: primary.index });
      else primaries.set(scope, start);
    }
    this.primaries = [...primaries.values()];
  }

  /** Looks once for everything of which nothing was found yet: few calls for each process. */
  async look(): Promise<void> {
    const byProcess = new Map<number, TargetedStart[]>();
    for (const start of this.primaries) {
      if (this.known.isOpen(start)) addTo(byProcess, start.target.processId, start);
    }
    for (const [processId, starts] of byProcess) {
      const found = await this.known.find({ prefixes: starts.map(prefixOf), processId }, starts);
      if (!found) continue;
      const byPrefix = new Map<string, FoundRequest[]>();
      for (const one of found) addTo(byPrefix, userKeyPrefixOf(one.key), one);
      for (const start of starts) this.decide(start, byPrefix.get(prefixOf(start)) ?? []);
    }
  }

  private decide(start: TargetedStart, found: FoundRequest[]): void {
    const { index, options } = start;
    const { run, round } = this.record;
    const { idempotencyKey = '', onExisting } = options;
    const prefix = prefixOf(start);
    const generations = found.flatMap(({ key, request }) => {
      const parts = parseUserKey(key, prefix);
      return parts ? [{ ...parts, key, request }] : [];
    });
    const last = Math.max(-1, ...generations.map(({ generation }) => generation));
    const newest = generations.find(({ generation }) => generation === last);
    if (!newest) {
      this.known.set(index, { startAs: userKey(prefix, 0, run, round) });
      this.known.decideByMark(start);
      return;
    }
    const { request } = newest;
    const isOwn = newest.run === run && newest.round === round;
    const hasEndedBadly = request.status === 'ERROR' || request.status === 'CANCELED';
    // What this very round has started is answered from its Request, like everything else on a repeat.
    if (onExisting === 'startAgain' && hasEndedBadly && !isOwn) {
      this.known.set(index, { startAs: userKey(prefix, last + 1, run, round) });
      // An earlier attempt may have sent the next generation already.
      const mark = this.record.earlierMark(index);
      if (typeof mark === 'string' && !generations.some(({ key }) => key === mark)) {
        this.known.decideByMark(start);
      }
    } else if (onExisting === 'error' && !isOwn) {
      this.known.set(index, { error: alreadyExists(request, idempotencyKey) });
    } else {
      this.known.set(index, { found: request, alreadyStarted: true, isOwn });
    }
  }
}

function prefixOf({ options }: TargetedStart): string {
  return userKeyPrefix(options.idempotencyKey ?? '');
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
