import { App, Stack, aws_personalize as personalize } from 'aws-cdk-lib';
import { LocalAwsClient } from '../../../../local-aws/client';
import { LocalAws } from '../../../../local-aws/local-aws';
import type { ProfileName } from '../../../../local-aws/profile';
import { DEPLOYER } from '../../../../local-aws/services/iam/credentials';
import type { ExecutionRecord } from '../../../../local-aws/wire';
import { Dataset, DatasetExportWorkflow, DatasetExportWorkflowProps, DatasetGroup, IngestionMode } from '../../../../src';
import { ACCOUNT, REGION } from '../../../stacks';

/** What the report of a run says of a dataset. */
export interface DatasetReport {
  readonly datasetArn: string;
  readonly jobName: string;
  readonly datasetExportJobArn: string;
  readonly status: string;
  readonly failureReason?: string;
  readonly outputUri: string;
  readonly creationDateTime?: string;
  readonly lastUpdatedDateTime?: string;
  readonly objectCount?: number | 'unknown';
  readonly objectBytes?: number | 'unknown';
}

/**
 * State machines out of synthesized templates, in local AWS: CloudFormation makes the stack, roles and policies included, and
 * every call that a state machine makes is an HTTP request that is checked against them.
 */
export class LocalWorkflow {
  public static async start(profile?: ProfileName): Promise<LocalWorkflow> {
    return new LocalWorkflow(await LocalAws.start({ region: REGION, speed: Infinity, profile }));
  }

  public readonly client: LocalAwsClient;

  private constructor(private readonly local: LocalAws) {
    this.client = new LocalAwsClient(local.endpoint);
  }

  /** @returns the physical ids of the resources, by logical id */
  public async deploy(define: (stack: Stack) => void, stackName = 'Backups'): Promise<Map<string, string>> {
    const app = new App();
    define(new Stack(app, stackName, { env: { account: ACCOUNT, region: REGION } }));
    const template = JSON.stringify(app.synth().getStackByName(stackName).template);
    const names = { StackName: stackName, ChangeSetName: 'deploy' };
    await this.cloudFormation('CreateChangeSet', { ...names, 'ChangeSetType': 'CREATE', 'TemplateURL': this.upload(template), 'Capabilities.member.1': 'CAPABILITY_IAM' });
    await until(async () => /<Status>CREATE_COMPLETE/.test(await this.cloudFormation('DescribeChangeSet', names)));
    await this.cloudFormation('ExecuteChangeSet', names);
    let status = '';
    await until(async () => {
      status = /<StackStatus>(\w+)</.exec(await this.cloudFormation('DescribeStacks', { StackName: stackName }))![1];
      return !status.endsWith('IN_PROGRESS');
    });
    if (status !== 'CREATE_COMPLETE') {
      const events = await this.cloudFormation('DescribeStackEvents', { StackName: stackName });
      throw new Error([...events.matchAll(/<ResourceStatusReason>([^<]*)</g)].map(match => match[1]).join('\n'));
    }
    const resources = await this.cloudFormation('DescribeStackResources', { StackName: stackName });
    const all = (name: string) => [...resources.matchAll(new RegExp(`<${name}>([^<]*)<`, 'g'))].map(match => match[1]);
    const ids = all('PhysicalResourceId');
    return new Map(all('LogicalResourceId').map((logicalId, index) => [logicalId, ids[index]]));
  }

  /** Runs the only state machine of a stack. */
  public async run(resources: Map<string, string>, input: object = {}): Promise<ExecutionRecord> {
    return this.ended(await this.start(resources, input));
  }

  /** @returns the ARN of a new execution of the only state machine of a stack */
  public async start(resources: Map<string, string>, input: object = {}): Promise<string> {
    const stateMachineArn = [...resources.values()].find(id => id.includes(':stateMachine:'));
    return (await this.states('StartExecution', { stateMachineArn, input: JSON.stringify(input) })).executionArn;
  }

  public async stopRun(executionArn: string): Promise<void> {
    await this.states('StopExecution', { executionArn });
  }

  /** @returns its ARN */
  public async createJob(parameters: object): Promise<string> {
    return JSON.parse(await this.request('personalize', {
      'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonPersonalize.CreateDatasetExportJob',
    }, JSON.stringify(parameters))).datasetExportJobArn;
  }

