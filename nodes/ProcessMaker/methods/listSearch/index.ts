export { searchFiles } from './files';
export { searchProcesses, searchStartEvents } from './processes';
export { searchRequests } from './requests';
export { searchTasks } from './tasks';
export { searchUsers } from './users';
export { searchWaitingEvents } from './waitingEvents';
