export { deleteFile } from './delete.operation';
export { download } from './download.operation';
export { getMany } from './getMany.operation';
export { upload } from './upload/upload.operation';
