import { createRequire } from 'node:module';
import path from 'node:path';

/** What a part of the built node exports, by its name: it is changed where a test puts something in its place. */
export type Part = Record<string, unknown>;

const built = createRequire(path.resolve(__dirname, '../../dist/nodes/ProcessMaker/index.js'));

/** A part of the built node, by its path in nodes/ProcessMaker. */
export const part = (name: string): Part => built(`./${name}.js`) as Part;
