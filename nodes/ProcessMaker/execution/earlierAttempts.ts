import type { IExecuteFunctions } from 'n8n-workflow';

import type { ItemFailure } from './failedItem';
import { shortHash } from '../actions/request/start/keys';

const KEY = 'changes';

interface Stored {
  runIndex: number;
  /** A retry has another one. */
  executionId: string;
  /** n8n may have crashed in this round, or before it, and have lost what was done. */
  crashed: boolean;
  /** Digests of the changes that were sent, and of which it is not known that they were made. */
  sent: string[];
  /** Digests of the changes that were made. */
  done: string[];
}

/** What is known of a change before it is sent. */
export interface EarlierTry {
  /** An earlier try of this execution may have made it already. */
  mayBeDone: boolean;
  /** An earlier try has made it. What is seen now may be the work of others since. */
  isDone: boolean;
}

/**
 * Which changes an earlier try of this round has sent, by the node's own context. n8n gives it back when it runs the
 * node again for all items: on Retry On Fail, and on the Retry button. After a crash it is lost, and any change may have
 * been sent. A change that several items ask for is counted as often.
 */
export class EarlierTries {
  private readonly stored: Stored;

  private readonly earlierSent: string[];

  private readonly earlierDone: string[];

  /** Tells the changes of one operation and instance from the same ones of another: a node may change before a retry. */
  private readonly place: string;

  constructor(context: IExecuteFunctions, instanceUrl: string) {
    const { resource, operation } = context.getNode().parameters;
    this.place = JSON.stringify([resource, operation, instanceUrl]);
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
      done: isSameRound ? [...earlier.done] : [],
    };
    node[KEY] = this.stored;
    this.earlierSent = [...this.stored.sent];
    this.earlierDone = [...this.stored.done];
  }

  /** To be called before a change is sent. */
  begin(change: unknown): EarlierTry {
    const digest = this.digestOf(change);
    if (takeOut(this.earlierDone, digest)) return { mayBeDone: true, isDone: true };
    const mayBeSent = takeOut(this.earlierSent, digest);
    if (!mayBeSent) this.stored.sent.push(digest);
    return { mayBeDone: mayBeSent || this.stored.crashed, isDone: false };
  }

  /** To be called with what came of a change; nothing when it went well. */
  end(change: unknown, { mayBeDone, isDone }: EarlierTry, failure?: ItemFailure): void {
    if (isDone) return;
    const digest = this.digestOf(change);
    if (!failure || failure.done) {
      takeOut(this.stored.sent, digest);
      this.stored.done.push(digest);
    } else if (!mayBeDone && surelyNotDone(failure)) {
      takeOut(this.stored.sent, digest);
    }
  }

  /** Forgets the round. To be called only when every item ended well, since n8n may repeat any other. */
  clear(): void {
    this.stored.sent = [];
    this.stored.done = [];
  }

  private digestOf(change: unknown): string {
    return shortHash(`${this.place} ${JSON.stringify(change)}`);
  }
}

/** Nothing of the change was made, so that it can be made by a repeat. */
function surelyNotDone({ delivery, outcome }: ItemFailure): boolean {
  return delivery === 'notProcessed' && outcome !== 'partlyDone';
}

function takeOut(list: string[], value: string): boolean {
  const position = list.indexOf(value);
  if (position !== -1) list.splice(position, 1);
  return position !== -1;
}
