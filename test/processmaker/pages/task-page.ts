import type { RequestRow, TokenRow } from '../database/rows';
import type { FormField } from '../forms/fields';
import type { Json, JsonObject } from '../types';
import { escapeHtml, layout } from './layout';

/** The page on which a person completes a task. */
export function taskPage(
  base: string,
  task: TokenRow,
  request: RequestRow,
  fields: FormField[],
  data: JsonObject,
): string {
  const back = `<p><a href="${base}/requests/${request.id}">Request “${escapeHtml(request.name)}” #${request.id}</a></p>`;
  const title = task.element_name ?? 'Task';
  if (task.status !== 'ACTIVE') return layout(title, `<p>This task is closed.</p>${back}`);
  const inputs = fields.map((field) => input(field, data[field.name])).join('');
  return layout(title, `<form method="post">${inputs}<button>Complete the task</button></form>${back}`);
}

function input(field: FormField, value: Json | undefined): string {
  const name = `name="${escapeHtml(field.name)}"`;
  const text = escapeHtml(value);
  const label = escapeHtml(field.label);
  switch (field.component) {
    case 'FormCheckbox':
      return `<label><input type="checkbox" ${name} value="true"${value === true ? ' checked' : ''}> ${label}</label>`;
    case 'FormTextArea':
      return `<label>${label}<textarea ${name} rows="2">${text}</textarea></label>`;
    case 'FormSelectList': {
      const options = Object.entries(field.options).map(
        ([key, title]) =>
          `<option value="${escapeHtml(key)}"${key === value ? ' selected' : ''}>${escapeHtml(title)}</option>`,
      );
      return `<label>${label}<select ${name}><option></option>${options.join('')}</select></label>`;
    }
    case 'FormInput':
    case 'FormDatePicker':
      return `<label>${label}<input ${name} type="${inputType(field)}" step="any" value="${text}"></label>`;
  }
}

function inputType(field: FormField): string {
  if (field.component === 'FormDatePicker') return 'date';
  return ['currency', 'int', 'float'].includes(field.format) ? 'number' : 'text';
}

/** The data that a sent form means, typed as the form's fields say. */
export function formValues(fields: FormField[], form: JsonObject): JsonObject {
  const values = fields.map((field): [string, Json] => {
    const text = form[field.name];
    if (field.component === 'FormCheckbox') return [field.name, text === 'true'];
    if (typeof text !== 'string' || text === '') return [field.name, null];
    return [field.name, inputType(field) === 'number' ? Number(text) : text];
  });
  return Object.fromEntries(values);
}
