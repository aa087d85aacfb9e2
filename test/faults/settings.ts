import type { INodeParameters } from 'n8n-workflow';
import type { Tally } from './tally';

/** Executions at the same time. */
export const RUNS_AT_ONCE = 16;
export const TIMEOUT_SECONDS = 2;
/** Every fault, and every streak of faults, ends within it. */
export const WINDOW_SECONDS = 11;

/** One way to set the node, and what has to come of it. */
export interface Setting {
  name: string;
  /** The part of all items that is run in this way. */
  share: number;
  options: INodeParameters;
  /** What is wrong with the result; every count of lost, duplicated and falsely reported items is wrong anyway. */
  missed: (tally: Tally) => string[];
}

const LEAST_STARTED = 0.995;
/**
 * A start that an outage cuts before the proxy has seen it counts as sent for the node: ProcessMaker's own 500 to the next
 * one is then the second response without success, and it is not sent again. How many they are depends on the machine:
 * up to 0.7 % of the items were seen. A node that sent none again after such a 500 would leave 4 % and more.
 */
const MOST_CUT_UNSEEN = 0.02;

export const SETTINGS: Setting[] = [
  {
    name: 'Start Again When Not Found',
    share: 0.6,
    options: { startAgainWhenNotFound: true },
    missed: ({ items, started, reportedUnknown, rightlyUnknown, unknownAfterOne }) => [
      ...(reportedUnknown > rightlyUnknown ? ['items were reported as unknown'] : []),
      ...(unknownAfterOne > MOST_CUT_UNSEEN * items
        ? ["items were not sent again after ProcessMaker's own 500"]
        : []),
      ...(started < LEAST_STARTED * (items - rightlyUnknown)
        ? ['less than 99.5 % of the items were started']
        : []),
    ],
  },
  { name: 'defaults', share: 0.4, options: {}, missed: () => [] },
];

/** The options of the node in a setting: the waiting times are short, so that a run of all faults is. */
export function nodeOptions({ options }: Setting): INodeParameters {
  return {
    timeout: TIMEOUT_SECONDS,
    recoveryWindow: WINDOW_SECONDS,
    requestsInParallel: 20,
    ...options,
  };
}
