import type { IDataObject } from 'n8n-workflow';

import { requestJson } from '../api/output';
import { withRetryingIfRead } from '../api/requests/failure';
import type { ApiRequest } from '../api/requests/requests';
import { TokenUser } from '../api/requests/starter';
import type { Slot } from '../execution/concurrency';
import type { Entry, ItemRun, Work } from '../execution/itemOperation';
import type { OutputItem } from '../execution/itemResults';
import { ProcessFinder } from '../execution/processFinder';
import { type ProcessMakerError, toProcessMakerError } from '../transport/processMakerError';
import { StartFiles, type Answer, type StartWait } from './afterStart';
import { Duplicates } from './duplicates';
import type { FoundStart, KnownStarts } from './knownStarts';
import type { Start, TargetedStart } from './readStart';
import { recallStarts } from './recall';
import { asExisting, besides, type OtherRequests, SAME_KEY_HINT } from './sameKey';
import { readStarted, sendStart, type StartLooks } from './sendStart';
import { errorOf, type Origin } from './startErrors';

/** One run of the Start operation over all its items. What no item asks for is not made. */
export class StartRun {
  /** What becomes of the items with an Idempotency Key, which may have duplicates. */
  private readonly primaries = new Map<number, Promise<OutputItem[]>>();

  /** What other executions have started at the same time; only where items have an Idempotency Key. */
  duplicates: Duplicates | undefined;

  private readonly looks: StartLooks;

  private finder: ProcessFinder | undefined;

  private files: StartFiles | undefined;

  private known: KnownStarts | undefined;

  constructor(
    private readonly run: ItemRun,
    private readonly startedIds: number[],
    private readonly wait: Pick<StartWait, 'takeField'> | undefined,
  ) {
    const connection = { ...run.connection, timeoutSeconds: 0 };
    this.looks = {
      connection,
      tokenUser: new TokenUser(connection),
      heldByOthers: new Map(),
      includeData: false,
    };
  }

  /** Finds targets and earlier starts: one look-up per run. @returns the items that are still to be worked on */
  async prepare(entries: Array<Entry<Start>>): Promise<Array<Entry<Start>>> {
    const { record, results } = this.run;
    const { connection } = this.looks;
    let mayBeKnown = record.isRepeat;
    for (const { value } of entries) {
      connection.timeoutSeconds = Math.max(connection.timeoutSeconds, value.options.timeoutSeconds);
      mayBeKnown ||= value.options.idempotencyKey !== undefined;
      if (!value.target) await this.findTarget(value);
    }
    results.throwIfStopped();
    if (!mayBeKnown && !results.hasErrors) return entries;
    const starts = entries.flatMap(({ value }) => (value.target ? [value as TargetedStart] : []));
    const run = { ...this.run, connection };
    this.duplicates = new Duplicates(run, this.wait !== undefined, async (start, request) => {
      const answer = this.answerOf(start, request, 'existingKey');
      return await this.answer(start, request.id, { ...answer, lookFor: 'fileOrOther' });
    });
    this.known = await recallStarts(this.looks, record, starts);
    this.answerKnown(this.known, starts);
    return entries.filter(({ index }) => !results.has(index));
  }

  readonly work: Work<Start> = async (value, _attempt, slot) => {
    const start = value as TargetedStart;
    const known = this.known?.get(start.index);
    if (known?.state === 'duplicate') return await this.answerDuplicate(start, known.primary, slot);
    const output =
      known?.state === 'found'
        ? this.answer(start, known.found.id, this.answerOfFound(start, known))
        : this.startOne(start, known?.state === 'toStart' ? known.key : undefined, slot);
    if (known) this.primaries.set(start.index, output);
    return await output;
  };

  private async findTarget(start: Start): Promise<void> {
    this.finder ??= new ProcessFinder(this.run.connection);
    try {
      start.target = await this.finder.findStartTarget(start.process, start.startEventId);
    } catch (error) {
      this.run.fail(start.index, error);
    }
  }

  /** For each item that was started before, returns its Request. One with files is left to be worked on. */
  private answerKnown(known: KnownStarts, starts: TargetedStart[]): void {
    const { fail, record, results } = this.run;
    for (const start of starts) {
      const { index, files } = start;
      const one = known.get(index);
      if (one?.state === 'failed') fail(index, one.error);
      if (one?.state !== 'found') continue;
      record.markFound(index, one.found.id);
      const { own } = one;
      if (one.isOwn || own) this.startedIds.push(own?.request.id ?? one.found.id);
      if (own) this.duplicates?.add(start, own.key, own.request);
      const { json, error } = this.answerOfFound(start, one);
      this.hintAtSameKey(start, besides(one.found.id, [], one.sameKey));
      if (error) fail(index, error);
      else if (files.length === 0) results.succeed(index, [{ json }]);
    }
  }

