import * as file from './file';
import type { Resource } from './operation';
import * as process from './process';
import * as request from './request';
import * as task from './task';
import * as user from './user';

/** Everything that the node works on. The operations are those that the folder of a resource exports, in that order. */
export const resources: Resource[] = [
  { value: 'file', name: 'File', operations: Object.values(file), default: file.upload.value },
  { value: 'process', name: 'Process', operations: Object.values(process), default: process.getMany.value },
  { value: 'request', name: 'Request', operations: Object.values(request), default: request.start.value },
  { value: 'task', name: 'Task', operations: Object.values(task), default: task.get.value },
  { value: 'user', name: 'User', operations: Object.values(user), default: user.getMany.value },
];
