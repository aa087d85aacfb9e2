import type { ApiRequest } from '../../../api/requests/requests';
import type { AttemptRecord } from '../../../execution/attemptRecord';
import { digestOf, parseItemKey, roundPrefix, runPrefix } from './keys';
import type { KnownStarts } from './knownStarts';
import { matchStarts, type EarlierStart } from './matching';
import type { TargetedStart } from './readStart';
import { disputed } from './startErrors';

/** The place of a start of another round: it is none of this round. */
const NO_PLACE = -1;

/** On a repeat, finds what earlier attempts of the round have started, by the hidden keys. */
export class HiddenKeyRecall {
  /** Items in whose place an earlier attempt has sent other data, with its Request. */
  private disputed = new Map<number, ApiRequest>();

  constructor(
    private readonly known: KnownStarts,
    private readonly record: AttemptRecord,
    readonly starts: TargetedStart[],
  ) {}

  /** Looks once for everything that the round has started, in one call. */
  async look(): Promise<void> {
    if (this.starts.length === 0) return;
    const { run, round, crash } = this.record;
    // After a crash an item can come back in another round than it was in.
    const prefix = crash ? runPrefix(run) : roundPrefix(run, round);
    const found = await this.known.find({ prefixes: [prefix] }, this.starts);
    if (!found) return;
    const digests: Array<string | undefined> = [];
    for (const { index, data, files, target } of this.starts) {
      digests[index] = digestOf(target, JSON.stringify(data), files);
    }
    const earlier = found.flatMap(({ key, request }) => this.earlierStart(key, request));
    const matches = matchStarts(digests, earlier);
    for (const [index, request] of matches.matched) {
      this.known.set(index, { found: request, alreadyStarted: false, isOwn: true });
    }
    this.disputed = matches.disputed;
  }

  /** Decides on what was not found. */
  decide(): void {
    for (const start of this.starts) {
      if (this.known.get(start.index) !== undefined) continue;
      const request = this.disputed.get(start.index);
      if (request) this.known.set(start.index, { error: disputed(request) });
      else this.known.decideByMark(start);
    }
  }

  /** What a found Request can be to the items of this round; nothing when it has answered in another one. */
  private earlierStart(key: string, request: ApiRequest): Array<EarlierStart<ApiRequest>> {
    const parts = parseItemKey(key, this.record.run);
    if (!parts || this.record.hasAnswered(parts.round, request.id)) return [];
    const itemIndex = parts.round === this.record.round ? parts.itemIndex : NO_PLACE;
    return [{ itemIndex, digest: parts.digest, request }];
  }
}
