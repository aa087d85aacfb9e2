import type { Resource } from '../operation';
import { cancel } from './cancel.operation';
import { complete } from './complete.operation';
import { deleteRequest } from './delete.operation';
import { get } from './get.operation';
import { getMany } from './getMany.operation';
import { retry } from './retry.operation';
import { start } from './start/start.operation';
import { triggerEvent } from './triggerEvent/triggerEvent.operation';
import { updateData } from './updateData/updateData.operation';
import { wait } from './wait.operation';

export const request: Resource = {
  value: 'request',
  name: 'Request',
  operations: [cancel, complete, deleteRequest, get, getMany, retry, start, triggerEvent, updateData, wait],
  default: 'start',
};
