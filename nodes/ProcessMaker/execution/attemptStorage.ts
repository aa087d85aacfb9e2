import { createHash, randomUUID } from 'node:crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isObject } from '../guards';
import { argumentsOf } from '../input/parameters';

/** The key under which a start was sent (empty when it had none), or once it is known, the Request's id. */
export type Mark = string | number;

/** The Retry button found no context of this iteration: n8n may have crashed, so that it may be a repeat. */
export interface Crash {
  /** When the retry began, in milliseconds since 1970. */
  at: number;
  /** The first iteration that may have been carried out before. What was started in earlier ones belongs to them. */
  round: number;
}

/** What is kept of an iteration. */
export interface Stored {
  /** How many iterations of a loop this node had completed when this one began. */
  round: number;
  /** Takes the place of n8n's resume token where there is none. */
  seed?: string;
  crash?: Crash;
  /** By item: the key from just before the start is sent until its outcome is known, then the Request's id. */
  marks: Record<string, Mark>;
  /** Keys of starts that were not found, in whose place another item stands now. */
  moved?: string[];
  /** Digests of the changes that were sent, and of which it is not known that they were made. */
  sent?: string[];
  sentAt?: Record<string, number>;
  done?: string[];
}

/** What the iterations of an execution share. */
interface Shared {
  /** A retry has another one. */
  executionId: string;
  crash?: Crash;
}

interface Iteration extends Stored, Shared {
  runIndex: number;
  /** After a crash: Requests that belong to an item of an earlier iteration, and so to no other one. */
  answered?: number[];
}

/** The inline calls of a tool. Each is an iteration of its own. */
interface Calls extends Shared {
  count: number;
  /** After a crash: Requests that belong to a call, and so to no other one. */
  answered: number[];
  /** Those of which it is not known what they have done, by a digest of their arguments. */
  unknown: Record<string, Stored>;
}

/** Where the record of an attempt is kept. */
export interface AttemptStorage {
  stored: Stored;
  /** Whether an earlier attempt has left the record. */
  isKnown: boolean;
  /** Whether it is that of an inline call of a tool. */
  isInline: boolean;
  /** After a crash: whether a Request belongs to an item of another iteration. */
  isAnswered(requestId: number): boolean;
  /** To be called after a crash, with the Request of an item. */
  answer(requestId: number): void;
  /** To be called before an iteration that has ended well is forgotten. */
  keepAnswered(): void;
  /** To be called when an attempt has ended, however it did. */
  close(): void;
}

/** Finds what earlier attempts have left, or makes a new record. */
export function openStorage(execution: IExecuteFunctions): AttemptStorage {
  const call = argumentsOf(execution);
  return call ? openCall(execution, call) : openIteration(execution);
}

/** 64 bit of SHA-256, in hex. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The ids of the Requests that an iteration has started. */
export function idsIn({ marks }: Stored): number[] {
  return Object.values(marks).filter((mark) => typeof mark === 'number');
}

const ITERATION_KEY = 'attempts';

function openIteration(execution: IExecuteFunctions): AttemptStorage {
  const context = contextOf(execution) ?? {};
  const earlier = context[ITERATION_KEY] as Iteration | undefined;
  const runIndex = Number(execution.getWorkflowDataProxy(0).$runIndex);
  const now = { runIndex, executionId: execution.getExecutionId() };
  const stored = nextIteration(earlier, now, execution.getMode() === 'retry');
  context[ITERATION_KEY] = stored;
  const answered = new Set(stored.answered);
  return {
    stored,
    isKnown: stored === earlier,
    isInline: false,
    isAnswered: (requestId) => answered.has(requestId),
    answer: () => undefined,
    keepAnswered: () => {
      if (stored.crash) stored.answered = answeredIn(stored);
    },
    close: () => undefined,
  };
}

