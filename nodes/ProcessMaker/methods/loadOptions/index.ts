export { getProcesses } from './processes';
