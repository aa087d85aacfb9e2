/** A way in which n8n is killed, of which the Retry button has to make exactly one Request for each order. */
export interface Scenario {
  name: string;
  /** A path segment for the webhook. */
  path: string;
  /** The node that n8n is killed in. */
  killedIn: string;
  /** Orders of an iteration, when the starts stand in a loop. */
  batchSize?: number;
  /** n8n is killed when this many starts have arrived, or when the later node calls. */
  killAtStart?: number;
  /** The repeat gets orders in another order, and some with other data. */
  changesInput?: boolean;
  /** Orders that cannot be told from others, so that they are rightly reported as unknown. */
  disputed: number;
}

export const ORDERS = 40;
export const START_NODE = 'Start request';
export const LATER_NODE = 'Later';
/** What the later node calls. */
export const LATER_PATH = '/later';

/** Positions of orders that hold something else each time; the first two of them are sent before the kill. */
export const CHANGING = [0, 1, 38, 39];

export const SCENARIOS: Scenario[] = [
  {
    name: 'n8n killed inside the node',
    path: 'inside',
    killedIn: START_NODE,
    killAtStart: 20,
    disputed: 0,
  },
  {
    name: 'n8n killed in a later node',
    path: 'later',
    killedIn: LATER_NODE,
    disputed: 0,
  },
  {
    name: 'n8n killed in iteration 3 of a loop',
    path: 'loop',
    killedIn: START_NODE,
    batchSize: 10,
    killAtStart: 25,
    disputed: 0,
  },
  {
    name: 'n8n killed, input reordered and changed',
    path: 'changed',
    killedIn: START_NODE,
    killAtStart: 20,
    changesInput: true,
    disputed: 2,
  },
];
