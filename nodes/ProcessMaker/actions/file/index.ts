import type { Resource } from '../operation';
import { deleteFile } from './delete.operation';
import { download } from './download.operation';
import { getMany } from './getMany.operation';
import { upload } from './upload/upload.operation';

export const file: Resource = {
  value: 'file',
  name: 'File',
  operations: [deleteFile, download, getMany, upload],
  default: 'upload',
};
