import { simplifyFile, variableOf } from '../../api/files/files';
import { outputJson } from '../../api/output';
import { filtersOf, textField } from '../../fields/common';
import { readFilters } from '../../fields/filters';
import { requestLocator } from '../../fields/locators';
import { listFields, readListOutput } from '../../fields/output';
import { readRequestReference } from '../../fields/references';
import { asText } from '../../guards';
import { operation } from '../operation';
import { filesReader } from './requestFiles';

const fileFilters = filtersOf(
  textField('Variable', 'variable', 'Only the file that belongs to this variable of the Request', {
    placeholder: 'e.g. contract',
  }),
);

export const getMany = operation({
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many files',
  description: 'Get a list of the files of a Request',
  fields: [requestLocator, ...listFields(fileFilters)],
  changes: false,
  read: (context, itemIndex, connection) => ({
    reference: readRequestReference(context, itemIndex, connection),
    variable: asText(readFilters(context, itemIndex, fileFilters).variable).trim(),
    ...readListOutput(context, itemIndex),
  }),
  begin(connection, all) {
    const filesOf = filesReader(connection, all);
    return async ({ reference, limit, simplify, variable }) => {
      const { requestId, files } = await filesOf(reference);
      return files
        .filter((file) => variable === '' || variableOf(file) === variable)
        .slice(0, limit)
        .map((file) => ({ json: outputJson(file, simplify, simplifyFile(file, requestId)) }));
    };
  },
});
