import type { IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import type { ProcessMakerError } from '../transport/processMakerError';
import type { AttemptRecord } from './attemptRecord';
import type { Attempt } from './change';
import type { Slot } from './concurrency';
import type { DoneSummary, Hints, ItemResults, OutputItem } from './itemResults';

export type Work<T> = (value: T, attempt: Attempt, slot: Slot) => Promise<OutputItem[]>;

export interface Entry<T> {
  index: number;
  value: T;
}

export interface ItemRun {
  connection: Connection;
  results: ItemResults;
  hints: Hints;
  record: AttemptRecord;
  fail: (index: number, error: unknown) => void;
  /** An item whose response was lost is looked for. */
  doubt: (index: number) => void;
}

interface AnyOperation<T> {
  /** Whether it changes something in ProcessMaker. Then a failed item reports its outcome. */
  changes: boolean;
  parallel?: number;
  retrySeconds?: number;
  read(context: IExecuteFunctions, itemIndex: number, connection: Connection, hints: Hints): T;
  /** Adds to an error what is known of its item. */
  complete?(
    error: ProcessMakerError,
    item: { index: number; wasSent: boolean; record: AttemptRecord | undefined },
  ): ProcessMakerError;
  summarize?: (results: ItemResults) => DoneSummary;
}

export interface ItemOperation<T> extends AnyOperation<T> {
  /** What of the parameters says which change it is, when others may differ in a repeat; all of them by default. */
  changeOf?(value: T): unknown;
  /** Makes the work on an item. What all need is looked up together. @param stopped ends when the node may not go on */
  begin(connection: Connection, all: T[], stopped: AbortSignal): Work<T>;
}

/** A change that finds out about all of its items before the first is sent, and keeps the record itself. */
export interface PreparedOperation<T> extends AnyOperation<T> {
  changes: true;
  /** @returns the items that are still to be worked on, and the work */
  prepare(run: ItemRun, entries: Array<Entry<T>>): Promise<{ open: Array<Entry<T>>; work: Work<T> }>;
  afterwards?(run: ItemRun): Promise<void>;
}
