export { searchProcesses, searchStartEvents } from './processes';
export { searchFiles, searchRequests, searchWaitingEvents } from './requests';
export { searchTasks } from './tasks';
export { searchUsers } from './users';
