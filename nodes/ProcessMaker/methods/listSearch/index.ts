export { searchProcesses, searchStartEvents } from './processes';
export { searchRequests } from './requests';
export { searchWaitingEvents } from './waitingEvents';
