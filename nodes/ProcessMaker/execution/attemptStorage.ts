import { createHash, randomUUID } from 'node:crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { argumentsOf, isTool } from '../fields/parameters';
import { isObject } from '../guards';

/** The key under which a start was sent, or once it is known, the Request's id. */
export type Mark = string | number;

/** The Retry button found no context of this iteration: n8n may have crashed, so that it may be a repeat. */
export interface Crash {
  /** When the retry began, in milliseconds since 1970. */
  at: number;
  /** The first iteration that may have been carried out before. What was started in earlier ones belongs to them. */
  round: number;
}

/** What is kept of an iteration. Each call of a tool is one. */
export interface Stored {
  /** How many iterations there were before this one. */
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
  executionId?: string;
  crash?: Crash;
  count: number;
  /** After a crash: Requests that belong to an iteration, and so to no other one. */
  answered: number[];
  /** The latest that n8n's engine has run. The run index tells its repeat from another iteration. */
  latest?: { runIndex: number; stored: Stored };
  /** The calls of a tool that did not end well and have, or may have, changed something, by a digest of their arguments. */
  unfinished: Record<string, Stored[]>;
}

/** Where the record of an attempt is kept. */
export interface AttemptStorage {
  stored: Stored;
  /** Whether an earlier attempt has left the record. */
  isKnown: boolean;
  /** After a crash: whether a Request belongs to an item of another iteration. */
  isAnswered(requestId: number): boolean;
  /** To be called after a crash, with the Request of an item. */
  answer(requestId: number): void;
  /** To be called when an attempt has ended, however it did. */
  close(): void;
}

const SHARED_KEY = 'attempts';

/** By its arguments: n8n gives the same object to each try of an inline call, and another one to every other call. */
const records = new WeakMap<IDataObject, Stored>();

/**
 * Finds what earlier attempts have left, or makes a new record. The shared count tells iterations apart; the run index,
 * which a crash shifts, only one from its repeat. Each try of an inline call has a run index of its own, and calls at the
 * same time may begin with the same. A call of a tool with the same arguments as one that did not end well, and
 * has or may have changed something, goes on with the record of that one.
 */
export function openStorage(execution: IExecuteFunctions): AttemptStorage {
  const context = contextOf(execution);
  const shared = sharedIn(context ?? {});
  const call = argumentsOf(execution);
  const runIndex = Number(execution.getWorkflowDataProxy(0).$runIndex);
  const { latest } = shared;
  const latestStored = latest?.runIndex === runIndex ? latest.stored : undefined;
  const repeated = call ? records.get(call) : latestStored;
  noteCrash(shared, execution, repeated !== undefined);
  const digest = callDigest(execution, call);
  const earlier = repeated ?? shared.unfinished[digest]?.[0];
  // Without a context iterations are not counted, so that a count of them would be no identity.
  const seed = context ? latest?.stored.seed : randomUUID();
  const stored = earlier ?? { round: shared.count++, seed, crash: shared.crash, marks: {} };
  if (call) records.set(call, stored);
  else shared.latest = { runIndex, stored };
  const { answered } = shared;
  const before = new Set(answered);
  const isAnsweredByAny = (id: number) => before.has(id) || answered.includes(id, before.size);
  return {
    stored,
    isKnown: earlier !== undefined,
    isAnswered: (requestId) => isAnsweredByAny(requestId) && !idsIn(stored).includes(requestId),
    // At once: another call may be looking for what was started before, too.
    answer: (requestId) => answered.push(requestId),
    close: () => {
      if (digest !== '') noteUnfinished(shared, digest, stored);
    },
  };
}

/** 64 bit of SHA-256, in hex. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The ids of the Requests that an iteration has started. */
export function idsIn({ marks }: Stored): number[] {
  return Object.values(marks).filter((mark) => typeof mark === 'number');
}

function sharedIn(context: IDataObject): Shared {
  const shared = (context[SHARED_KEY] as Shared | undefined) ?? { count: 0, answered: [], unfinished: {} };
  context[SHARED_KEY] = shared;
  return shared;
}

/** n8n saves the context at a Wait node, so that after a crash it can be that of an older iteration. */
function noteCrash(shared: Shared, execution: IExecuteFunctions, isRepeat: boolean): void {
  const executionId = execution.getExecutionId();
  const isAfterCrash = execution.getMode() === 'retry' && shared.executionId !== executionId && !isRepeat;
  if (isAfterCrash) shared.crash = { at: Date.now(), round: shared.crash?.round ?? shared.count };
  shared.executionId = executionId;
}

/** By it a call of a tool is known when its caller makes it again; empty where the node is no tool. */
function callDigest(execution: IExecuteFunctions, call: IDataObject | undefined): string {
  if (call) return shortHash(inOrder(call));
  if (!isTool(execution)) return '';
  // The engine gives the arguments with the item of the agent, and with an id that is new in each call.
  return shortHash(inOrder({ ...execution.getInputData()[0]?.json, toolCallId: undefined }));
}

function noteUnfinished({ unfinished }: Shared, digest: string, stored: Stored): void {
  const others = (unfinished[digest] ?? []).filter(({ round }) => round !== stored.round);
  const all = holdsChanges(stored) ? [...others, stored] : others;
  if (all.length > 0) unfinished[digest] = all;
  else delete unfinished[digest];
}

/** Whether there is something that was, or may have been, changed: what ended well is forgotten. */
function holdsChanges({ marks, moved = [], sent = [], done = [] }: Stored): boolean {
  return moved.length + sent.length + done.length + Object.keys(marks).length > 0;
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
