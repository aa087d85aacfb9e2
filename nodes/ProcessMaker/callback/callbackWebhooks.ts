import type { IWebhookDescription } from 'n8n-workflow';

/** n8n's address of an execution that sleeps: `$execution.resumeUrl`. */
export const callbackWebhooks: IWebhookDescription[] = [
  {
    name: 'default',
    httpMethod: 'POST',
    responseMode: 'onReceived',
    // Without it, the process would be answered with the text 'firstEntryJson'.
    responseData: '',
    path: '',
    restartWebhook: true,
    isFullPath: true,
  },
];
