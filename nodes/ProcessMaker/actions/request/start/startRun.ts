import type { IExecuteFunctions } from 'n8n-workflow';

import type { ApiRequest } from '../../../api/requests/requests';
import { requestJson } from '../../../descriptions/output';
import { runConcurrently, Throttle, type Slot } from '../../../execution/concurrency';
import type { Hints } from '../../../execution/hints';
import type { Entry, ItemRun, PreparedOperation, Work } from '../../../execution/itemOperation';
import type { DoneSummary, OutputItem } from '../../../execution/itemResults';
import { ProcessFinder } from '../../../execution/processFinder';
import { isTool } from '../../../input/parameters';
import type { Connection } from '../../../transport/connection';
import { toProcessMakerError, type ProcessMakerError } from '../../../transport/processMakerError';
import { StartFiles, StartWait, type Answer } from './afterStart';
import type { KnownStarts } from './knownStarts';
import { readRunOptions, readStart, type Start, type TargetedStart } from './readStart';
import { recallStarts } from './recall';
import { StartSender } from './sender';
import { errorOf, forAgent, startedSummary, withOutcome, type Origin } from './startErrors';

/** One round of the Start operation over all its items. */
export class StartRun implements PreparedOperation<Start> {
  readonly changes = true;

  readonly parallel: number;

  readonly retrySeconds: number;

  /** The Requests of this run, to be named when it stops. */
  private readonly startedIds: number[] = [];

  /** What becomes of the items with an Idempotency Key, which may have duplicates. */
  private readonly primaries = new Map<number, Promise<OutputItem[]>>();

  // What no item asks for is not made.

  private finder: ProcessFinder | undefined;

  private wait: StartWait | undefined;

  private files: StartFiles | undefined;

  private known: KnownStarts | undefined;

  constructor(private readonly context: IExecuteFunctions) {
    const { parallel, retrySeconds } = readRunOptions(context);
    this.parallel = parallel;
    this.retrySeconds = retrySeconds;
  }

  read(context: IExecuteFunctions, index: number, connection: Connection, hints: Hints): Start {
    const start = readStart(context, index, connection, hints);
    if (context.getNodeParameter('waitFor', index) !== 'nothing') {
      this.wait ??= new StartWait();
      this.wait.read(context, index, start.data);
    }
    const isSubWorkflow = context.getMode() === 'integrated';
    if (isSubWorkflow && start.options.idempotencyKey === undefined) hints.subWorkflowWithoutKey();
    return start;
  }

  /** Finds process and start event of every item, and what was started before: a look-up per run, not per item. */
  async prepare(
    run: ItemRun,
    entries: Array<Entry<Start>>,
  ): Promise<{ open: Array<Entry<Start>>; work: Work<Start> }> {
    const { connection, record, results } = run;
    if (!record) throw new Error('A start is always recorded.');
    let mayBeKnown = record.isRepeat;
    for (const { value } of entries) {
      mayBeKnown ||= value.options.idempotencyKey !== undefined;
      if (!value.target) await this.findTarget(run, value);
    }
    results.throwIfStopped();
    let open = entries;
    if (mayBeKnown || results.hasErrors) {
      open = entries.filter(({ value }) => value.target !== undefined);
      const starts = open.map(({ value }) => value as TargetedStart);
      this.known = await recallStarts(connection, record, starts);
      await this.answerKnown(run, this.known, starts);
      open = open.filter(({ index }) => !results.has(index));
    }
    const sender = new StartSender(run, record);
    const work: Work<Start> = (start, _attempt, slot) =>
      this.start(run, sender, start as TargetedStart, slot);
    return { open, work };
  }

  async afterwards(run: ItemRun): Promise<void> {
    await this.wait?.waitForAll(run);
  }

  complete(error: ProcessMakerError, item: Parameters<typeof withOutcome>[1]): ProcessMakerError {
    const complete = withOutcome(error, item);
    return isTool(this.context) ? forAgent(complete) : complete;
  }

  summarize(): DoneSummary {
    return startedSummary(this.startedIds);
  }

  private async findTarget({ connection, fail }: ItemRun, start: Start): Promise<void> {
    this.finder ??= new ProcessFinder(connection);
    try {
      start.target = await this.finder.findStartTarget(start.process, start.startEventId);
    } catch (error) {
      fail(start.index, error);
    }
  }

