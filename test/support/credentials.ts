import type {
  ICredentialDataDecryptedObject,
  ICredentials,
  ICredentialType,
  IHttpRequestOptions,
  INode,
  INodeCredentialsDetails,
  INodeParameters,
  INodeProperties,
  IRequestOptionsSimplified,
  IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { ICredentialsHelper, Workflow } from 'n8n-workflow';

/** Credential data by type, as a person typed it into n8n. */
export type CredentialData = Record<string, ICredentialDataDecryptedObject>;

/** Hands out credentials from memory, where n8n takes them from its database. */
export class CredentialsInMemory extends ICredentialsHelper {
  constructor(
    private readonly types: (name: string) => ICredentialType,
    private readonly data: CredentialData,
  ) {
    super();
  }

  getParentTypes(name: string): string[] {
    return this.types(name).extends ?? [];
  }

  isCredentialUsableByNode(): boolean {
    return true;
  }

  getCredentialsProperties(type: string): INodeProperties[] {
    return this.types(type).properties;
  }

  /** What is not given has the default of its property. */
  getDecrypted(
    _additionalData: IWorkflowExecuteAdditionalData,
    _details: INodeCredentialsDetails,
    type: string,
  ): Promise<ICredentialDataDecryptedObject> {
    const stored = this.data[type];
    if (!stored) return Promise.reject(new Error(`No credential of the type ${type}.`));
    const defaults = this.getCredentialsProperties(type).map(({ name, default: value }) => [name, value]);
    return Promise.resolve(
      resolveExpressions({
        ...(Object.fromEntries(defaults) as ICredentialDataDecryptedObject),
        ...stored,
      }),
    );
  }

  authenticate(
    credentials: ICredentialDataDecryptedObject,
    typeName: string,
    request: IHttpRequestOptions | IRequestOptionsSimplified,
  ): Promise<IHttpRequestOptions> {
    const { authenticate } = this.types(typeName);
    if (typeof authenticate !== 'function') throw new Error(`${typeName} has no authenticate function.`);
    return authenticate(credentials, request as IHttpRequestOptions);
  }

  preAuthentication(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  runPreAuthentication(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  getCredentials(): Promise<ICredentials> {
    return Promise.reject(new Error('Only decrypted credentials are at hand.'));
  }

  updateCredentials(): Promise<void> {
    return Promise.resolve();
  }

  updateCredentialsOauthTokenData(
    _details: INodeCredentialsDetails,
    type: string,
    data: ICredentialDataDecryptedObject,
  ): Promise<void> {
    const { oauthTokenData = {} } = data;
    this.data[type] = { ...this.data[type], oauthTokenData };
    return Promise.resolve();
  }
}

const NODE: INode = {
  id: '',
  name: 'Credential',
  type: '',
  typeVersion: 1,
  position: [0, 0],
  parameters: {},
};

/** The fields of a credential may name each other, as in `{{ $self["instanceUrl"] }}`. */
function resolveExpressions(data: ICredentialDataDecryptedObject): ICredentialDataDecryptedObject {
  const nodeTypes = { getByName: noType, getByNameAndVersion: noType, getKnownTypes: () => ({}) };
  const { expression } = new Workflow({ nodes: [], connections: {}, active: false, nodeTypes });
  return expression.getComplexParameterValue(
    NODE,
    data as INodeParameters,
    'internal',
    {},
    undefined,
    undefined,
    data,
  ) as ICredentialDataDecryptedObject;
}

function noType(): never {
  throw new Error('A credential has no nodes.');
}
