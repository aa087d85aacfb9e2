import type { IExecuteFunctions } from 'n8n-workflow';

import { CallbackWait } from '../../../callback/callbackWait';
import { decisionJson, readOwnId, waitForDecision } from '../../../callback/decision';
import type { PreparedOperation } from '../../../execution/itemOperation';
import { settle } from '../../../starting/afterStart';
import { startedSummary, withOutcome } from '../../../starting/startErrors';
import { StartRun } from '../../../starting/startRun';
import { readReview, type Review } from './readReview';

type Asked = Review & { wait: CallbackWait };

const NOTHING_OPEN = { open: [], work: () => Promise.resolve([]) };

/** Asks for the first item, and gives one item: the decision, or what n8n gives at its own limit. */
export function reviewOperation(context: IExecuteFunctions): PreparedOperation<Asked | undefined> {
  const startedIds: number[] = [];
  let asked: Asked | undefined;
  return {
    changes: true,
    // The start has its own.
    retrySeconds: 0,
    read(_context, index, connection, hints) {
      if (index > 0) return undefined;
      const review = readReview(context, index, connection, hints);
      const { sleep, start } = review;
      asked = { ...review, wait: CallbackWait.read(context, index, sleep, start.data) };
      return asked;
    },
    async prepare(run, entries) {
      for (const { index } of entries) if (index > 0) run.results.succeed(index, []);
      if (!asked) return NOTHING_OPEN;
      const { decision, refusal, start, wait } = asked;
      if (refusal !== undefined) {
        const json = decisionJson(run.connection, null, { approved: false, chatInput: refusal });
        run.results.succeed(0, [{ json: { ...json, timedOut: false } }]);
        return NOTHING_OPEN;
      }
      if (!decision.allowsOwn) await readOwnId(run.connection);
      const startRun = new StartRun(run, startedIds, wait);
      const open = await startRun.prepare([{ index: 0, value: start }]);
      return {
        open: open.map(({ index }) => ({ index, value: asked })),
        work: async (_asked, attempt, slot) => await startRun.work(start, attempt, slot),
      };
    },
    async afterwards(run) {
      if (!asked) return;
      const { decision, wait } = asked;
      await settle(run, 0, new AbortController(), (id) =>
        waitForDecision(wait, run.connection, id, decision),
      );
    },
    complete: withOutcome,
    summarize: () => startedSummary(startedIds),
  };
}
