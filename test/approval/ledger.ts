import { isDeepStrictEqual } from 'node:util';

import type { StoredRequest } from '../processmaker';
import { GATE_USER } from './processes';
import { argumentsOf, NOT_COUNTED, type Stage } from './stage';

/** What became of a review, by what ProcessMaker holds; the node is not asked. */
export type Verdict =
  'approved' | 'refused' | 'canceled' | 'broken' | 'timedOut' | 'selfApproved' | 'notDecided' | 'open';

/** What the run has shown; its last line. */
export interface Result {
  runs: number;
  approved: number;
  refused: number;
  canceled: number;
  broken: number;
  timedOut: number;
  /** How often n8n was killed. */
  killed: number;
  /** Calls of n8n's URL that were not about a decision, and calls of a model that say more than they may. */
  forged: number;
  /** Reviews that the user who had asked has approved. */
  selfApproved: number;
  toolRuns: number;
  commentsDelivered: number;
  refusedWithComment: number;
  approvedWithoutDecision: number;
  toolRunsDoubled: number;
  lostDecisions: number;
  /** Cases in which n8n was seen to do what the documents say of it. */
  n8nLimits: number;
}

/** Counts from the logs of ProcessMaker, of the tools and of the model. */
export function count(stage: Stage): Result {
  const counted = stage.reviews().filter(({ data }) => data.toolName !== NOT_COUNTED);
  const reviews = counted.map((request) => ({ request, verdict: verdictOf(stage, request) }));
  const having = (verdict: Verdict) => reviews.filter((one) => one.verdict === verdict);
  const toolRuns = stage.parts.tools.runs.filter(({ tool }) => tool !== NOT_COUNTED);
  const approved = having('approved').map(({ request }) => argumentsOf(request.data));
  const commented = having('refused')
    .flatMap(({ request: { data } }) => (typeof data.comment === 'string' ? [data.comment] : []))
    .filter((comment) => !stage.lostComments.has(comment));
  const delivered = commented.filter((comment) => isTold(stage, comment));
  const notRun = approved.filter((wanted) => !toolRuns.some(({ body }) => isDeepStrictEqual(body, wanted)));
  return {
    runs: stage.runs,
    approved: approved.length,
    refused: having('refused').length,
    canceled: having('canceled').length,
    broken: having('broken').length,
    timedOut: having('timedOut').length + stage.endedByN8n,
    killed: stage.kills,
    forged: stage.forged,
    selfApproved: having('selfApproved').length,
    toolRuns: toolRuns.length,
    commentsDelivered: delivered.length,
    refusedWithComment: commented.length,
    approvedWithoutDecision: toolRuns.filter(
      ({ body }) => !approved.some((wanted) => isDeepStrictEqual(body, wanted)),
    ).length,
    toolRunsDoubled: doubled(toolRuns.map(({ body }) => body.invoice)),
    lostDecisions: notRun.length + commented.length - delivered.length,
    n8nLimits: stage.limits.length,
  };
}

function verdictOf(stage: Stage, request: StoredRequest): Verdict {
  if (request.status === 'CANCELED') return 'canceled';
  if (request.status === 'ERROR') return 'broken';
  if (request.status !== 'COMPLETED') return 'open';
  const [task, ...others] = stage.tasksOf(request);
  if (!task || others.length > 0 || task.userId === null) return 'notDecided';
  if (stage.changed.has(request.id)) return 'notDecided';
  if (task.completedAt === null) return 'timedOut';
  if ([GATE_USER, request.userId].includes(task.userId)) return 'selfApproved';
  return request.data.decision === 'approved' ? 'approved' : 'refused';
}

const isTold = (stage: Stage, comment: string): boolean =>
  stage.parts.model.turns.some(({ results }) => results.some((result) => result.includes(comment)));

const doubled = (values: unknown[]): number => values.length - new Set(values).size;

const ENOUGH = { approved: 5, refused: 5, forged: 50 };
const AT_LEAST_ONE = ['canceled', 'broken', 'timedOut', 'killed', 'selfApproved', 'n8nLimits'] as const;
const NONE = ['approvedWithoutDecision', 'toolRunsDoubled', 'lostDecisions'] as const;

/** What is not as it has to be, as sentences. */
export function misses(result: Result): string[] {
  const found: string[] = [];
  for (const [name, least] of Object.entries(ENOUGH)) {
    const value = result[name as keyof typeof ENOUGH];
    if (value < least) found.push(`${name} is ${value}, and has to be at least ${least}.`);
  }
  for (const name of AT_LEAST_ONE) if (result[name] === 0) found.push(`There was no case of ${name}.`);
  for (const name of NONE) if (result[name] !== 0) found.push(`${name} is ${result[name]}, and has to be 0.`);
  if (result.toolRuns !== result.approved) {
    found.push(`Tools ran ${result.toolRuns} times for ${result.approved} approved calls.`);
  }
  if (result.commentsDelivered !== result.refusedWithComment) {
    found.push(`${result.commentsDelivered} of ${result.refusedWithComment} comments reached the model.`);
  }
  return found;
}
