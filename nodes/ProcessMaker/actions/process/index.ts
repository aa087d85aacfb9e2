export { get } from './get.operation';
export { getMany } from './getMany.operation';
export { getStartEvents } from './getStartEvents.operation';
