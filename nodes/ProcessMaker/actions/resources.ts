import { file } from './file';
import type { Resource } from './operation';
import { request } from './request';

/** Everything that the node works on. */
export const resources: Resource[] = [file, request];
