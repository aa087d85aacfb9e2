import type { IExecuteFunctions } from 'n8n-workflow';

import { shortHash } from './start/keys';

const KEY = 'changes';

interface Stored {
  runIndex: number;
  /** A retry has another one. */
  executionId: string;
  /** n8n may have crashed in this round, or before it, and have lost what was done. */
  crashed: boolean;
  /** Digests of the changes that were sent. */
  sent: string[];
}

/**
 * Which changes an earlier try of this round may have sent, by the node's own context. n8n gives it back when it runs
 * the node again for all items: on Retry On Fail, and on the Retry button. After a crash it is lost, and any change may
 * have been sent.
 */
export class EarlierTries {
  private readonly earlier: Set<string>;

  private readonly stored: Stored;

  constructor(context: IExecuteFunctions) {
    const node = context.getContext('node');
    const earlier = node[KEY] as Stored | undefined;
    const runIndex = Number(context.getWorkflowDataProxy(0).$runIndex);
    const executionId = context.getExecutionId();
    const isSameRound = earlier?.runIndex === runIndex;
    const isRetried = context.getMode() === 'retry' && earlier?.executionId !== executionId;
    this.stored = {
      runIndex,
      executionId,
      crashed: earlier?.crashed === true || (isRetried && !isSameRound),
      sent: isSameRound ? [...earlier.sent] : [],
    };
    node[KEY] = this.stored;
    this.earlier = new Set(this.stored.sent);
  }

  /** Whether an earlier try may have sent this change. */
  mayHaveSent(change: unknown): boolean {
    return this.stored.crashed || this.earlier.has(digestOf(change));
  }

  /** To be called before a change is sent. */
  markSent(change: unknown): void {
    this.stored.sent.push(digestOf(change));
  }

  /** To be called when a change that was marked in this try surely was not made. */
  unmark(change: unknown): void {
    const position = this.stored.sent.lastIndexOf(digestOf(change));
    if (position !== -1) this.stored.sent.splice(position, 1);
  }

  /** Forgets the round. To be called only when every item ended well, since n8n may repeat any other. */
  clear(): void {
    this.stored.sent = [];
  }
}

function digestOf(change: unknown): string {
  return shortHash(JSON.stringify(change));
}
