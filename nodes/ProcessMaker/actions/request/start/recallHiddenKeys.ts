import type { ApiRequest } from '../../../api/requests/simplifyRequest';
import type { Entry } from './item';
import { digestOf, parseItemKey, roundPrefix, runPrefix } from './keys';
import { matchStarts, type EarlierStart } from './matching';
import type { StartMemory } from '../../../execution/attemptRecord';
import { disputedFailure } from './recallFailures';
import type { RecalledStarts } from './recalled';

/** The place of a start of another round: it is none of this round. */
const NO_PLACE = -1;

/** On a repeat, finds what earlier tries of the round have started, by the hidden keys. */
export class HiddenKeyRecall {
  /** Items in whose place an earlier try has sent other data, with its Request. */
  private disputed = new Map<number, ApiRequest>();

  constructor(
    private readonly recalled: RecalledStarts,
    private readonly memory: StartMemory,
    readonly entries: Entry[],
  ) {}

  /** Looks once for everything that the round has started, in one call. */
  async look(): Promise<void> {
    if (this.entries.length === 0) return;
    const { run, round, crash } = this.memory;
    // After a crash an item can come back in another round than it was in.
    const prefix = crash ? runPrefix(run) : roundPrefix(run, round);
    const found = await this.recalled.find({ prefixes: [prefix] }, this.entries);
    if (!found) return;
    const digests: Array<string | undefined> = [];
    for (const { index, data, files, target } of this.entries) {
      digests[index] = digestOf(target, JSON.stringify(data), files);
    }
    const starts = found.flatMap(({ key, request }) => this.earlierStart(key, request));
    const { matched, disputed } = matchStarts(digests, starts);
    for (const [index, request] of matched) {
      this.recalled.set(index, { found: request, alreadyStarted: false, isOwn: true });
    }
    this.disputed = disputed;
  }

  /** Decides on what was not found. */
  decide(): void {
    for (const entry of this.entries) {
      if (this.recalled.get(entry.index) !== undefined) continue;
      const request = this.disputed.get(entry.index);
      if (request) this.recalled.set(entry.index, { failure: disputedFailure(request) });
      else this.recalled.decideByMark(entry);
    }
  }

  /** What a found Request can be to the items of this round; nothing when it has answered in another one. */
  private earlierStart(key: string, request: ApiRequest): Array<EarlierStart<ApiRequest>> {
    const parts = parseItemKey(key, this.memory.run);
    if (!parts || this.memory.hasAnswered(parts.round, request.id)) return [];
    const itemIndex = parts.round === this.memory.round ? parts.itemIndex : NO_PLACE;
    return [{ itemIndex, digest: parts.digest, request }];
  }
}
