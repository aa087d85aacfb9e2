import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { asText } from '../guards';
import { shortHash } from '../actions/request/start/keys';

const KEY = 'starts';

/**
 * What an earlier try left for an item: the key under which it was sent (empty when it had none), as long as nothing
 * more is known, or the Request's id.
 */
export type Mark = string | number;

/**
 * The Retry button was used, and n8n had no context of the round that came next: n8n may have crashed, so that this
 * round and all that follow may have been started before.
 */
interface Crash {
  /** When the retry began, in milliseconds since 1970. */
  at: number;
  /** The first round that may have been started before. What was started in earlier ones has answered there. */
  round: number;
}

interface Stored {
  /** How many rounds this node had completed when this one began. */
  round: number;
  runIndex: number;
  /** A retry has another one. */
  executionId: string;
  /** Takes the place of n8n's resume token where there is none. */
  seed?: string;
  crash?: Crash;
  /** After a crash: Requests that have answered for an item of an earlier round, and so cannot for another one. */
  answered?: number[];
  /** By item: the key from just before the POST until its outcome is known, then the Request's id. */
  marks: Record<string, Mark>;
}

/**
 * What this node has started in this round, kept in the node's own context. n8n gives it back when it runs the node
 * again for all items: on Retry On Fail, and on the Retry button after an ordinary failure, but not after a crash.
 * The context is shared by all rounds of a loop. n8n saves it with the execution: it holds little, and the marks go
 * when the round has ended well.
 */
export class StartMemory {
  /** A short hash of this execution and node. The Retry button does not change it, not even after a crash. */
  readonly run: string;

  /** Whether this round may have been started before. */
  readonly isRepeat: boolean;

  /** Whether `run` is still the same after a crash of n8n. */
  readonly outlivesCrash: boolean;

  private readonly stored: Stored;

  private readonly answered: Set<number>;

  constructor(execution: IExecuteFunctions) {
    const context = execution.getContext('node');
    const runIndex = Number(execution.getWorkflowDataProxy(0).$runIndex);
    const earlier = context[KEY] as Stored | undefined;
    this.stored = nextStored(
      earlier,
      { runIndex, executionId: execution.getExecutionId() },
      execution.getMode() === 'retry',
    );
    this.isRepeat = earlier === this.stored || this.crash !== undefined;
    context[KEY] = this.stored;
    this.answered = new Set(this.stored.answered);
    const resume = resumeToken(execution);
    this.outlivesCrash = resume !== undefined;
    const token = resume ?? (this.stored.seed ??= randomUUID());
    this.run = shortHash(`${token}\n${execution.getNode().id}`);
  }

  get round(): number {
    return this.stored.round;
  }

  /** What makes it uncertain what was started before; undefined when the marks tell all. */
  get crash(): Crash | undefined {
    return this.stored.crash;
  }

  earlierMark(itemIndex: number): Mark | undefined {
    return this.stored.marks[itemIndex];
  }

  /** Ids of the Requests that earlier tries started. */
  startedIds(): number[] {
    return idsIn(this.stored);
  }

  markSent(itemIndex: number, key = ''): void {
    this.stored.marks[itemIndex] = key;
  }

  settleStarted(itemIndex: number, requestId: number): void {
    this.stored.marks[itemIndex] = requestId;
  }

  /** Whether a Request that was started in a round has answered for an item of an earlier round. */
  hasAnswered(round: number, requestId: number): boolean {
    return (this.crash !== undefined && round < this.crash.round) || this.answered.has(requestId);
  }

  settleNotStarted(itemIndex: number): void {
    delete this.stored.marks[itemIndex];
  }

  /** Forgets the round. To be called only when every item ended well, since n8n may repeat any other. */
  clear(): void {
    this.stored.answered = answeredIn(this.stored);
    this.stored.marks = {};
  }
}

function nextStored(
  earlier: Stored | undefined,
  now: Pick<Stored, 'runIndex' | 'executionId'>,
  isRetry: boolean,
): Stored {
  const round = earlier ? earlier.round + 1 : 0;
  const isAfterCrash = isRetry && earlier?.executionId !== now.executionId;
  const crash = isAfterCrash ? { at: Date.now(), round: earlier?.crash?.round ?? round } : earlier?.crash;
  if (!earlier) return { round, ...now, crash, marks: {} };
  // The context's own count tells rounds apart; the run index, which a crash shifts, only a round from its repeat.
  if (earlier.runIndex === now.runIndex) return Object.assign(earlier, now);
  // n8n saves the context at a Wait node, so that after a crash it can be that of an older round.
  return { ...earlier, ...now, round, crash, answered: answeredIn(earlier), marks: {} };
}

/** Ids of the Requests that have answered for items of this round. */
function idsIn({ marks }: Stored): number[] {
  return Object.values(marks).filter((mark) => typeof mark === 'number');
}

/** After a crash: the Requests that have answered until the end of this round. */
function answeredIn(stored: Stored): number[] | undefined {
  return stored.crash && [...(stored.answered ?? []), ...idsIn(stored)];
}

/** The secret of the execution's resume URL: the same in every repeat of an execution, different in every other. */
function resumeToken(execution: IExecuteFunctions): string | undefined {
  const url = execution.evaluateExpression('{{ $execution.resumeUrl }}', 0);
  try {
    return new URL(asText(url)).searchParams.get('signature') ?? undefined;
  } catch {
    return undefined;
  }
}
