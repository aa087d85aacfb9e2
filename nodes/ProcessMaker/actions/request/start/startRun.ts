import type { IDataObject } from 'n8n-workflow';

import { type ApiRequest, includesOf, readRequest } from '../../../api/requests/requests';
import { requestJson } from '../../../descriptions/output';
import { runConcurrently, Throttle, type Slot } from '../../../execution/concurrency';
import type { Entry, ItemRun, Work } from '../../../execution/itemOperation';
import type { OutputItem } from '../../../execution/itemResults';
import { ProcessFinder } from '../../../execution/processFinder';
import { toProcessMakerError } from '../../../transport/processMakerError';
import { StartFiles, type Answer, type StartWait } from './afterStart';
import type { KnownStarts } from './knownStarts';
import type { Start, TargetedStart } from './readStart';
import { recallStarts } from './recall';
import { sendStart, type StartLooks } from './sendStart';
import { errorOf, type Origin, unreadAfterStart } from './startErrors';

/** So many items that were started before get their files at the same time. */
const UPLOADS_IN_PARALLEL = 5;

/** One run of the Start operation over all its items. What no item asks for is not made. */
export class StartRun {
  /** What becomes of the items with an Idempotency Key, which may have duplicates. */
  private readonly primaries = new Map<number, Promise<OutputItem[]>>();

  private readonly looks: StartLooks = { includeData: false };

  private finder: ProcessFinder | undefined;

  private files: StartFiles | undefined;

  private known: KnownStarts | undefined;

  constructor(
    private readonly run: ItemRun,
    private readonly startedIds: number[],
    private readonly wait: StartWait | undefined,
  ) {}

  /**
   * Finds process and start event of every item, and what was started before: a look-up per run, not per item.
   *
   * @returns the items that are still to be worked on
   */
  async prepare(entries: Array<Entry<Start>>): Promise<Array<Entry<Start>>> {
    const { connection, record, results } = this.run;
    let mayBeKnown = record.isRepeat;
    for (const { value } of entries) {
      mayBeKnown ||= value.options.idempotencyKey !== undefined;
      if (!value.target) await this.findTarget(value);
    }
    results.throwIfStopped();
    if (!mayBeKnown && !results.hasErrors) return entries;
    const starts = entries.flatMap(({ value }) => (value.target ? [value as TargetedStart] : []));
    this.known = await recallStarts(connection, record, starts);
    await this.answerKnown(this.known, starts);
    return entries.filter(({ index }) => !results.has(index));
  }

  readonly work: Work<Start> = async (value, _attempt, slot) => {
    const start = value as TargetedStart;
    const known = this.known?.get(start.index);
    if (known && 'sameAs' in known) return await this.answerDuplicate(start, known.sameAs, slot);
    const userKey = known && 'startAs' in known ? known.startAs : undefined;
    const output = this.startOne(start, userKey, slot);
    if (userKey !== undefined) this.primaries.set(start.index, output);
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

  /** For each item that was started before, returns its Request. */
  private async answerKnown(known: KnownStarts, starts: TargetedStart[]): Promise<void> {
    const { fail, record, results } = this.run;
    const withFiles: TargetedStart[] = [];
    for (const start of starts) {
      const { index } = start;
      const one = known.get(index);
      if (one && 'error' in one) fail(index, one.error);
      if (!one || !('found' in one)) continue;
      record.mark(index, one.found.id);
      if (one.isOwn) this.startedIds.push(one.found.id);
      const { json, error } = this.answerOf(start, one.found, one.isOwn ? 'earlierAttempt' : 'existingKey');
      if (error) {
        fail(index, error);
        continue;
      }
      results.succeed(index, [{ json: one.alreadyStarted ? { ...json, alreadyStarted: true } : json }]);
      if (start.files.length > 0) withFiles.push(start);
    }
    const limits = { throttle: new Throttle(UPLOADS_IN_PARALLEL), mayBegin: () => true };
    await runConcurrently(withFiles, limits, async (start) => {
      const json = results.jsonOf(start.index) ?? {};
      try {
        const output = await this.answer(start, Number(json.id), { json, lookFor: 'variable' });
        results.succeed(start.index, output);
      } catch (error) {
        fail(start.index, error);
      }
    });
  }

  private async startOne(
    start: TargetedStart,
    userKey: string | undefined,
    slot: Slot,
  ): Promise<OutputItem[]> {
    const extras = { userKey, field: this.wait?.takeField(), slot };
    const sent = await sendStart(this.run, this.looks, start, extras);
    this.startedIds.push(sent.id);
    // ProcessMaker takes such a field of the data for the parameter of the call, and leaves out what that asked for.
    const request = 'include' in start.data ? await this.readStarted(start, sent.id) : sent;
    return await this.answer(start, request.id, this.answerOf(start, request, 'started'));
  }

  private async readStarted({ options }: Start, id: number): Promise<ApiRequest> {
    const includes = includesOf(options.includeData);
    return await readRequest(this.run.connection, id, includes).catch((error: unknown) => {
      throw unreadAfterStart(id, error);
    });
  }

  /** An item with the same Idempotency Key as another one gets the result of that one. */
  private async answerDuplicate(start: TargetedStart, primary: number, slot: Slot): Promise<OutputItem[]> {
    const { record, results } = this.run;
    let json: IDataObject = {};
    let error = results.errorOf(primary);
    try {
      const output = await slot.whileWaiting(() => this.primaries.get(primary) ?? Promise.resolve([]));
      json = { ...(output[0]?.json ?? results.jsonOf(primary)), alreadyStarted: true };
    } catch (thrown) {
      error = toProcessMakerError(thrown);
    }
    const requestId = record.earlierMark(primary);
    if (typeof requestId === 'number') {
      return await this.answer(start, requestId, { json, error, lookFor: 'variable' });
    }
    if (error) throw error;
    return [{ json }];
  }

  /** Gives the item of a Request that is there, with its files. */
  private async answer(
    start: TargetedStart,
    requestId: number,
    { json, error, lookFor }: Answer,
  ): Promise<OutputItem[]> {
    if (start.files.length > 0) {
      this.files ??= new StartFiles(this.run.connection);
      return await this.files.upload(start, requestId, { json, error, lookFor });
    }
    if (error) throw error;
    return [{ json }];
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
