import type { Resource } from '../operation';
import { complete } from './complete.operation';
import { get } from './get.operation';
import { getFormFields } from './getFormFields.operation';
import { getMany } from './getMany.operation';
import { reassign } from './reassign.operation';

export const task: Resource = {
  value: 'task',
  name: 'Task',
  operations: [complete, get, getFormFields, getMany, reassign],
  default: get.value,
};
