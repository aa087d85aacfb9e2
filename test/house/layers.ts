import house from './house.json';

const PRODUCT = /^nodes\/ProcessMaker\/(.+)$/;
const CREDENTIALS = /^credentials\/[^/]+\.ts$/;
/** What n8n reads beside the code: the codex of each node, and the shape of each operation's output. */
const DATA = /^([^/]+\.node\.json|__schema__\/.+\.json)$/;
const ALLOWED_FOR_CREDENTIALS = ['credentials', 'transport'];

/** The layer of a file: a folder of nodes/ProcessMaker or a file in it, or `credentials`; undefined outside the house. */
export function layerOf(path: string): string | undefined {
  if (CREDENTIALS.test(path)) return 'credentials';
  const [name = ''] = (PRODUCT.exec(path)?.[1] ?? '').split('/');
  const layer = name.replace(/\.ts$/, '');
  return levelOf(layer) < 0 ? undefined : layer;
}

/** Whether an import goes against the order of the layers. A file outside the house has no place in that order. */
export function isUpward(from: string, to: string): boolean {
  const [importer, imported] = [layerOf(from), layerOf(to)];
  if (importer === undefined || imported === undefined) return false;
  if (importer === 'credentials') return !ALLOWED_FOR_CREDENTIALS.includes(imported);
  return imported === 'credentials' || levelOf(imported) < levelOf(importer);
}

/** Whether a file of the product is in none of the folders that the house has. */
export function isOutside(path: string): boolean {
  const [, inside = ''] = PRODUCT.exec(path) ?? [];
  return path.endsWith('.ts') ? layerOf(path) === undefined : !DATA.test(inside);
}

/** Counted from the top; -1 for what is no layer. */
function levelOf(layer: string): number {
  return house.levels.findIndex((level) => level.includes(layer));
}
