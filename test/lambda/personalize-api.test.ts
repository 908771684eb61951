import { PersonalizeClient } from '@aws-sdk/client-personalize';
import { answer, answerError, CLIENT, cutOff, errorOf, fakeAws, FakeServer, noAnswer, reset, type Respond } from './fake-server';
import type { ExportRequest } from '../../lambda/export-request';
import { errorText, failureKind, type FailureKind } from '../../lambda/failures';
import { personalizeApi, type PersonalizeApi } from '../../lambda/personalize-api';
import { DATASET_ARN, KEY_ARN, ROLE_ARN } from '../../tools/simulation/events';

// The SDK's real client against a server on this machine.

const JOB_ARN = 'arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/job';
const REQUEST: ExportRequest = {
  jobName: 'job',
  datasetArn: DATASET_ARN,
  ingestionMode: 'ALL',
  roleArn: ROLE_ARN,
  outputUri: 's3://exports/job/',
  kmsKeyArn: KEY_ARN,
  tags: { 'team': 'ml', 'cost center': '42' },
};

const server = fakeAws();
let client: PersonalizeClient;
let api: PersonalizeApi;
beforeEach(() => {
  client = new PersonalizeClient(CLIENT);
  api = personalizeApi(client);
});
afterEach(() => { client.destroy(); });

describe('createDatasetExportJob', () => {
  it('sends the request, tags as tagKey and tagValue', async () => {
    server.respond = answer(200, JSON.stringify({ datasetExportJobArn: JOB_ARN }));

    await api.createDatasetExportJob(REQUEST);

    expect(server.received).toHaveLength(1);
    const [{ method, path, headers, body }] = server.received as [typeof server.received[number]];
    expect({ method, path, target: headers['x-amz-target'] }).toEqual({ method: 'POST', path: '/', target: 'AmazonPersonalize.CreateDatasetExportJob' });
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/personalize\/aws4_request/);
    expect(JSON.parse(body)).toEqual({
      jobName: 'job',
      datasetArn: DATASET_ARN,
      ingestionMode: 'ALL',
      roleArn: ROLE_ARN,
      jobOutput: { s3DataDestination: { path: 's3://exports/job/', kmsKeyArn: KEY_ARN } },
      tags: [{ tagKey: 'team', tagValue: 'ml' }, { tagKey: 'cost center', tagValue: '42' }],
    });
  });

  it('leaves out what is not set', async () => {
    server.respond = answer(200, JSON.stringify({ datasetExportJobArn: JOB_ARN }));

    await api.createDatasetExportJob({ jobName: 'job', datasetArn: DATASET_ARN, roleArn: ROLE_ARN, outputUri: 's3://exports/job/', tags: {} });

    expect(JSON.parse(server.received[0]!.body)).toEqual({
      jobName: 'job', datasetArn: DATASET_ARN, roleArn: ROLE_ARN, jobOutput: { s3DataDestination: { path: 's3://exports/job/' } },
    });
  });
});

describe('describeDatasetExportJob', () => {
  const described = {
    datasetExportJobArn: JOB_ARN,
    status: 'CREATE FAILED',
    failureReason: 'Insufficient privileges for accessing data in Amazon S3.',
    creationDateTime: 1793606400,
    lastUpdatedDateTime: 1793606700,
    datasetArn: DATASET_ARN,
    ingestionMode: 'BULK',
    roleArn: ROLE_ARN,
    jobOutput: { s3DataDestination: { path: 's3://exports/job/', kmsKeyArn: KEY_ARN } },
  };

  it('asks for the ARN and reads the job', async () => {
    server.respond = answer(200, JSON.stringify({ datasetExportJob: described }));

    expect(await api.describeDatasetExportJob(JOB_ARN)).toMatchObject({
      status: 'CREATE FAILED',
      failureReason: 'Insufficient privileges for accessing data in Amazon S3.',
      createdAt: new Date(1793606400_000),
      updatedAt: new Date(1793606700_000),
      datasetArn: DATASET_ARN,
      ingestionMode: 'BULK',
      roleArn: ROLE_ARN,
      outputUri: 's3://exports/job/',
      kmsKeyArn: KEY_ARN,
    });
    expect(server.received.map(({ headers, body }) => [headers['x-amz-target'], JSON.parse(body)])).toEqual([
      ['AmazonPersonalize.DescribeDatasetExportJob', { datasetExportJobArn: JOB_ARN }],
    ]);
  });

  it('reads an empty answer as an unknown status', async () => {
    server.respond = answer(200, '{}');

    expect((await api.describeDatasetExportJob(JOB_ARN)).status).toBe('');
  });
});

describe.each<[string, () => Promise<unknown>]>([
  ['createDatasetExportJob', async () => api.createDatasetExportJob(REQUEST)],
  ['describeDatasetExportJob', async () => api.describeDatasetExportJob(JOB_ARN)],
])('%s fails', (_, call) => {
  it.each<[string, number, FailureKind]>([
    ['LimitExceededException', 400, 'transient'],
    ['InternalFailure', 500, 'transient'],
    ['ResourceAlreadyExistsException', 400, 'exists'],
    ['ResourceNotFoundException', 400, 'missing'],
    ['AccessDeniedException', 400, 'settling'],
    ['UnrecognizedClientException', 400, 'unreachable'],
    ['InvalidInputException', 400, 'terminal'],
  ])('with %s (HTTP %d): %s, and keeps the name and the words', async (name, status, kind) => {
    server.respond = answerError(status, name, 'the words of the service');

    const error = await errorOf(call());

    expect(errorText(error)).toBe(`${name}: the words of the service`);
    expect(failureKind(error)).toBe(kind);
    expect(server.received).toHaveLength(1); // the lifecycle tries again, the SDK does not
  });

  it.each<[string, Respond]>([
    ['a page of HTML with HTTP 503', answer(503, '<html><body>Service Unavailable</body></html>', 'text/html')],
    ['HTTP 500 without a body', answer(500, '')],
    ['HTTP 504 with a plain text', answer(504, 'gateway timeout', 'text/plain')],
    ['a page of HTML with HTTP 200', answer(200, '<html><body>Hello</body></html>', 'text/html')],
    ['half an answer', answer(200, '{"datasetExport')],
    ['a connection that breaks', reset],
    ['a connection that breaks in the middle of a good answer', cutOff],
    ['no answer in time', noAnswer],
  ])('with %s: transient', async (__, respond) => {
    server.respond = respond;

    const error = await errorOf(call());

    expect([failureKind(error), errorText(error)]).toEqual(['transient', expect.stringMatching(/^\w+: ./)]);
    expect(server.received).toHaveLength(1);
  });

  it('with nobody listening: transient', async () => {
    const nobody = new FakeServer();
    await nobody.start();
    const { url } = nobody;
    await nobody.stop();
    process.env.AWS_ENDPOINT_URL = url;
    client = new PersonalizeClient({ maxAttempts: 1 });
    api = personalizeApi(client);

    expect(failureKind(await errorOf(call()))).toBe('transient');
  });
});
