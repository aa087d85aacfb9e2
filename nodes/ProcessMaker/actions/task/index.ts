import type { Resource } from '../operation';
import { get } from './get.operation';
import { getMany } from './getMany.operation';

export const task: Resource = {
  value: 'task',
  name: 'Task',
  operations: [get, getMany],
  default: get.value,
};
