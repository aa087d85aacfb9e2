import type { JsonObject } from '../types';
import type { FormItem, FormPage } from './item';

type Input =
  'FormInput' | 'FormTextArea' | 'FormCheckbox' | 'FormDatePicker' | 'FormSelectList' | 'FileUpload';

const REQUIRED = [{ value: 'required', helper: 'The field must hold something', content: 'Required' }];

function item(component: string, label: string, config: JsonObject, items: FormItem['items'] = []): FormItem {
  const isContainer = items.length > 0;
  return {
    uuid: `${typeof config['name'] === 'string' ? config['name'] : component}-uuid`,
    items,
    label,
    config,
    component,
    container: isContainer,
    inspector: [],
    'editor-control': component,
    'editor-component': component,
  };
}

/** An input; `dataFormat` is ProcessMaker's: string, currency, int, date, datetime… */
function input(
  component: Input,
  name: string,
  label: string,
  dataFormat: string,
  more: JsonObject = {},
): FormItem {
  return item(component, label, {
    icon: 'far fa-square',
    name,
    type: 'text',
    label,
    helper: null,
    readonly: false,
    dataFormat,
    validation: [],
    placeholder: null,
    ...more,
  });
}

export const textInput = (name: string, label: string): FormItem => input('FormInput', name, label, 'string');

export const numberInput = (
  name: string,
  label: string,
  dataFormat: 'int' | 'float' | 'currency',
): FormItem => input('FormInput', name, label, dataFormat);

export const textArea = (name: string, label: string): FormItem =>
  input('FormTextArea', name, label, 'string', { rows: 2, richtext: false });

export const checkbox = (name: string, label: string): FormItem =>
  input('FormCheckbox', name, label, 'string', { initiallyChecked: false });

export const datePicker = (name: string, label: string, dataFormat: 'date' | 'datetime'): FormItem =>
  input('FormDatePicker', name, label, dataFormat);

export const fileUpload = (name: string, label: string): FormItem =>
  input('FileUpload', name, label, 'string');

/** A list to choose from; the keys of the options are the values that are stored. */
export function selectList(
  name: string,
  label: string,
  options: Readonly<Record<string, string>>,
  more: JsonObject = {},
): FormItem {
  const optionsList = Object.entries(options).map(([value, content]) => ({ value, content }));
  return input('FormSelectList', name, label, 'string', {
    options: { key: 'value', value: 'content', dataSource: 'provideData', optionsList, ...more },
  });
}

/** A list from which several values can be chosen: they are stored as a list. */
export const multiSelectList = (
  name: string,
  label: string,
  options: Readonly<Record<string, string>>,
): FormItem => selectList(name, label, options, { renderAs: 'checkbox', allowMultiSelect: true });

/** The same input, which must be filled in. */
export const required = (field: FormItem): FormItem => ({
  ...field,
  config: { ...field.config, validation: REQUIRED },
});

/** Elements side by side; the columns themselves hold no data. */
export const columns = (...items: FormItem[][]): FormItem =>
  item(
    'FormMultiColumn',
    'Multicolumn',
    {
      icon: 'fas fa-table',
      options: items.map((_, index) => ({ value: String(index + 1), content: String(12 / items.length) })),
    },
    items,
  );

/** A section that repeats: its data is a list of objects under the loop's name. */
export const loop = (name: string, label: string, items: FormItem[]): FormItem =>
  item(
    'FormLoop',
    label,
    { icon: 'fas fa-redo', name, label, settings: { type: 'new', varname: name, times: '1', add: true } },
    items,
  );

/** A table whose rows are edited on another page of the same form. */
export const recordList = (name: string, label: string, page: number, shown: FormItem[]): FormItem =>
  item('FormRecordList', label, {
    icon: 'fas fa-th-list',
    name,
    label,
    editable: true,
    form: String(page),
    fields: {
      dataSource: 'provideData',
      jsonData: '',
      key: 'value',
      value: 'content',
      optionsList: shown.map((column) => ({ value: column.config['name'] ?? null, content: column.label })),
    },
  });

/** Another screen inside of this one. */
export const nestedScreen = (screen: number, label: string): FormItem =>
  item('FormNestedScreen', label, { icon: 'fas fa-file-invoice', label, screen, value: null });

/** The button that sends the form; it has a name like a field. */
export const submitButton = (name: string, label: string): FormItem =>
  item('FormButton', label, {
    icon: 'fas fa-share-square',
    name,
    label,
    variant: 'primary',
    event: 'submit',
  });

/** The pages of a form. */
export const pages = (...list: { name: string; items: FormItem[] }[]): FormPage[] =>
  list.map(({ name, items }, index) => ({ name, items, order: index + 1 }));
