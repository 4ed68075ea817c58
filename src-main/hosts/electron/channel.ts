/** The one IPC channel: requests go up, answers and notifications come down. */
export const API_CHANNEL = 'api';
