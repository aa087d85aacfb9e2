import type { INodeParameters } from 'n8n-workflow';
import type { Contestant } from './client/workflows';
import type { PhpLimits } from './server/php';

/** A way to start Requests. */
export interface Way {
  name: string;
  contestant: Contestant;
  options?: INodeParameters;
  /** The most connections that it may open. */
  parallel?: number;
}

export const LARGEST = 1500;
export const SIZES = [60, 500, LARGEST];
/** For the comparison of one at a time with 10 in parallel, one right after the other. */
export const COMPARED = 200;

const CALL_MS = 125;

/** As a ProcessMaker on a larger machine: of as many workers as the tables need within a few minutes. */
export const PHP: PhpLimits = { workers: 10, callMs: CALL_MS, queue: 440, connections: 512 };
/** As the ProcessMaker on 2 cores that was measured. */
export const SMALL: PhpLimits = { ...PHP, workers: 2 };
/** One that can hardly let anything wait. */
export const TIGHT: PhpLimits = { ...PHP, queue: 8 };

/** The node with this many Requests in parallel. */
export function node(parallel: number, options: INodeParameters = {}): Way {
  return {
    name: `ProcessMaker node, ${parallel} in parallel${parallel === 5 ? ' (default)' : ''}`,
    contestant: 'processMaker',
    options: { requestsInParallel: parallel, ...options },
    parallel,
  };
}

export const HTTP_REQUEST: Way = { name: 'HTTP Request node', contestant: 'httpRequest' };
export const LOOP: Way = {
  name: 'HTTP Request node in a loop, one at a time',
  contestant: 'loop',
  parallel: 1,
};

export const START_AGAIN: Way = {
  ...node(50, { startAgainWhenNotFound: true }),
  name: 'ProcessMaker node, 50 in parallel, Start Again When Not Found',
};