  /** Answers what was started before from its Request. */
  private async answerKnown(run: ItemRun, known: KnownStarts, starts: TargetedStart[]): Promise<void> {
    const withFiles: TargetedStart[] = [];
    for (const start of starts) {
      const { index } = start;
      const one = known.get(index);
      if (one && 'error' in one) run.fail(index, one.error);
      if (!one || !('found' in one)) continue;
      run.record?.mark(index, one.found.id);
      if (one.isOwn) this.startedIds.push(one.found.id);
      const answer = this.answer(run, start, one.found, one.isOwn ? 'earlierAttempt' : 'existingKey');
      if ('error' in answer) run.fail(index, answer.error);
      else {
        const json = one.alreadyStarted ? { ...answer.json, alreadyStarted: true } : answer.json;
        run.results.succeed(index, [{ json }]);
        if (start.files.length > 0) withFiles.push(start);
      }
    }
    const limits = { throttle: new Throttle(this.parallel), mayBegin: () => true };
    await runConcurrently(withFiles, limits, (start) => this.uploadMissing(run, start));
  }

  private async uploadMissing({ connection, results, fail }: ItemRun, start: TargetedStart): Promise<void> {
    const json = results.jsonOf(start.index) ?? {};
    try {
      const output = await this.filesOf(connection).upload(start, Number(json.id), { json }, 'variable');
      results.succeed(start.index, output);
    } catch (error) {
      fail(start.index, error);
    }
  }

  private async start(
    run: ItemRun,
    sender: StartSender,
    start: TargetedStart,
    slot: Slot,
  ): Promise<OutputItem[]> {
    const known = this.known?.get(start.index);
    if (known && 'sameAs' in known) return await this.answerDuplicate(run, start, known.sameAs, slot);
    const userKey = known && 'startAs' in known ? known.startAs : undefined;
    const output = this.send(run, sender, start, { userKey, slot });
    if (userKey !== undefined) this.primaries.set(start.index, output);
    return await output;
  }

  private async send(
    run: ItemRun,
    sender: StartSender,
    start: TargetedStart,
    { userKey, slot }: { userKey: string | undefined; slot: Slot },
  ): Promise<OutputItem[]> {
    const request = await sender.send(start, { userKey, field: this.wait?.takeField(), slot });
    this.startedIds.push(request.id);
    const answer = this.answer(run, start, request, 'started');
    if (start.files.length > 0) return await this.filesOf(run.connection).upload(start, request.id, answer);
    if ('error' in answer) throw answer.error;
    return [answer];
  }

  /** An item with the same Idempotency Key as another one gets what came of that one. */
  private async answerDuplicate(
    run: ItemRun,
    start: TargetedStart,
    primary: number,
    slot: Slot,
  ): Promise<OutputItem[]> {
    const answer = await slot.whileWaiting(() => this.answerOf(run, primary));
    const requestId = run.record?.earlierMark(primary);
    if (typeof requestId === 'number' && start.files.length > 0) {
      return await this.filesOf(run.connection).upload(start, requestId, answer, 'variable');
    }
    if ('error' in answer) throw answer.error;
    return [answer];
  }

  private async answerOf({ results }: ItemRun, primary: number): Promise<Answer> {
    try {
      const [output] = (await this.primaries.get(primary)) ?? [];
      const error = results.errorOf(primary);
      if (!output && error) return { error };
      return { json: { ...(output?.json ?? results.jsonOf(primary)), alreadyStarted: true } };
    } catch (error) {
      return { error: toProcessMakerError(error) };
    }
  }

  private answer({ connection }: ItemRun, { options }: Start, request: ApiRequest, origin: Origin): Answer {
    const { instanceUrl } = connection;
    const { simplify, returnErroredRequests } = options;
    const hasEndedBadly = request.status === 'ERROR' || request.status === 'CANCELED';
    const error = hasEndedBadly && !returnErroredRequests ? errorOf(request, origin, instanceUrl) : undefined;
    if (error) return { error };
    return { json: requestJson(request, { simplify, includes: [], includeTasks: false }, instanceUrl) };
  }

  private filesOf(connection: Connection): StartFiles {
    return (this.files ??= new StartFiles(connection));
  }
}
