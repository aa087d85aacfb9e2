import type { IExecuteFunctions } from 'n8n-workflow';

const KEY = 'starts';

interface Stored {
  runIndex: number;
  /** By item: `sent` from just before the POST until its outcome is known, then the Request's id. */
  marks: Record<string, 'sent' | number>;
}

/**
 * What this node has started in this round, kept in the node's own context. n8n gives it back when it runs the node
 * again for all items: on Retry On Fail, and on the Retry button after an ordinary failure. The context is shared
 * by all rounds of a loop, so it is only good for the round that wrote it. n8n saves it with the execution: it holds
 * little, and goes when the round has ended well.
 */
export class StartMemory {
  private readonly context: Record<string, unknown>;

  private readonly stored: Stored;

  /** Whether an earlier try of this round left marks. */
  readonly isRepeat: boolean;

  constructor(execution: IExecuteFunctions) {
    this.context = execution.getContext('node');
    const runIndex = Number(execution.getWorkflowDataProxy(0).$runIndex);
    const earlier = this.context[KEY] as Stored | undefined;
    this.isRepeat = earlier?.runIndex === runIndex;
    this.stored = earlier && this.isRepeat ? earlier : { runIndex, marks: {} };
    this.context[KEY] = this.stored;
  }

  /** What an earlier try left for an item. */
  earlierMark(itemIndex: number): 'sent' | number | undefined {
    return this.stored.marks[itemIndex];
  }

  /** Ids of the Requests that earlier tries started. */
  startedIds(): number[] {
    return Object.values(this.stored.marks).filter((mark) => mark !== 'sent');
  }

  markSent(itemIndex: number): void {
    this.stored.marks[itemIndex] = 'sent';
  }

  settleStarted(itemIndex: number, requestId: number): void {
    this.stored.marks[itemIndex] = requestId;
  }

  settleNotStarted(itemIndex: number): void {
    delete this.stored.marks[itemIndex];
  }

  /** Forgets the round. To be called only when every item ended well, since n8n may repeat any other. */
  clear(): void {
    delete this.context[KEY];
  }
}
