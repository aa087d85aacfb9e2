import { ANSWER_FAULTS } from './answers';
import { BYTE_FAULTS } from './bytes';
import type { Fault } from './fault';
import { LIST_FAULTS } from './lists';
import { TRIGGER_FAULTS } from './trigger';
import { VALUE_FAULTS } from './values';

/** Everything that can be wrong with a server. */
export const FAULTS: Fault[] = [
  ...LIST_FAULTS,
  ...BYTE_FAULTS,
  ...ANSWER_FAULTS,
  ...VALUE_FAULTS,
  ...TRIGGER_FAULTS,
];
