export { searchFiles } from './files';
export { searchProcesses, searchStartEvents } from './processes';
