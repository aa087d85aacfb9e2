import type { FoundRequest } from '../api/requests/hiddenKey';
import { type ApiRequest, starterOf } from '../api/requests/requests';
import { runConcurrently, Throttle } from '../execution/concurrency';
import type { ItemRun } from '../execution/itemOperation';
import type { OutputItem } from '../execution/itemResults';
import { addTo, messageOf } from '../guards';
import { pauseFor } from '../transport/connection';
import { generationPrefixOf, inProcess } from './keys';
import { findStarts, includesData } from './knownStarts';
import type { TargetedStart } from './readStart';
import { asExisting, besides, type OtherRequests, ownerOnly, SAME_KEY_HINT, sortByKey } from './sameKey';
import { primaryOf } from './userKeys';

/** By then, what another execution has started at the same time can be seen, unless it waits in a queue. */
const LOOK_AFTER_MS = 2000;
const IN_PARALLEL = 5;

interface OwnStart {
  start: TargetedStart;
  key: string;
  id: number;
  userId: number | undefined;
}

/** What others have started under the same keys at the same time. A second look only narrows that gap. */
export class Duplicates {
  private readonly own = new Map<number, OwnStart>();

  /** @param isWaitedFor whether each item keeps its own @param answerWith gives an item that of another execution */
  constructor(
    private readonly run: ItemRun,
    private readonly isWaitedFor: boolean,
    private readonly answerWith: (start: TargetedStart, request: ApiRequest) => Promise<OutputItem[]>,
  ) {}

  /** To be called with each Request that this iteration has started under a user's key. */
  add(start: TargetedStart, key: string, request: ApiRequest): void {
    this.own.set(start.index, { start, key, id: request.id, userId: starterOf(request) });
  }

  share(start: TargetedStart, primary: number): void {
    const own = this.own.get(primary);
    if (own) this.own.set(start.index, { ...own, start });
  }

  /** Looks once more, when all items are sent. An item stays started when that cannot be looked up. */
  async lookAgain(): Promise<void> {
    const { connection, hints, results } = this.run;
    const own = [...this.own.values()];
    if (own.length === 0 || results.mustStop || !(await pauseFor(connection, LOOK_AFTER_MS))) return;
    let found: Map<string, FoundRequest[]>;
    try {
      found = await this.find(own);
    } catch (error) {
      if (!isOver(this.run)) hints.sentences.add(`${NOT_LOOKED_UP}: ${messageOf(error)}.`);
      return;
    }
    const limits = { throttle: new Throttle(IN_PARALLEL), mayBegin: () => !isOver(this.run) };
    await runConcurrently(own, limits, (one) => this.compare(one, found.get(scopeOf(one)) ?? []));
  }

  private async find(own: OwnStart[]): Promise<Map<string, FoundRequest[]>> {
    const byProcess = new Map<number, OwnStart[]>();
    for (const one of own) addTo(byProcess, one.start.target.processId, one);
    const found = new Map<string, FoundRequest[]>();
    for (const [processId, starts] of byProcess) {
      const prefixes = [...new Set(starts.map(({ key }) => generationPrefixOf(key)))];
      const includeData = includesData(starts.map(({ start }) => start));
      const search = { prefixes, processId, includeData };
      for (const one of await findStarts(this.run.connection, search)) {
        addTo(found, inProcess(processId, generationPrefixOf(one.key)), one);
      }
    }
    return found;
  }

  /** Gives an item the Request that counts, as all executions do. @param found in the order of their ids */
  private async compare({ start, id, userId }: OwnStart, found: FoundRequest[]): Promise<void> {
    const { record, results, fail } = this.run;
    const { index, options } = start;
    const owners = options.onForeign === 'return' ? undefined : ownerOnly(userId);
    const { starts, copies, foreign } = sortByKey(found, owners);
    const same = starts.map(({ request }) => request);
    const sameKey = [...copies, ...foreign];
    const error = results.errorOf(index);
    if (error) return results.fail(index, error.with(this.named(start, besides(id, same, sameKey))));
    const primary = primaryOf(same);
    const mine = found.find(({ request }) => request.id === id)?.request;
    try {
      if (primary && mine && primary !== mine && !this.isWaitedFor) {
        record.mark(index, primary.id);
        const [output] = await this.answerWith(start, primary);
        const others = this.named(start, besides(primary.id, same, sameKey));
        results.succeed(index, [{ json: { ...asExisting(output?.json ?? {}), ...others } }]);
      } else {
        const json = results.jsonOf(index) ?? {};
        const others = this.named(start, besides(Number(json.id), same, sameKey));
        results.succeed(index, [{ json: { ...json, ...others } }]);
      }
    } catch (error) {
      fail(index, error);
    }
  }

  /** Says once what the others are. */
  private named({ index }: TargetedStart, others: OtherRequests): OtherRequests {
    const hasHint = this.run.results.jsonOf(index)?.sameKey !== undefined;
    if (others.sameKey && !hasHint) this.run.hints.addForItem(SAME_KEY_HINT, index);
    return others;
  }
}

function scopeOf({ start, key }: OwnStart): string {
  return inProcess(start.target.processId, generationPrefixOf(key));
}

function isOver({ connection, results }: ItemRun): boolean {
  return results.mustStop || connection.canceled?.aborted === true;
}

const NOT_LOOKED_UP =
  'The Requests were started, but it could not be looked up whether another execution has started some with the same Idempotency Keys at the same time';
