import type { Resource } from '../operation';
import { get } from './get.operation';
import { getMany } from './getMany.operation';
import { getStartEvents } from './getStartEvents.operation';

export const process: Resource = {
  value: 'process',
  name: 'Process',
  operations: [get, getMany, getStartEvents],
  default: getMany.value,
};
