export { complete } from './complete/complete.operation';
export { get } from './get.operation';
export { getFormFields } from './getFormFields.operation';
export { getMany } from './getMany/getMany.operation';
export { reassign } from './reassign.operation';
