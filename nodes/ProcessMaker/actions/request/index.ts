import type { Resource } from '../operation';
import { cancel } from './cancel.operation';
import { get } from './get.operation';
import { start } from './start.operation';

export const request: Resource = {
  value: 'request',
  name: 'Request',
  operations: [cancel, get, start],
  default: 'start',
};
