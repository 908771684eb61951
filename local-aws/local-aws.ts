import { readFile } from 'node:fs/promises';
import { bootstrap } from './bootstrap';
import { ScaledClock } from './clock';
import { ACCOUNT, type World } from './core';
import { CONTROL_PREFIX, controlApi } from './front/control';
import { Faults } from './front/faults';
import { Front } from './front/front';
import { deployedServices, type DeployedServices } from './services';
import { CloudTrailService } from './services/cloudtrail/service';
import { EventsService, EventStore } from './services/events/service';
import { DEPLOYER } from './services/iam/credentials';
import { IamStore } from './services/iam/iam-store';
import { KmsStore } from './services/kms/service';
import { LogsService, LogStore } from './services/logs/service';
import { Datasets } from './services/personalize/datasets';
import { PersonalizeService } from './services/personalize/service';
import { S3Service } from './services/s3/service';
import { S3Store } from './services/s3/store';
import { SsmService } from './services/ssm/service';
import { StsService } from './services/sts/service';
import type { Ready } from './wire';

export interface LocalAwsOptions {
  /** default: any free one */
  readonly port?: number;
  readonly region?: string;
  /** simulated seconds per real one */
  readonly speed?: number;
  /** CSV with header: the records of INTERACTIONS datasets that are created, instead of the sample's */
  readonly dataFile?: string;
}

/** A small AWS on this machine: one account, one region, the services that a deployment of this library needs. */
export class LocalAws {
  public static async start({ port = 0, region = 'us-east-1', speed = 1, dataFile }: LocalAwsOptions = {}): Promise<LocalAws> {
    const data = dataFile === undefined ? undefined : await readFile(dataFile, 'utf8');
    const clock = new ScaledClock(speed);
    const iam = new IamStore(region, clock);
    const hasRole = (arn: string): boolean => iam.hasRole(arn);
    const s3 = new S3Store(clock, hasRole);
    const kms = new KmsStore(region, hasRole);
    const logs = new LogStore(clock);
    const datasets = new Datasets(region, clock, data);
    const personalize = new PersonalizeService({ region, clock, iam, s3, kms, datasets });
    const ssm = new SsmService(iam, clock);
    const events = new EventStore();
    bootstrap(region, { iam, s3, ssm });

    const front = new Front({ clock, region, caller: accessKeyId => iam.caller(accessKeyId) });
    const faults = new Faults(clock);
    front.interceptors.push(faults.interceptor);
    front.addPlain(CONTROL_PREFIX, controlApi({
      clock,
      calls: front.calls,
      decisions: () => iam.decisions,
      faults,
      datasets,
      personalize,
      lambdaSettings: () => local.deployed!.lambda.settings,
      s3,
      logs,
      exchanges: () => local.deployed?.cloudformation.customResourceExchanges() ?? [],
      stack: nameOrArn => local.deployed?.cloudformation.stack(nameOrArn),
      waitSignals: () => local.deployed?.cloudformation.waitSignals() ?? [],
      events: () => events.events,
      executions: () => local.deployed?.states.executions ?? [],
    }));
    for (const service of [
      new StsService(iam), ssm, new S3Service(s3, iam, kms), personalize, new LogsService(logs, iam), new CloudTrailService(),
      new EventsService(events, iam, clock, region),
    ]) {
      front.addService(service);
    }

    const endpoint = await front.listen(port);
    const world: World = { region, clock, iam, s3, kms, logs, ssm, personalize: datasets, events, endpoint };
    const local = new LocalAws(endpoint, world, front, clock);
    try {
      local.deployed = deployedServices(world);
      local.deployed.cloudformation.addInterceptor(faults.interceptor);
      for (const service of local.deployed.services) {
        front.addService(service);
      }
    } catch (error) {
      await local.stop();
      throw error;
    }
    return local;
  }

  private deployed?: DeployedServices;

  private constructor(
    /** `http://127.0.0.1:<port>` */
    public readonly endpoint: string,
    public readonly world: World,
    private readonly front: Front,
    private readonly clock: ScaledClock,
  ) {}

  /** Everything that a client needs to know, as printed by main.ts. */
  public ready(): Ready {
    const { region } = this.world;
    return {
      endpoint: this.endpoint,
      region,
      account: ACCOUNT,
      env: {
        AWS_ENDPOINT_URL: this.endpoint,
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
    await this.deployed?.stop();
    this.clock.stop();
    await this.front.close();
  }
}
