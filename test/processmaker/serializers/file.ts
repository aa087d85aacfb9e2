import type { FileRow } from '../database/rows';
import type { JsonObject } from '../types';

/** A file of a Request; `base` is the address of the instance. */
export function fileJson(file: FileRow, base: string): JsonObject {
  const time = `${file.created_at.replace(' ', 'T')}.000000Z`;
  return {
    id: file.id,
    uuid: file.uuid,
    model_type: 'ProcessMaker\\Models\\ProcessRequest',
    model_id: file.process_request_id,
    collection_name: 'default',
    name: file.name,
    file_name: file.file_name,
    mime_type: file.mime_type,
    disk: 'public',
    conversions_disk: 'public',
    size: file.size,
    manipulations: [],
    custom_properties: {
      parent: null,
      row_id: null,
      createdBy: file.created_by,
      data_name: file.data_name,
      updatedBy: file.updated_by,
    },
    responsive_images: [],
    order_column: file.id,
    created_at: time,
    updated_at: time,
    generated_conversions: [],
    original_url: `${base}/storage/${file.id}/${file.file_name}`,
    preview_url: '',
    process_request_id: file.process_request_id,
  };
}
