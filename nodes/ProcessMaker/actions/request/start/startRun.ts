import type { IExecuteFunctions } from 'n8n-workflow';

import type { ApiRequest } from '../../../api/requests/requests';
import { requestJson } from '../../../descriptions/output';
import { runConcurrently, type Slot, Throttle } from '../../../execution/concurrency';
import { Hints } from '../../../execution/hints';
import type { Entry, ItemRun, PreparedOperation, Work } from '../../../execution/itemOperation';
import type { DoneSummary, OutputItem } from '../../../execution/itemResults';
import { ProcessFinder } from '../../../execution/processFinder';
import { isTool } from '../../../input/parameters';
import type { Connection } from '../../../transport/connection';
import { type ProcessMakerError, toProcessMakerError } from '../../../transport/processMakerError';
import { type Answer, StartFiles, StartWait } from './afterStart';
import type { KnownStarts } from './knownStarts';
import { readRunOptions, readStart, type Start, type TargetedStart } from './readStart';
import { recallStarts } from './recall';
import { StartSender } from './sender';
import { errorOf, forAgent, type Origin, startedSummary, withOutcome } from './startErrors';

/** One round of the Start operation over all its items. */
export class StartRun implements PreparedOperation<Start> {
  readonly changes = true;

  readonly parallel: number;

  readonly retrySeconds: number;

  private readonly hints = new Hints();

  private readonly isTool: boolean;

  private readonly isSubWorkflow: boolean;

  /** The Requests of this run, to be named when it stops. */
  private readonly startedIds: number[] = [];

  private wait: StartWait | undefined;

  private files: StartFiles | undefined;

  private known: KnownStarts | undefined;

  /** What becomes of the items whose key others have too. */
  private readonly primaries = new Map<number, Promise<OutputItem[]>>();

  constructor(context: IExecuteFunctions) {
    const { parallel, retrySeconds } = readRunOptions(context);
    this.parallel = parallel;
    this.retrySeconds = retrySeconds;
    this.isTool = isTool(context);
    this.isSubWorkflow = context.getMode() === 'integrated';
  }

  read(context: IExecuteFunctions, index: number, connection: Connection): Start {
    const start = readStart(context, index, connection, this.hints);
    if (context.getNodeParameter('waitFor', index) !== 'nothing') {
      this.wait ??= new StartWait();
      this.wait.read(context, index, start.data);
    }
    if (this.isSubWorkflow && start.options.idempotencyKey === undefined) this.hints.subWorkflowWithoutKey();
    return start;
  }

  /** Finds process and start event of every item, and what was started before: a look-up per run, not per item. */
  async prepare(run: ItemRun, entries: Array<Entry<Start>>): Promise<Work<Start>> {
    const { connection, record, results } = run;
    const finder = new ProcessFinder(connection);
    const starts: TargetedStart[] = [];
    for (const { index, value } of entries) {
      try {
        const target = await finder.findStartTarget(value.process, value.startEventId);
        starts.push(Object.assign(value, { target }));
      } catch (error) {
        run.fail(index, error);
      }
    }
    results.throwIfStopped();
    if (!record) throw new Error('A start is always recorded.');
    if (record.isRepeat || starts.some(({ options }) => options.idempotencyKey !== undefined)) {
      this.known = await recallStarts(connection, record, starts);
      await this.answerKnown(run, this.known, starts);
    }
    const sender = new StartSender(run, record, this.wait, starts);
    return async (start, _attempt, slot) => await this.work(run, sender, start as TargetedStart, slot);
  }

  async afterwards(run: ItemRun): Promise<void> {
    await this.wait?.waitForAll(run);
    this.hints.show(run.context);
  }

  complete(error: ProcessMakerError, item: Parameters<typeof withOutcome>[1]): ProcessMakerError {
    const complete = withOutcome(error, item);
    return this.isTool ? forAgent(complete) : complete;
  }

  summarize(): DoneSummary {
    return startedSummary(this.startedIds);
  }

  /** Answers what was started before from its Request. */
  private async answerKnown(run: ItemRun, known: KnownStarts, starts: TargetedStart[]): Promise<void> {
    const withFiles: TargetedStart[] = [];
    for (const start of starts) {
      const { index } = start;
      const one = known.get(index);
      if (one && 'error' in one) run.fail(index, one.error);
      if (!one || !('found' in one)) continue;
      run.record?.markStarted(index, one.found.id);
      if (one.isOwn) this.startedIds.push(one.found.id);
      const answer = this.answer(run, start, one.found, one.isOwn ? 'earlierAttempt' : 'existingKey');
      if ('error' in answer) run.fail(index, answer.error);
      else {
        if (one.alreadyStarted) answer.json = { ...answer.json, alreadyStarted: true };
        run.results.succeed(index, [answer]);
        if (start.files.length > 0) withFiles.push(start);
      }
    }
    const limits = { throttle: new Throttle(this.parallel), mayBegin: () => true };
    await runConcurrently(withFiles, limits, async (start) => await this.uploadMissing(run, start));
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

  private async work(
    run: ItemRun,
    sender: StartSender,
    start: TargetedStart,
    slot: Slot,
  ): Promise<OutputItem[]> {
    const known = this.known?.get(start.index);
    if (known && 'sameAs' in known) return await this.answerDuplicate(run, start, known.sameAs, slot);
    const output = this.startOne(
      run,
      sender,
      start,
      known && 'startAs' in known ? known.startAs : undefined,
      slot,
    );
    if (start.options.idempotencyKey !== undefined) {
      this.primaries.set(start.index, output);
    }
    return await output;
  }

  private async startOne(
    run: ItemRun,
    sender: StartSender,
    start: TargetedStart,
    userKey: string | undefined,
    slot: Slot,
  ): Promise<OutputItem[]> {
    const request = await sender.send(start, userKey, slot);
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
    const answer = await slot.whileWaiting(async () => await this.answerOf(run, primary));
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
    const error = options.returnErroredRequests ? undefined : errorOf(request, origin, instanceUrl);
    if (error) return { error };
    const { simplify } = options;
    return { json: requestJson(request, { simplify, includes: [], includeTasks: false }, instanceUrl) };
  }

  private filesOf(connection: Connection): StartFiles {
    return (this.files ??= new StartFiles(connection));
  }
}
