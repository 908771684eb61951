import { ACCOUNT, type ApiRequest, type AuthorizationRequest } from '../../../../local-aws/core';
import { DEPLOYER } from '../../../../local-aws/services/iam/credentials';
import type { Decision } from '../../../../local-aws/services/iam/decision';
import { IamStore } from '../../../../local-aws/services/iam/iam-store';
import { KmsStore } from '../../../../local-aws/services/kms/service';
import { Datasets } from '../../../../local-aws/services/personalize/datasets';
import { PersonalizeService } from '../../../../local-aws/services/personalize/service';
import { S3Store } from '../../../../local-aws/services/s3/store';
import { ManualClock } from '../../../../tools/simulation/manual-clock';

export const REGION = 'us-east-1';
export const BUCKET = 'exports';
export const SERVICE = 'personalize.amazonaws.com';
export const KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey', 'kms:CreateGrant', 'kms:ListGrants'];

type Statement = Record<string, unknown>;

export function policy(...statements: Statement[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

/** Decisions take real time (they read data files): a manual clock has to wait for them. */
class WatchedIam extends IamStore {
  public undecided = 0;

  protected override async decide(request: AuthorizationRequest): Promise<Decision> {
    this.undecided++;
    try {
      return await super.decide(request);
    } finally {
      this.undecided--;
    }
  }
}

/** For tests: an account in which an export works; each test takes one thing away and sees the job fail. */
export class ExportFixture {
  public readonly clock: ManualClock = new ManualClock(() => this.iam.undecided > 0);
  public readonly iam = new WatchedIam(REGION, this.clock);
  public readonly s3 = new S3Store(this.clock, arn => this.iam.hasRole(arn));
  public readonly kms = new KmsStore(REGION, arn => this.iam.hasRole(arn));
  public readonly datasets = new Datasets(REGION, this.clock);
  public readonly personalize = new PersonalizeService({
    region: REGION, clock: this.clock, iam: this.iam, s3: this.s3, kms: this.kms, datasets: this.datasets,
  });

  public readonly roleArn = this.iam.createRole({ roleName: 'export', assumeRolePolicyDocument: this.trust() });

  constructor() {
    this.allowRole(['s3:ListBucket'], [`arn:aws:s3:::${BUCKET}`], 'list');
    this.allowRole(['s3:PutObject'], [`arn:aws:s3:::${BUCKET}/out/*`], 'put');
    this.s3.createBucket(BUCKET, { policy: this.bucketPolicy(['s3:ListBucket', 's3:PutObject']) });
  }

  public trust(condition: object = {
    StringEquals: { 'aws:SourceAccount': ACCOUNT }, ArnLike: { 'aws:SourceArn': `arn:aws:personalize:${REGION}:${ACCOUNT}:*` },
  }): object {
    return policy({ Effect: 'Allow', Principal: { Service: SERVICE }, Action: 'sts:AssumeRole', Condition: condition });
  }

  public bucketPolicy(actions: string[], condition?: object): object {
    const resources = [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`];
    return policy(
      { Effect: 'Allow', Principal: { Service: SERVICE }, Action: actions, Resource: resources, ...(condition && { Condition: condition }) },
      { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: resources, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    );
  }

  /** Delegates to identity policies, and allows the actions to the service and to the role. */
  public keyPolicy(serviceActions = KEY_ACTIONS, roleActions = KEY_ACTIONS): object {
    return policy(
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
      { Effect: 'Allow', Principal: { Service: SERVICE }, Action: serviceActions, Resource: '*' },
      { Effect: 'Allow', Principal: { AWS: this.roleArn }, Action: roleActions, Resource: '*' },
    );
  }

  public allowRole(actions: string[], resources: string[], policyName: string): void {
    this.iam.putRolePolicy('export', policyName, policy({ Effect: 'Allow', Action: actions, Resource: resources }));
  }

  /** A key that everything is granted on, as the bucket's default. */
  public encryptBucket(): string {
    const keyArn = this.kms.createKey(this.keyPolicy());
    this.allowRole(KEY_ACTIONS.filter(action => action !== 'kms:CreateGrant'), [keyArn], 'key');
    this.s3.updateBucket(BUCKET, { kmsKeyArn: keyArn });
    return keyArn;
  }

  public seed(): string {
    return this.datasets.seed({
      group: 'shop', type: 'ITEMS', csv: 'ITEM_ID,PRICE\ni1,1\ni1,1\ni2,2\n', putCsv: 'ITEM_ID,PRICE\ni1,9\n',
    });
  }

  public request(change: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      jobName: 'job',
      datasetArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/shop/ITEMS`,
      ingestionMode: 'BULK',
      roleArn: this.roleArn,
      jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/` } },
      ...change,
    };
  }

  public async call(operation: string, parameters: object, as: { roleArn?: string } = {}): Promise<Record<string, unknown>> {
    const arn = as.roleArn ? `arn:aws:sts::${ACCOUNT}:assumed-role/${as.roleArn.split('/').pop()}/session` : DEPLOYER.userArn;
    const request: ApiRequest = {
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify(parameters)),
      region: REGION,
      caller: { accessKeyId: 'key', account: ACCOUNT, arn, roleArn: as.roleArn },
    };
    const response = await this.personalize.handle(operation, request);
    return JSON.parse(String(response.body)) as Record<string, unknown>;
  }

  /** Creates a job and lets it come to its end. */
  public async export(change: Record<string, unknown> = {}): Promise<{ status: string; failureReason?: string; detail?: string }> {
    const { datasetExportJobArn } = await this.call('CreateDatasetExportJob', this.request(change));
    await this.clock.advance(120_000);
    return this.personalize.jobs().find(job => job.datasetExportJobArn === datasetExportJobArn)!;
  }

  /** The files written so far, by key. */
  public files(): Record<string, string> {
    return Object.fromEntries(this.s3.objects(BUCKET).map(({ key, body }) => [key, body.toString('utf8')]));
  }
}
