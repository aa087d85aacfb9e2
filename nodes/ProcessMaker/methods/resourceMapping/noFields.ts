import type { ResourceMapperFields } from 'n8n-workflow';

/** What the editor shows in place of fields. */
export function noFields(emptyFieldsNotice: string): ResourceMapperFields {
  return { fields: [], emptyFieldsNotice };
}
