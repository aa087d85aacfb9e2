import type { PlacedFault } from './faults';
import type { World } from './model/processmaker';
import type { RepeatName } from './repeats';

/** A history to be played: what is done, what goes wrong, and how it is done again. */
export interface Plan {
  operation: string;
  repeat: RepeatName;
  faults: PlacedFault[];
  items: number;
  /** All items hold the same. */
  identical: boolean;
  /** The order of the items in the repeat, where n8n may give another one. */
  order: number[];
  /** What else is done to the items before the repeat, where a person can. */
  edit: 'none' | 'edited' | 'added' | 'dropped';
  /** One more item fails at first, so that n8n repeats the node whatever the fault was. */
  nudge: boolean;
  /** Between the first attempt and a person's repeat, in milliseconds. */
  pause: number;
  /** From the fault until n8n crashes or is stopped, in milliseconds. */
  interruptAfter: number;
  onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
  world: World;
  seed: number;
}
