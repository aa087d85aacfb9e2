import { N8nClient, type Credential } from '../../../demo/n8nClient';
import { startN8n, type N8n, type N8nSettings } from '../../../demo/n8n';
import { installN8nWithPackage, type InstalledN8n } from '../../../demo/n8nWithPackage';
import { freePort } from '../../../demo/ports';

const OWNER = { email: 'faults@example.com', password: 'ProcessMaker4' };

/** A real n8n that can be killed and started again on its own database. */
export class Host {
  client!: N8nClient;

  private n8n: N8n | undefined;

  private constructor(
    private readonly installed: InstalledN8n,
    private readonly signal: AbortSignal,
    private settings: N8nSettings,
  ) {}

  /** A fresh n8n with its owner. */
  static async open(folder: string, signal: AbortSignal, settings: N8nSettings = {}): Promise<Host> {
    const host = new Host(await installN8nWithPackage(folder, signal, false), signal, settings);
    await host.start();
    await host.client.setUpOwner(OWNER);
    return host;
  }

  get url(): string {
    return this.n8n?.url ?? '';
  }

  /** Starts it again, with other settings if told. */
  async restart(settings = this.settings): Promise<void> {
    this.settings = settings;
    await this.start();
    await this.client.signIn(OWNER);
  }

  /** SIGKILL, to all of its processes. */
  async kill(): Promise<void> {
    await this.n8n?.kill();
  }

  async stop(): Promise<void> {
    await this.n8n?.stop();
  }

  async createCredential(instanceUrl: string, accessToken: string): Promise<Credential> {
    return await this.client.createCredential('ProcessMaker', 'processMakerApi', {
      instanceUrl,
      accessToken,
    });
  }

  /** Others know n8n by its address: it keeps its port, which no other n8n takes in the meantime. */
  private async start(): Promise<void> {
    const { runtime, userFolder } = this.installed;
    const port = this.n8n?.port ?? (await freePort());
    this.n8n = await startN8n(runtime, userFolder, this.signal, port, this.settings);
    this.client = new N8nClient(this.n8n.url, this.signal);
  }
}
