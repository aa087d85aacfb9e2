import type { JsonObject } from '../types';

/** One element of a form, as the screen builder stores it. Columns hold lists of elements side by side. */
export interface FormItem {
  uuid: string;
  items: FormItem[] | FormItem[][];
  label: string;
  config: JsonObject;
  component: string;
  container: boolean;
  inspector: JsonObject[];
  'editor-control': string;
  'editor-component': string;
}

/** One page of a form. */
export interface FormPage {
  name: string;
  items: FormItem[];
  order: number;
}

/** The elements inside of an element, whatever its columns. */
export function itemsInside(item: FormItem): FormItem[] {
  return item.items.flat();
}
