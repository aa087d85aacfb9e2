const { n8n } = require('./package.json');

/** The built module, or a sentence that says how to get it. */
function load(file) {
  try {
    return require(`./${file}`);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' || !error.message.includes(file)) throw error;
    throw new Error(`${file} is not built yet. Run 'npm run build' first.`, { cause: error });
  }
}

module.exports = Object.assign({}, ...[...n8n.credentials, ...n8n.nodes].map(load));
