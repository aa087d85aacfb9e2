import { file } from './file';
import type { Resource } from './operation';
import { process } from './process';
import { request } from './request';
import { task } from './task';
import { user } from './user';

/** Everything that the node works on. */
export const resources: Resource[] = [file, process, request, task, user];
