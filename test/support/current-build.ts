import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** The folders that are built; `index.js` is used as it is. */
const SOURCES = ['nodes', 'credentials', 'icons'];

/**
 * What is built of a file that has changed since, or is not built at all.
 *
 * Each file is compared with its own: a watched build writes only what has changed. What is copied keeps the time of
 * its source, so that its content is compared.
 */
export function outdatedFile(root: string): string | undefined {
  return SOURCES.flatMap((folder) => filesIn(root, folder)).find((file) => {
    const source = path.join(root, file);
    const built = path.join(root, 'dist', file.replace(/\.ts$/, '.js'));
    if (!existsSync(built)) return true;
    if (file.endsWith('.ts')) return statSync(source).mtimeMs > statSync(built).mtimeMs;
    return !readFileSync(source).equals(readFileSync(built));
  });
}

function filesIn(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|json|svg)$/.test(entry.name))
    .map(({ parentPath, name }) => path.relative(root, path.join(parentPath, name)))
    .sort();
}

/** Jest runs this before all tests: they run what is built, and would pass or fail for code that is gone. */
export default function requireCurrentBuild(): void {
  // The steps of .ci/run share one build.
  if (process.env.PACKAGE_IS_BUILT) return;
  const file = outdatedFile(path.resolve(__dirname, '../..'));
  if (file === undefined) return;
  const reason = new Error(
    `What is built in 'dist' is older than ${file}: run 'npm run build', or 'npm run test:only -- <file>', which builds before it tests.`,
  );
  // Nobody needs to see where this was found.
  reason.stack = reason.message;
  throw reason;
}