  private async startOne(start: TargetedStart, userKey: string | undefined, slot: Slot) {
    const extras = { userKey, field: this.wait?.takeField(), slot };
    const sent = await sendStart(this.run, this.looks, start, extras);
    let { request } = sent;
    this.startedIds.push(request.id);
    if (userKey !== undefined) this.duplicates?.add(start, userKey, request);
    if ('include' in start.data) request = await readStarted(this.looks.connection, start, request.id);
    const judged = await withRetryingIfRead(this.looks.connection, request);
    const others = besides(request.id, [], sent.sameKey);
    this.hintAtSameKey(start, others);
    const answer = withOthers(this.answerOf(start, judged, 'started'), others);
    return await this.answer(start, request.id, answer);
  }

  /** An item with the same Idempotency Key as another one gets the result of that one. */
  private async answerDuplicate(start: TargetedStart, primary: number, slot: Slot): Promise<OutputItem[]> {
    const { record, results } = this.run;
    let json: IDataObject = {};
    let error = results.errorOf(primary);
    try {
      const output = await slot.whileWaiting(() => this.primaries.get(primary) ?? Promise.resolve([]));
      json = asExisting(output[0]?.json ?? results.jsonOf(primary) ?? {});
    } catch (thrown) {
      error = toProcessMakerError(thrown);
    }
    this.duplicates?.share(start, primary);
    const kept = error && keptFromUpload(start, error);
    if (kept) throw kept;
    const requestId = record.earlierMark(primary);
    if (typeof requestId === 'number') {
      return await this.answer(start, requestId, { json, error, lookFor: 'fileOrOther' });
    }
    if (error) throw error;
    return [{ json }];
  }

  /** Gives the item of a Request that is there, with its files. */
  private async answer(start: TargetedStart, requestId: number, { json, error, lookFor }: Answer) {
    if (start.files.length > 0) {
      this.files ??= new StartFiles(this.run.connection);
      return await this.files.upload(start, requestId, { json, error, lookFor });
    }
    if (error) throw error;
    return [{ json }];
  }

  private answerOfFound(start: Start, known: FoundStart): Answer {
    const { found, alreadyStarted, isOwn, same = [], sameKey } = known;
    const { json, error } = this.answerOf(start, found, isOwn ? 'earlierAttempt' : 'existingKey');
    const others = besides(found.id, same, sameKey);
    const shown = alreadyStarted ? asExisting(json) : json;
    return { ...withOthers({ json: shown, error }, others), lookFor: isOwn ? 'variable' : 'fileOrOther' };
  }

  private hintAtSameKey({ index }: Start, { sameKey }: OtherRequests): void {
    if (sameKey) this.run.hints.addForItem(SAME_KEY_HINT, index);
  }

  private answerOf({ options }: Start, request: ApiRequest, origin: Origin): Answer {
    const { instanceUrl } = this.run.connection;
    const { simplify, returnErroredRequests } = options;
    const mayHaveFailed = request.status === 'ERROR' || request.status === 'CANCELED';
    const error = mayHaveFailed && !returnErroredRequests ? errorOf(request, origin, instanceUrl) : undefined;
    const json = requestJson(request, { simplify, includes: [], includeTasks: false }, instanceUrl);
    return { json, error };
  }
}

const OTHER_ORDER =
  "The Requests were started several at a time, and did not get their IDs in the order of the items. To keep that order, set the option 'Requests in Parallel' to 1.";

/** Says what a person would otherwise have to see in a column: what was there before, and in which order the others began. */
export function hintAtStarts({ results, hints }: ItemRun, parallel: number): void {
  const started: number[] = [];
  const existing: number[] = [];
  for (const index of results.succeeded()) {
    const { id, alreadyStarted } = results.jsonOf(index) ?? {};
    (alreadyStarted === true ? existing : started).push(Number(id));
  }
  if (parallel > 1 && started.some((id, at) => id < Number(started[at - 1])))
    hints.sentences.add(OTHER_ORDER);
  const own = new Set(started);
  const before = existing.filter((id) => !own.has(id)).length;
  const all = started.length + existing.length;
  if (before > 0) hints.sentences.add(existedSentence(before, all));
}

function existedSentence(before: number, all: number): string {
  if (all === 1) return 'The Request existed already, and was not started again.';
  if (before === 1) return `1 of ${all} Requests existed already, and was not started again.`;
  return `${before} of ${all} Requests existed already, and none of them was started again.`;
}

/** Adds fields to what an item gives, and to its error where it has one. */
function withOthers(answer: Answer, others: OtherRequests): Answer {
  // A copy of every item would take much memory, and few have others.
  if (Object.keys(others).length === 0) return answer;
  return { json: { ...answer.json, ...others }, error: answer.error?.with(others) };
}

/** The file of the earlier item that shares the Request is not in place yet: a repeat would take this item's for it. */
function keptFromUpload({ files }: Start, earlier: ProcessMakerError): ProcessMakerError | undefined {
  const missing = (earlier.files ?? []).filter(({ outcome }) => outcome !== 'uploaded');
  if (!files.some((file) => missing.some(({ variable }) => variable === file.variable))) return undefined;
  const outcomes = files.map(({ fileName, variable }) => ({ fileName, variable, outcome: 'notUploaded' }));
  return earlier.with({ files: outcomes });
}
