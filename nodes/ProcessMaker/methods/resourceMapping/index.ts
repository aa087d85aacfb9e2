export { getFormFields } from './formFields';
export { getTaskFormFields } from './taskFormFields';
