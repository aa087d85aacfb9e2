import type { Resource } from './operation';
import { request } from './request';
import { task } from './task';

/** Everything that the node works on. */
export const resources: Resource[] = [request, task];
