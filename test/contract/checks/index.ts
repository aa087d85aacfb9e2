import { changeChecks } from './changes';
import { credentialChecks } from './credential';
import { fileChecks } from './files';
import { listChecks } from './lists';
import { refusalChecks } from './refusals';
import { requestChecks } from './requests';
import { startChecks } from './start';
import { taskChecks } from './tasks';
import { triggerChecks } from './trigger';
import { waitChecks } from './waits';
import type { Check } from '../contract';

/** Every call of the node, and every answer that can be provoked, in the order in which they are made. */
export const checks: Check[] = [
  ...credentialChecks,
  ...listChecks,
  ...startChecks,
  ...requestChecks,
  ...waitChecks,
  ...fileChecks,
  ...taskChecks,
  ...changeChecks,
  ...triggerChecks,
  ...refusalChecks,
];
