import type { Resource } from '../operation';
import { complete } from './complete.operation';
import { get } from './get.operation';
import { getMany } from './getMany.operation';

export const task: Resource = {
  value: 'task',
  name: 'Task',
  operations: [complete, get, getMany],
  default: get.value,
};