function nextIteration(
  earlier: Iteration | undefined,
  now: Pick<Iteration, 'runIndex' | 'executionId'>,
  isRetry: boolean,
): Iteration {
  const round = earlier ? earlier.round + 1 : 0;
  const crash = crashOf(earlier, now.executionId, isRetry, round);
  const begun = {
    round,
    ...now,
    crash,
    marks: {},
    moved: undefined,
    sent: undefined,
    sentAt: undefined,
    done: undefined,
  };
  if (!earlier) return begun;
  // The record's own count tells iterations apart; the run index, which a crash shifts, only one from its repeat.
  if (earlier.runIndex === now.runIndex) return Object.assign(earlier, now);
  // n8n saves the context at a Wait node, so that after a crash it can be that of an older iteration.
  return { ...earlier, ...begun, answered: earlier.crash && answeredIn(earlier) };
}

function answeredIn(iteration: Iteration): number[] {
  return [...(iteration.answered ?? []), ...idsIn(iteration)];
}

function crashOf(earlier: Shared | undefined, executionId: string, isRetry: boolean, round: number) {
  const isAfterCrash = isRetry && earlier?.executionId !== executionId;
  return isAfterCrash ? { at: Date.now(), round: earlier?.crash?.round ?? round } : earlier?.crash;
}

const CALLS_KEY = 'calls';

/** By its arguments: n8n gives the same object to each try of a call, and another one to every other call. */
const records = new WeakMap<IDataObject, Stored>();

/**
 * Each try of an inline call has a run index of its own, and calls at the same time may begin with the same. A call
 * with the same arguments as one that has ended `unknown` goes on with the record of that one.
 */
function openCall(execution: IExecuteFunctions, call: IDataObject): AttemptStorage {
  const context = contextOf(execution);
  const calls = callsIn(context ?? {}, execution);
  const digest = shortHash(inOrder(call));
  const earlier = records.get(call) ?? calls.unknown[digest];
  const { crash } = calls;
  // Without a context calls are not counted, so that a count of them would be no identity.
  const seed = context ? undefined : randomUUID();
  const stored = earlier ?? { round: calls.count++, seed, crash, marks: {} };
  records.set(call, stored);
  return {
    stored,
    isKnown: earlier !== undefined,
    isInline: true,
    isAnswered: (requestId) => calls.answered.includes(requestId) && !idsIn(stored).includes(requestId),
    // At once: another call may be looking for what was started before, too.
    answer: (requestId) => calls.answered.push(requestId),
    keepAnswered: () => undefined,
    close: () => {
      if (isUnknown(stored)) calls.unknown[digest] = stored;
      else delete calls.unknown[digest];
    },
  };
}

function callsIn(context: IDataObject, execution: IExecuteFunctions): Calls {
  const earlier = context[CALLS_KEY] as Calls | undefined;
  const executionId = execution.getExecutionId();
  const { count = 0, unknown = {}, answered = [] } = earlier ?? {};
  const crash = crashOf(earlier, executionId, execution.getMode() === 'retry', count);
  const calls: Calls = Object.assign(earlier ?? {}, { count, unknown, answered, crash, executionId });
  context[CALLS_KEY] = calls;
  return calls;
}

function isUnknown({ marks, moved = [], sent = [] }: Stored): boolean {
  return sent.length + moved.length > 0 || Object.values(marks).some((mark) => typeof mark === 'string');
}

/** @returns undefined where n8n gives the node none, as for some calls of a tool */
function contextOf(execution: IExecuteFunctions): IDataObject | undefined {
  try {
    return execution.getContext('node');
  } catch {
    return undefined;
  }
}

/** The same text for the same arguments: the order of fields makes no difference, also in JSON that a model gives as text. */
function inOrder(args: IDataObject): string {
  return JSON.stringify(args, (_key, value: unknown) => {
    const one = typeof value === 'string' ? parsed(value) : value;
    return isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one;
  });
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : text;
  } catch {
    return text;
  }
}
