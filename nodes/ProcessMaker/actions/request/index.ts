import type { Resource } from '../operation';
import { cancel } from './cancel.operation';
import { complete } from './complete.operation';
import { get } from './get.operation';
import { retry } from './retry.operation';
import { start } from './start.operation';
import { wait } from './wait.operation';

export const request: Resource = {
  value: 'request',
  name: 'Request',
  operations: [cancel, complete, get, retry, start, wait],
  default: 'start',
};
