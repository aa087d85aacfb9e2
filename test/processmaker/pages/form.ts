import type { FormField } from '../forms/fields';
import type { Json, JsonObject } from '../types';
import { html, type Html } from './html';

/** The inputs of a form, filled with what the data holds. */
export const inputs = (fields: FormField[], data: JsonObject = {}): Html[] =>
  fields.map((field) => input(field, data[field.name]));

function input(field: FormField, value: Json | undefined): Html {
  const { name } = field;
  const label = field.required ? html`${field.label} *` : html`${field.label}`;
  const must = field.readOnly ? html`readonly` : field.required ? html`required` : html``;
  switch (field.component) {
    case 'FormCheckbox': {
      const checked = value === true ? html`checked` : html``;
      return html`<label><input type="checkbox" name="${name}" value="true" ${checked} /> ${label}</label>`;
    }
    case 'FormTextArea':
      return html`<label
        >${label}<textarea name="${name}" rows="${field.readOnly ? 12 : 2}" ${must}>${value}</textarea>
      </label>`;
    case 'FormLoop':
    case 'FormRecordList':
      return html`<label
        >${label} (JSON, a list of ${field.columns.join(', ')})<textarea name="${name}" rows="2" ${must}>
${value === undefined ? '' : JSON.stringify(value)}</textarea>
      </label>`;
    case 'FormSelectList':
      return html`<label>${label}${select(field, must, value)}</label>`;
    case 'FormInput':
    case 'FormDatePicker':
      return html`<label
        >${label}<input name="${name}" type="${inputType(field)}" step="any" value="${value}" ${must}
      /></label>`;
  }
}

function select({ name, options, multiple }: FormField, must: Html, value: Json | undefined): Html {
  const chosen = Array.isArray(value) ? value : [value];
  const choices = Object.entries(options).map(([key, title]) => {
    const selected = chosen.includes(key) ? html`selected` : html``;
    return html`<option value="${key}" ${selected}>${title}</option>`;
  });
  return multiple
    ? html`<select name="${name}[]" multiple ${must}>
        ${choices}
      </select>`
    : html`<select name="${name}" ${must}>
        <option></option>
        ${choices}
      </select>`;
}

/** The rows that a person has typed; as text when it is no JSON. */
function rowsIn(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function inputType(field: FormField): string {
  if (field.component === 'FormDatePicker') return 'date';
  return ['currency', 'int', 'float'].includes(field.format) ? 'number' : 'text';
}

/** The data that a sent form means, typed as the form's fields say. */
export function formValues(fields: FormField[], form: JsonObject): JsonObject {
  const filled = fields.filter(({ readOnly }) => !readOnly);
  const values = filled.map((field): [string, Json] => {
    const text = form[field.name];
    if (field.component === 'FormCheckbox') return [field.name, text === 'true'];
    if (field.multiple) return [field.name, Array.isArray(text) ? text : []];
    if (typeof text !== 'string' || text === '') return [field.name, null];
    if (field.columns.length > 0) return [field.name, rowsIn(text)];
    return [field.name, inputType(field) === 'number' ? Number(text) : text];
  });
  return Object.fromEntries(values);
}
