export { getFormFields } from './formFields';
