import type { Resource } from '../operation';
import { complete } from './complete/complete.operation';
import { get } from './get.operation';
import { getFormFields } from './getFormFields.operation';
import { getMany } from './getMany/getMany.operation';
import { reassign } from './reassign/reassign.operation';

export const task: Resource = {
  value: 'task',
  name: 'Task',
  operations: [complete, get, getFormFields, getMany, reassign],
  default: get.value,
};
