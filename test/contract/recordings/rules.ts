/** Headers whose value must be the same. */
export const SAME_HEADERS = ['content-type', 'cache-control', 'retry-after', 'content-disposition'];

/** The same for those that a real server always sends, and that the later recordings leave out. */
export const SAME_WHERE_RECORDED = ['allow'];

/** Keys whose values the situation determines, not only their types. */
export const SAME_VALUES = [
  'status',
  'message',
  'error',
  'element_id',
  'element_name',
  'name',
  'key',
  'type',
  'process_id',
  'field',
  'format',
  'label',
  'component',
  'dataFormat',
  'file_name',
  'data_name',
  'username',
];

/** Keys that hold free values: all of it must be the same. */
export const SAME_TREES = ['data', 'meta'];

/** When a user was last seen depends on what the user did before. */
export const EITHER_NULL_OR_TEXT = ['loggedin_at', 'active_at'];

/** Lists whose order says nothing, with the key by which they are put in order. */
export const UNORDERED: Readonly<Record<string, string>> = { summary: 'key', participants: 'id' };