  /** Of the Map Runs so far. */
  public childExecutions(): readonly ExecutionRecord[] {
    return this.local.world.states.childExecutions;
  }

  public async redrive({ executionArn }: ExecutionRecord): Promise<ExecutionRecord> {
    await this.states('RedriveExecution', { executionArn });
    return this.ended(executionArn);
  }

  public async ended(executionArn: string): Promise<ExecutionRecord> {
    const execution = this.local.world.states.execution(executionArn);
    await until(async () => execution.status !== 'RUNNING');
    return structuredClone(execution);
  }

  private async states(operation: string, parameters: object): Promise<any> {
    return JSON.parse(await this.request('states', {
      'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}`,
    }, JSON.stringify(parameters)));
  }

  /** The reports of a Map Run, as its manifest names them. */
  public async results({ bucket, key }: { bucket: string; key: string }): Promise<DatasetReport[]> {
    const object = async (name: string) => JSON.parse((await this.client.objectBody(bucket, name)).toString('utf8'));
    const { ResultFiles } = await object(key);
    const reports: DatasetReport[] = [];
    for (const { Key } of [...ResultFiles.SUCCEEDED, ...ResultFiles.FAILED]) {
      reports.push(...(await object(Key)).map(({ Output, Cause }: { Output?: string; Cause?: string }) => JSON.parse(Output ?? Cause!)));
    }
    return reports;
  }

  /** @returns the ARNs of new datasets, three to a group */
  public async seed(count: number): Promise<string[]> {
    const arns: string[] = [];
    for (let index = 0; index < count; index++) {
      const type = (['INTERACTIONS', 'ITEMS', 'USERS'] as const)[index % 3];
      arns.push(await this.client.seedDataset({ group: `shop${Math.floor(index / 3)}`, type, csv: 'USER_ID,ITEM_ID\nu1,i1\nu2,i2\n' }));
    }
    return arns;
  }

  public put(bucket: string, key: string, size: number): void {
    this.local.world.s3.putObject(bucket, key, Buffer.alloc(size));
  }

  public async stop(): Promise<void> {
    await this.local.stop();
  }

  /** A template may be too long for a request. */
  private upload(template: string): string {
    const bucket = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
    this.local.world.s3.putObject(bucket, 'template.json', Buffer.from(template));
    return `https://${bucket}.s3.${REGION}.amazonaws.com/template.json`;
  }

  private async cloudFormation(Action: string, parameters: Record<string, string>): Promise<string> {
    return this.request('cloudformation', { 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams({
      Action, Version: '2010-05-15', ...parameters,
    }).toString());
  }

  private async request(service: string, headers: Record<string, string>, body: string): Promise<string> {
    const response = await fetch(this.local.endpoint, {
      method: 'POST',
      headers: {
        ...headers,
        authorization: `AWS4-HMAC-SHA256 Credential=${DEPLOYER.accessKeyId}/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body,
    });
    const text = await response.text();
    if (text.includes('Rate exceeded')) { return this.request(service, headers, body); } // as clients do
    if (!response.ok) { throw new Error(`${service}: ${text}`); }
    return text;
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) { await new Promise(resolve => setTimeout(resolve, 20)); }
}

/** The most intervals that overlap at any time. */
export function mostAtATime(intervals: { start: number; end: number }[]): number {
  return Math.max(...intervals.map(({ start }) => intervals.filter(other => other.start <= start && start < other.end).length));
}

/** Defines a workflow for these datasets. */
export const workflow = (datasetArns: string[], props: Partial<DatasetExportWorkflowProps> = {}) => (stack: Stack): void => {
  new DatasetExportWorkflow(stack, 'Nightly', {
    ingestionMode: IngestionMode.ALL, datasets: datasetArns.map((arn, index) => Dataset.fromDatasetArn(stack, `Dataset${index}`, arn)), ...props,
  });
};

/** Defines a workflow for these dataset groups. */
export const groupsWorkflow = (names: string[], props: Partial<DatasetExportWorkflowProps> = {}) => (stack: Stack): void => (
  workflow([], { datasetGroups: names.map(name => groupIn(stack, name)), ...props })(stack));

export function groupArn(name: string): string {
  return `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/${name}`;
}

export function groupIn(stack: Stack, name: string): personalize.IDatasetGroupRef {
  return DatasetGroup.fromDatasetGroupArn(stack, name, groupArn(name));
}
