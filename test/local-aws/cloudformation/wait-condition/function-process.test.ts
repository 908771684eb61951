import { LocalAwsClient } from '../../../../local-aws/client';
import { LocalAws } from '../../../../local-aws/local-aws';
import { DEPLOYER } from '../../../../local-aws/services/iam/credentials';
import { zipOf } from '../../services/lambda/testing-zip';

const BUCKET = 'code';
const TRUST = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
/** A custom resource that sends a signal, twice if need be, before it answers. */
const CODE = `const https = require('https');
const put = (url, body) => new Promise((resolve, reject) => {
  https.request(url, { method: 'PUT' }, (response) => response.resume().on('end', () => resolve(response.statusCode))).on('error', reject).end(JSON.stringify(body));
});
exports.handler = async ({ RequestType, ResponseURL, StackId, RequestId, LogicalResourceId, ResourceProperties }) => {
  const signal = { Status: 'SUCCESS', Reason: '', UniqueId: 'job', Data: '' };
  const statuses = [];
  while (RequestType === 'Create' && statuses.at(-1) !== 200) statuses.push(await put(ResourceProperties.Url, signal));
  await put(ResponseURL, { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId: 'x', Data: { Statuses: statuses.join() } });
};`;
const TEMPLATE = {
  Resources: {
    Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: TRUST } },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: { S3Bucket: BUCKET, S3Key: 'zip' }, Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs24.x', Timeout: 60 },
    },
    Signal: { Type: 'Custom::Signal', Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, Url: { Ref: 'Handle' } } },
    Wait: { Type: 'AWS::CloudFormation::WaitCondition', Properties: { Handle: { Ref: 'Handle' }, Timeout: '3600' }, DependsOn: 'Signal' },
  },
  Outputs: { Statuses: { Value: { 'Fn::GetAtt': ['Signal', 'Statuses'] } } },
};

let local: LocalAws;
beforeEach(async () => {
  local = await LocalAws.start({ speed: 10 });
});
afterEach(() => local.stop());

async function call(Action: string, parameters: Record<string, string> = {}): Promise<string> {
  const response = await fetch(local.endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${DEPLOYER.accessKeyId}/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=00` },
    body: new URLSearchParams({ Action, StackName: 'S', ...parameters }),
  });
  return response.text();
}

test('a function reaches the handle under its own name, and the control API shows what it sent', async () => {
  const control = new LocalAwsClient(local.endpoint);
  local.world.s3.createBucket(BUCKET, {});
  local.world.s3.putObject(BUCKET, 'zip', zipOf({ 'index.js': CODE }));
  await control.addFaults({ service: 'cloudformation', operation: 'SignalWaitCondition', error: { code: 'SlowDown', status: 503 } });
  await call('CreateChangeSet', { ChangeSetName: 'c', ChangeSetType: 'CREATE', TemplateBody: JSON.stringify(TEMPLATE) });
  await call('ExecuteChangeSet', { ChangeSetName: 'c' });
  let description = '';
  while (!/<StackStatus>\w+_(COMPLETE|FAILED)</.test(description)) {
    description = await call('DescribeStacks');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  expect(description).toContain('<StackStatus>CREATE_COMPLETE<');
  expect(description).toContain('<OutputValue>503,200<');
  expect(await control.waitSignals()).toEqual([{
    stackId: expect.stringContaining(':stack/S/'),
    stackName: 'S',
    logicalId: 'Handle',
    receivedAt: expect.any(String),
    body: '{"Status":"SUCCESS","Reason":"","UniqueId":"job","Data":""}',
    accepted: true,
  }]);
}, 30_000);
