export { searchProcesses, searchStartEvents } from './processes';
export { searchTasks } from './tasks';
export { searchUsers } from './users';
