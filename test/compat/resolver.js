const path = require('node:path');

/** The folder whose n8n the tests run on; n8n's own modules find each other by themselves. */
const folder = process.env.COMPAT_FOLDER;
const N8N = /^(n8n-core|n8n-workflow|@n8n\/)/;

/** Resolves for Jest: the tests and the built package get n8n's modules from one folder. */
module.exports = (request, options) => {
  const inside = options.basedir.startsWith(folder + path.sep);
  return options.defaultResolver(
    request,
    N8N.test(request) && !inside ? { ...options, basedir: folder } : options,
  );
};
