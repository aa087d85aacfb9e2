import type { Resource } from '../operation';
import { getMany } from './getMany.operation';

export const user: Resource = {
  value: 'user',
  name: 'User',
  operations: [getMany],
  default: getMany.value,
};
