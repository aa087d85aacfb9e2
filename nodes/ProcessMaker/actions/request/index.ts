import type { Resource } from '../operation';
import { start } from './start.operation';

export const request: Resource = {
  value: 'request',
  name: 'Request',
  operations: [start],
  default: 'start',
};
