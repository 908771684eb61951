import { readFile } from 'fs/promises';
import { bootstrap } from './bootstrap';
import { ScaledClock } from './clock';
import { ACCOUNT } from './core';
import { controlApi } from './front/control';
import { Faults } from './front/faults';
import { Front } from './front/front';
import { TimeStop } from './front/time-stop';
import { trouble } from './front/trouble';
import { PROFILES, type ProfileName } from './profile';
import { DEPLOYER } from './services/iam/credentials';
import type { Ready } from './wire';
import { APIS, createWorld, stopWorld, type World } from './world';

export interface LocalAwsOptions {
  /** default: any free one */
  readonly port?: number;
  readonly region?: string;
  /** simulated seconds per real one */
  readonly speed?: number;
  /** CSV with header: the records of new INTERACTIONS datasets, instead of the sample */
  readonly dataFile?: string;
  /** default: plain */
  readonly profile?: ProfileName;
}

/** A small AWS on this machine: one account, one region, the services that a deployment of this library needs. */
export class LocalAws {
  public static async start(options: LocalAwsOptions = {}): Promise<LocalAws> {
    const { port = 0, region = 'us-east-1', speed = 1, dataFile } = options;
    const interactionsCsv = dataFile === undefined ? undefined : await readFile(dataFile, 'utf8');
    const clock = new ScaledClock(speed);
    const profile = PROFILES[options.profile ?? 'plain'];
    const front = await Front.listen(port);
    const world = createWorld({ region, clock, profile, endpoint: front.endpoint, interactionsCsv });
    bootstrap(world);
    const faults = new Faults(clock, world.callers);
    const timeStop = new TimeStop(clock, world.callers);
    const control = controlApi(world, clock, front.calls, faults, timeStop);
    front.serve({ world, apis: APIS, control, interceptor: timeStop.intercept(trouble(profile, world, faults.interceptor)) });
    return new LocalAws(world, front, clock);
  }

  private constructor(public readonly world: World, private readonly front: Front, private readonly clock: ScaledClock) {}

  public get endpoint(): string {
    return this.world.endpoint;
  }

  /** Everything that a client needs. */
  public ready(): Ready {
    const { endpoint, region } = this.world;
    return {
      endpoint,
      region,
      account: ACCOUNT,
      env: {
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: DEPLOYER.accessKeyId,
        AWS_SECRET_ACCESS_KEY: DEPLOYER.secretAccessKey,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        CDK_DEFAULT_ACCOUNT: ACCOUNT,
        CDK_DEFAULT_REGION: region,
      },
    };
  }

  public async stop(): Promise<void> {
    await stopWorld(this.world);
    this.clock.stop();
    await this.front.close();
  }
}
