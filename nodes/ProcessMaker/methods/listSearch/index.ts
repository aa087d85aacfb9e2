export { searchProcesses, searchStartEvents } from './processes';
