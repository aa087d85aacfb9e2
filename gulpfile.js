const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { dest, parallel, series, src, watch } = require('gulp');

const ICONS = 'icons/*.svg';
/** The codex of each node, and the shapes of the operations' outputs. */
const DATA = ['nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'];

/** Runs a script of a package. */
function run(script, ...options) {
  return new Promise((resolve, reject) => {
    spawn(process.execPath, [require.resolve(script), ...options], { stdio: 'inherit' })
      .on('error', reject)
      .on('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`${script} ended with code ${code}.`)),
      );
  });
}

const typescript = (...options) => run('typescript/bin/tsc', ...options);

const clean = () => fs.promises.rm('dist', { recursive: true, force: true });
const compile = () => typescript();
const compileOnChange = () => typescript('--watch', '--preserveWatchOutput');
// An SVG is copied byte by byte: no decoding.
const icons = () => src(ICONS, { encoding: false }).pipe(dest('dist/icons'));
const data = () => src(DATA, { base: '.' }).pipe(dest('dist'));

/** n8n only logs a broken codex or icon when it loads the package; a build must fail instead. */
async function check() {
  const { name, n8n } = require('./package.json');
  const built = (file) => new (Object.values(require(path.resolve(file)))[0])();
  for (const file of n8n.nodes) {
    const codexFile = file.replace(/\.js$/, '.json');
    const { node, categories, alias } = JSON.parse(await fs.promises.readFile(codexFile, 'utf8'));
    const { description } = built(file);
    if (node !== `${name}.${description.name}`) throw new Error(`${codexFile} names the node '${node}'.`);
    if (!categories?.length || !alias?.length) throw new Error(`${codexFile} lacks categories or aliases.`);
    checkIcon(file, description.icon);
  }
  for (const file of n8n.credentials) checkIcon(file, built(file).icon);
}

function checkIcon(file, icon) {
  const paths = typeof icon === 'string' ? [icon] : Object.values(icon ?? {});
  if (!paths.length) throw new Error(`${file} has no icon.`);
  for (const iconPath of paths.map((value) => value.replace(/^file:/, ''))) {
    const target = path.resolve(path.dirname(file), iconPath);
    if (!fs.existsSync(target)) throw new Error(`${file} names the icon ${iconPath}, which is not built.`);
  }
}

/**
 * Writes what nodes and credentials there are, and their descriptions: n8n then reads no code of nodes when it
 * starts. A watched build has none of it, since n8n would not notice a description that has changed.
 */
async function metadata() {
  await run('n8n-core/bin/generate-metadata');
  // Only n8n's own build reads this part.
  await fs.promises.rm('dist/methods', { recursive: true });
}

function assetsOnChange() {
  watch(ICONS, icons);
  watch(DATA, data);
}

const assets = parallel(icons, data);

// Steps of .ci/run that run at the same time share one build: it must not be cleaned while another step reads it.
const isBuilt = Boolean(process.env.PACKAGE_IS_BUILT);

exports.build = isBuilt ? check : series(clean, parallel(compile, assets), check, metadata);
exports.watch = series(clean, assets, parallel(compileOnChange, assetsOnChange));
exports.default = exports.build;
