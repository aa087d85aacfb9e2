import type { ScreenRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import type { Instance } from '../instance';
import { findProcess } from '../requests/store';
import { itemsInside, type FormItem, type FormPage } from './item';
import { variablesOf, type Variable } from './variables';

/** The screen of that id. */
export function findScreen({ database }: Instance, id: number): ScreenRow | undefined {
  if (!Number.isInteger(id)) return undefined;
  return database.get<ScreenRow>('SELECT * FROM screens WHERE id = ?', [id]);
}

/** The screen of a task or start event; undefined: it has none. */
export function screenOfElement(instance: Instance, element: FlowElement | undefined): ScreenRow | undefined {
  return findScreen(instance, Number(element?.properties['screenRef']));
}

/** The pages of a screen's form. */
export function pagesOf(screen: ScreenRow): FormPage[] {
  return JSON.parse(screen.config) as FormPage[];
}

/** The variables of a screen, those of screens inside of it too. */
export function screenVariables(instance: Instance, screen: ScreenRow): Variable[] {
  return variablesOf(pagesOf(screen), (id) => {
    const nested = findScreen(instance, id);
    return nested && pagesOf(nested);
  });
}

/** The ids of the screens that stand inside of a screen. */
export function nestedScreenIds(screen: ScreenRow): number[] {
  const inside = (item: FormItem): number[] =>
    item.component === 'FormNestedScreen'
      ? [Number(item.config['screen'])]
      : itemsInside(item).flatMap(inside);
  return pagesOf(screen).flatMap((page) => page.items.flatMap(inside));
}

/** The screens that processes use, with those inside of them, in the order of their ids. */
export async function screensOfProcesses(instance: Instance, processIds: number[]): Promise<ScreenRow[]> {
  const used = new Map<number, ScreenRow>();
  const add = (id: number): void => {
    const screen = findScreen(instance, id);
    if (screen === undefined || used.has(id)) return;
    used.set(id, screen);
    nestedScreenIds(screen).forEach(add);
  };
  for (const processId of processIds) {
    const process = findProcess(instance, processId);
    if (process === undefined) continue;
    const { elements } = await instance.definitions.definition(process.bpmn);
    for (const { properties } of elements.values()) add(Number(properties['screenRef']));
  }
  return [...used.values()].sort((left, right) => left.id - right.id);
}
