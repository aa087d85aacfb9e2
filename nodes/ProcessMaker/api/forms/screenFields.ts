import type { FieldType, IDataObject, INodePropertyOptions } from 'n8n-workflow';

import { asText, isObject, objectsIn, parseId, setByPath } from '../../guards';

/** A field of a form, or another value that the data of a process is known to hold. */
export interface FormField {
  /** Its path in the data, e.g. `orderId` or `customer.name`. */
  path: string;
  label: string;
  /** Of a field that the form at the start does not show: where its form is, such as the name of a Task. */
  form?: string;
  type: FieldType;
  dateOnly?: boolean;
  required?: boolean;
  options?: INodePropertyOptions[];
  /** Of a list from which several can be chosen, as far as they are known. */
  choices?: INodePropertyOptions[];
  /** Of a list of rows: their columns. */
  holds?: string[];
  /** What the editor fills in; by default, false for a boolean and nothing for others. */
  initially?: boolean | null;
}

/** One field of each path, the first. */
export function unique<T extends { path: string }>(fields: T[]): T[] {
  const paths = new Set<string>();
  return fields.filter(({ path }) => !paths.has(path) && paths.add(path));
}

/** Whether a value can be put there: `a..b` leads nowhere in the data, and n8n cannot keep a value for a name with quotes. */
export function isUsablePath(path: string): boolean {
  return !path.includes('"') && setByPath({}, path, null) === undefined;
}

/** The type of values in one of ProcessMaker's data formats; text unless it is known to be something else. */
export function typeOfFormat(format: string): Pick<FormField, 'type' | 'dateOnly'> {
  if (/^(?:int|float|currency|percentage)$/.test(format)) return { type: 'number' };
  if (format === 'date') return { type: 'dateTime', dateOnly: true };
  if (format === 'datetime') return { type: 'dateTime' };
  if (format === 'boolean' || format === 'array' || format === 'object') return { type: format };
  return { type: 'string' };
}

/** What a form holds, read from its screen. */
export interface ScreenFields {
  fields: FormField[];
  files: Array<Pick<FormField, 'path' | 'label'>>;
  /** Names that are no fields of the data: buttons, pictures, files, and what is inside of a list. */
  others: string[];
  /** The ids of the screens inside of this one, whose fields are fields of this form. */
  nested: number[];
}

/** Show something, or take a file; a value that is sent for one would do nothing. */
const NO_FIELDS = /^(?:FormButton|FormImage|FormHtmlViewer|FormHtmlEditor|FileUpload|FileDownload)$/;

/** What a form without fields holds. */
export function emptyForm(): ScreenFields {
  return { fields: [], files: [], others: [], nested: [] };
}

/** The fields of a screen, as people see them. @param pages `[{ items: [{ component, config, items }] }]` */
export function screenFields(pages: unknown): ScreenFields {
  const all = objectsIn(pages);
  const found = emptyForm();
  const rowPages = new Set(all.flatMap(({ items }) => rowPagesIn(items)));
  for (const [index, { items }] of all.entries()) {
    if (rowPages.has(index)) found.others.push(...namesIn(items));
    else read(items, false, found);
  }
  const fields = unique(found.fields.filter(({ path }) => isUsablePath(path)));
  return { ...found, fields, others: found.others.filter((name) => name !== '') };
}

/** @param mayBeHidden whether a condition may keep people from seeing the items, and from having to fill them in */
function read(items: unknown, mayBeHidden: boolean, found: ScreenFields): void {
  for (const item of itemsIn(items)) {
    const config = configOf(item);
    const isConditional = mayBeHidden || asText(config.conditionalHide) !== '';
    const component = asText(item.component);
    if (component === 'FormNestedScreen') {
      const id = parseId(asText(config.screen));
      if (id !== undefined) found.nested.push(id);
    } else if (component === 'FormLoop' || component === 'FormRecordList') {
      // The data of a loop may have another name than the loop itself.
      if (asText(config.name) !== nameOf(item)) found.others.push(asText(config.name));
      found.others.push(...namesIn(item.items));
      const holds = component === 'FormLoop' ? namesIn(item.items) : choicesIn(config.fields).map(textOf);
      found.fields.push({ path: nameOf(item), label: labelOf(item), type: 'array', holds });
    } else if (NO_FIELDS.test(component)) {
      if (component === 'FileUpload') found.files.push({ path: nameOf(item), label: labelOf(item) });
      found.others.push(nameOf(item));
    } else if (itemsIn(item.items).length > 0) {
      read(item.items, isConditional, found);
    } else {
      found.fields.push({
        path: nameOf(item),
        label: labelOf(item),
        required: !isConditional && isRequired(component, config.validation),
        ...valueOf(component, config),
      });
    }
  }
}

function valueOf(component: string, config: IDataObject): Omit<FormField, 'path' | 'label'> {
  if (component === 'FormCheckbox') {
    return { type: 'boolean', ...(config.initiallyChecked === true && { initially: true }) };
  }
  if (component === 'FormDatePicker') return typeOfFormat(config.dataFormat === 'date' ? 'date' : 'datetime');
  if (component === 'FormSelectList') return choiceOf(config.options);
  return typeOfFormat(asText(config.dataFormat));
}

function choiceOf(list: unknown): Pick<FormField, 'type' | 'options' | 'choices'> {
  if (!isObject(list)) return { type: 'string' };
  const options = choicesIn(list);
  const isObjects = list.valueTypeReturned === 'object';
  if (list.allowMultiSelect === true) return { type: 'array', choices: isObjects ? [] : options };
  if (isObjects) return { type: 'object' };
  return options.length > 0 ? { type: 'options', options } : { type: 'string' };
}

/** Other lists are made while people fill in the form. */
function choicesIn(list: unknown): INodePropertyOptions[] {
  if (!isObject(list) || list.dataSource !== 'provideData') return [];
  return objectsIn(list.optionsList).flatMap(toOption);
}

const textOf = ({ value }: INodePropertyOptions) => String(value);

function toOption({ value, content }: IDataObject): INodePropertyOptions[] {
  if (typeof value !== 'string' && typeof value !== 'number') return [];
  return [{ name: asText(content) || String(value), value }];
}

/** `validation` is a list of `{ value: rule }`, or text such as `required|min:3`; a checkbox always has a value. */
function isRequired(component: string, validation: unknown): boolean {
  if (component === 'FormCheckbox') return false;
  const rules =
    typeof validation === 'string'
      ? validation.split('|')
      : objectsIn(validation).map(({ value }) => asText(value));
  return rules.includes('required');
}

/** The pages on which the rows of record lists are edited, as indexes. */
function rowPagesIn(items: unknown): number[] {
  return itemsIn(items).flatMap((item) => {
    const form = item.component === 'FormRecordList' ? asText(configOf(item).form) : '';
    return [...(/^\d+$/.test(form) ? [Number(form)] : []), ...rowPagesIn(item.items)];
  });
}

function namesIn(items: unknown): string[] {
  return itemsIn(items).flatMap((item) => [nameOf(item), ...namesIn(item.items)]);
}

/** The items of a page or container, those of its columns too. */
function itemsIn(items: unknown): IDataObject[] {
  return Array.isArray(items) ? objectsIn(items.flat()) : [];
}

function configOf({ config }: IDataObject): IDataObject {
  return isObject(config) ? config : {};
}

function nameOf(item: IDataObject): string {
  const { settings, name } = configOf(item);
  return (isObject(settings) && asText(settings.varname)) || asText(name);
}

function labelOf(item: IDataObject): string {
  return asText(configOf(item).label).trim() || asText(item.label).trim() || nameOf(item);
}
