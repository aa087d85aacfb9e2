import { optionsOf, switchField, textField } from '../../../fields/common';
import { inputFilesField, writeFileIdOption } from '../../../fields/inputFiles';
import { includeDataOption, outputOptions } from '../../../fields/output';
import { waitOptions } from '../../../fields/waitFields';
import {
  DEFAULT_PARALLEL,
  DEFAULT_TIMEOUT_SECONDS,
  DEFAULT_WINDOW_SECONDS,
  MAX_PARALLEL,
  MAX_SECONDS,
} from '../../../starting/readStart';

/** In groups, the most used first: a list of this length is not looked through. */
export const startOptions = optionsOf(
  // Repeats by others
  textField(
    'Idempotency Key',
    'idempotencyKey',
    "Your own key for each start, such as an order number. If the process already has a Request with this key, from this or any earlier execution, no other is started; two executions with the same key at the same moment can both start one, and name it in duplicates. Only Requests that the user of the access token may see are found. The key is stored in the Request's data in place of the hidden key.",
    { placeholder: 'e.g. {{ $json.orderId }}' },
  ),
  {
    displayName: 'If a Request With the Key Exists',
    name: 'onExistingRequest',
    type: 'options',
    default: 'return',
    description: 'What to do when the process already has a Request with the Idempotency Key',
    options: [
      {
        name: 'Throw Error',
        value: 'error',
        description: 'Start nothing, and name that Request in the message',
      },
      {
        name: 'Return It',
        value: 'return',
        description: 'Return that Request, marked with alreadyStarted',
      },
      {
        name: 'Start Again If It Ended in Error or Was Canceled',
        value: 'startAgain',
        description: 'Start another Request in its place; return it in any other status',
      },
    ],
  },
  {
    displayName: "If Another User's Request Has the Key",
    name: 'onOtherUsersRequest',
    type: 'options',
    default: 'error',
    description:
      'What to do when the process has a Request with the Idempotency Key that another user has started, and none of the user of the access token. Everybody who may start the process can take a key in advance.',
    options: [
      {
        name: 'Ignore It',
        value: 'ignore',
        description: 'Start a Request all the same. Only Requests of the user of the access token count.',
      },
      {
        name: 'Return It',
        value: 'return',
        description: "Treat other users' Requests like those of the user of the access token",
      },
      {
        name: 'Throw Error',
        value: 'error',
        description: 'Start nothing, and name that Request and its user in the message',
      },
    ],
  },
  // Output
  { ...includeDataOption, displayOptions: { show: { '/waitFor': ['nothing'] } } },
  // What was waited for comes with its data.
  { ...includeDataOption, default: true, displayOptions: { hide: { '/waitFor': ['nothing'] } } },
  switchField(
    'Return Requests in Error',
    'returnErroredRequests',
    'Whether a Request that is in status ERROR right after its start, or that a wait or a repeat finds in ERROR or CANCELED, is returned like any other, instead of throwing an error',
    { displayOptions: { hide: { '/waitFor': ['task'] } } },
  ),
  ...outputOptions,
  // Files
  {
    ...inputFilesField,
    displayName: 'Files',
    description:
      'The binary fields of the item to upload to its Request once it is started, each with the variable that it belongs to. A Request that was there before keeps its own files; a file that is not uploaded for that reason is returned with uploaded: false.',
  },
  writeFileIdOption,
  // Waiting
  ...waitOptions,
  // How it is sent, and what becomes of a lost response
  {
    displayName: 'Requests in Parallel',
    name: 'requestsInParallel',
    type: 'number',
    noDataExpression: true,
    typeOptions: { minValue: 1, maxValue: MAX_PARALLEL, numberPrecision: 0 },
    default: DEFAULT_PARALLEL,
    description:
      'How many Requests to start at the same time. The output keeps the order of the items in any case, but they only start, and get their IDs, in that order when this is 1.',
  },
  {
    displayName: 'Timeout',
    name: 'timeout',
    type: 'number',
    typeOptions: { minValue: 1, maxValue: MAX_SECONDS },
    default: DEFAULT_TIMEOUT_SECONDS,
    description:
      'How many seconds to wait for the response to each start, and to each look-up of what was started. After that, it is not known whether the Request was started.',
  },
  {
    displayName: 'Recovery Window',
    name: 'recoveryWindow',
    type: 'number',
    typeOptions: { minValue: 0, maxValue: MAX_SECONDS },
    default: DEFAULT_WINDOW_SECONDS,
    description:
      'How many seconds to look for a Request whose start got no response. Starts that the server refuses because it is busy, starting or in maintenance are repeated for the longest of all items.',
  },
  switchField(
    'Start Again When Not Found',
    'startAgainWhenNotFound',
    'Whether to start an item again when its start got no response and no Request was found by the end of the Recovery Window; once only when ProcessMaker itself responded with a 500. Otherwise an error is thrown, which says that the outcome is unknown.',
  ),
);
