import { ACCOUNT } from '../../../../local-aws/core';
import { personalizeApi } from '../../../../local-aws/services/personalize/operations';
import { ManualClock } from '../../../../tools/simulation/manual-clock';
import { REGION, allow, call, policy, testWorld, trust } from '../../testing-world';

export const BUCKET = 'exports';
export const SERVICE = 'personalize.amazonaws.com';
export const KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey', 'kms:CreateGrant', 'kms:ListGrants'];

/** An account in which an export works. Each test takes one thing away and sees the job fail. */
export class ExportFixture {
  public readonly clock = new ManualClock();
  private readonly world = testWorld(this.clock);
  public readonly iam = this.world.iam;
  public readonly s3 = this.world.s3;
  public readonly kms = this.world.kms;
  public readonly personalize = this.world.personalize;
  public readonly datasets = this.personalize.datasets;
  public readonly roleArn = this.iam.createRole({ roleName: 'export', assumeRolePolicyDocument: this.trust() });

  constructor() {
    this.personalize.settings.checksAccessAtCreate = false;
    this.allowRole(['s3:ListBucket'], [`arn:aws:s3:::${BUCKET}`], 'list');
    this.allowRole(['s3:PutObject'], [`arn:aws:s3:::${BUCKET}/out/*`], 'put');
    this.s3.createBucket(BUCKET, { policy: this.bucketPolicy(['s3:ListBucket', 's3:PutObject']) });
  }

  public trust(condition: object = {
    StringEquals: { 'aws:SourceAccount': ACCOUNT }, ArnLike: { 'aws:SourceArn': `arn:aws:personalize:${REGION}:${ACCOUNT}:*` },
  }): object {
    return trust(SERVICE, { Condition: condition });
  }

  public bucketPolicy(actions: string[], condition?: object): object {
    const resources = [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`];
    return policy(
      allow(actions, resources, { Principal: { Service: SERVICE }, ...condition && { Condition: condition } }),
      { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: resources, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    );
  }

  /** Delegates to identity policies, and allows the actions to the service and to the role. */
  public keyPolicy(serviceActions = KEY_ACTIONS, roleActions = KEY_ACTIONS): object {
    return policy(
      allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }),
      allow(serviceActions, '*', { Principal: { Service: SERVICE } }),
      allow(roleActions, '*', { Principal: { AWS: this.roleArn } }),
    );
  }

  public allowRole(actions: string[], resources: string[], policyName: string): void {
    this.iam.putRolePolicy('export', policyName, policy(allow(actions, resources)));
  }

  /** A key that everything is granted on, as the bucket's default. */
  public encryptBucket(): string {
    const keyArn = this.kms.createKey(this.keyPolicy());
    this.allowRole(KEY_ACTIONS.filter(action => action !== 'kms:CreateGrant'), [keyArn], 'key');
    this.s3.updateBucket(BUCKET, { kmsKeyArn: keyArn });
    return keyArn;
  }

  public seed(): string {
    return this.datasets.seed({ group: 'shop', type: 'ITEMS', csv: 'ITEM_ID,PRICE\ni1,1\ni1,1\ni2,2\n', putCsv: 'ITEM_ID,PRICE\ni1,9\n' });
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

  public async call(operation: string, parameters: object, roleArn?: string): Promise<Record<string, unknown>> {
    const { body } = await call(personalizeApi, this.world, {
      headers: { 'x-amz-target': `AmazonPersonalize.${operation}` }, body: JSON.stringify(parameters),
    }, roleArn);
    return JSON.parse(String(body)) as Record<string, unknown>;
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
