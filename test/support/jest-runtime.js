const path = require('node:path');
const { default: Runtime } = require('jest-runtime');

const LIBRARIES = `${path.sep}node_modules${path.sep}`;

/** The libraries that the test files of this worker have loaded, by their path. */
const libraries = new Map();
let current;

/**
 * Jest's runtime, in which all test files of a worker share the libraries: loading n8n's engine takes longer than most
 * files. The package under test, the helpers and the tests themselves are loaded for each file, as ever.
 */
module.exports = class RuntimeWithSharedLibraries extends Runtime {
  constructor(...given) {
    super(...given);
    current = this;
    for (const [file, library] of libraries) this.registries.moduleRegistry.set(file, library);
  }

  /** A library that an earlier file has loaded asks the runtime of that file. */
  requireModuleOrMock(from, name) {
    return this === current ? super.requireModuleOrMock(from, name) : current.requireModuleOrMock(from, name);
  }

  teardown() {
    for (const [file, library] of this.registries.moduleRegistry) {
      if (!file.includes(LIBRARIES)) continue;
      // It would keep everything that it has loaded of this file's modules, such as the package under test.
      library.children = [];
      libraries.set(file, library);
    }
    super.teardown();
  }
};
