import * as fs from 'fs';
import * as path from 'path';
import { assertions } from 'aws-cdk-lib';
import { EXAMPLES, synthesizeExample } from './example-apps';

const JOB = 'Custom::PersonalizeDatasetExportJob';
const LANGUAGES = ['csharp', 'go', 'java', 'python'];

/** The context that an example needs, and the number of export jobs in its stack. */
const EXPECTED: Record<string, { context?: Record<string, string>; jobs: number }> = {
  'bring-your-own': { jobs: 1 },
  'copy-dataset': { jobs: 1 },
  'long-export': { jobs: 2 },
  'monthly-export': { context: { month: '2026-11' }, jobs: 1 },
  'nightly-backup': { jobs: 0 },
  'query': { jobs: 1 },
  'quickstart': { jobs: 1 },
  'restore-backup': { context: { backup: 's3://a-bucket/dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24/a-job/' }, jobs: 0 },
  'restore-in-another-region': { context: { backup: 'dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24/a-job/' }, jobs: 0 },
  'shared-destination': { jobs: 3 },
};

const names = folders(EXAMPLES).filter(name => !LANGUAGES.includes(name));
const readme = fs.readFileSync(path.join(EXAMPLES, 'README.md'), 'utf8');
const json = (...parts: string[]) => JSON.parse(fs.readFileSync(path.join(EXAMPLES, ...parts), 'utf8'));

test('each example is tested, and has its row in examples/README.md', () => {
  expect(names).toEqual(Object.keys(EXPECTED));
  expect([...readme.matchAll(/^\| \[([\w-]+)\]\(\1\/\1\.ts\) \|/gm)].map(([, name]) => name).sort()).toEqual(names);
});

describe.each(names)('%s', name => {
  const { context, jobs } = EXPECTED[name] ?? {};

  test('synthesizes without a warning, to as many resources as examples/README.md says', () => {
    const { templates, messages } = synthesizeExample(name, context);
    expect(messages).toEqual([]);
    const row = new RegExp(`^\\| \\[${name}\\]\\(.*\\| (\\d+) \\|$`, 'm').exec(readme);
    const resources = Object.values(templates).flatMap(({ Resources }) => Object.values<any>(Resources));
    expect(resources).toHaveLength(Number(row?.[1]));
    expect(resources.filter(({ Type }) => Type === JOB)).toHaveLength(jobs);
  });

  test('can be copied: it asks for the versions that the library supports', () => {
    expect(json(name, 'package.json').dependencies).toEqual({ ...json('..', 'package.json').peerDependencies, 'cdk-personalize-dataset-export': '*' });
  });
});

test('quickstart takes the dataset group and the ingestion mode from the command line', () => {
  const [job] = jobsOf(synthesizeExample('quickstart', { datasetGroup: 'books', ingestionMode: 'PUT' }).template);
  expect(job.IngestionMode).toBe('PUT');
  expect(JSON.stringify(job.DatasetArn)).toContain(':dataset/books/INTERACTIONS');
});

test('shared-destination exports three datasets to one bucket, and one role may read them', () => {
  const { template } = synthesizeExample('shared-destination');
  const jobs = jobsOf(template);
  expect(jobs.map(({ DatasetArn }) => /dataset\/movies\/(\w+)/.exec(JSON.stringify(DatasetArn))?.[1])).toEqual(['INTERACTIONS', 'ITEMS', 'USERS']);
  expect(new Set(jobs.map(({ BucketName, RoleArn, KmsKeyArn, Prefix }) => JSON.stringify([BucketName, RoleArn, KmsKeyArn, Prefix]))).size).toBe(1);
  expect(jobs[0].Prefix).toBe('personalize/');
  const [analyst] = Object.entries<any>(template.Resources).find(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith('Analyst'))!;
  const { Statement: statements } = template.Resources[analyst].Properties.PolicyDocument;
  expect(statements.filter(({ Action }: { Action: string }) => Action === 's3:GetObject').flatMap(({ Resource }: { Resource: unknown }) => Resource)).toHaveLength(3);
});

test('bring-your-own with an existing bucket warns of what its policy needs, and of nothing else', () => {
  const { template, messages } = synthesizeExample('bring-your-own', { bucket: 'my-bucket' });
  assertions.Template.fromJSON(template).resourceCountIs('AWS::S3::Bucket', 0);
  expect(jobsOf(template)[0].BucketName).toBe('my-bucket');
  expect(messages.length).toBeGreaterThan(0);
  for (const message of messages) {
    expect(message).toMatch(/^warning: .*my-bucket/);
  }
});

describe('monthly-export', () => {
  const job = (month: string) => jobsOf(synthesizeExample('monthly-export', { month }).template)[0];

  test('differs in nothing but the trigger from one month to the next', () => {
    expect(job('2026-11').TriggerToken).toBe('2026-11');
    expect({ ...job('2026-12'), TriggerToken: '2026-11' }).toEqual(job('2026-11'));
  });

  test.each<Record<string, string>>([{}, { month: 'November' }])('given %j fails', context => {
    expect(() => synthesizeExample('monthly-export', context)).toThrow('month');
  });
});

test('long-export waits six hours for one export, and not at all for the other', () => {
  const [interactions, items] = jobsOf(synthesizeExample('long-export').template);
  expect(interactions).toMatchObject({ TimeoutSeconds: '21600', HandsOver: 'true' });
  expect(interactions).not.toHaveProperty('WaitForCompletion');
  expect(items).toMatchObject({ WaitForCompletion: 'false' });
});

describe.each(['restore-backup', 'restore-in-another-region'])('%s', name => {
  test('defines the restored dataset only when a backup is chosen', () => {
    expect(Object.keys(synthesizeExample(name).templates)).not.toContain('Restored');
  });

  test.each([
    '', 's3://bucket/folder/', 's3://bucket/dataset=INTERACTIONS/date=2026-11-24/a-job', 'dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24/a-job',
  ])('given the backup %j, fails', backup => {
    expect(() => synthesizeExample(name, { backup })).toThrow('backup');
  });
});

test('restore-in-another-region lets Personalize read the copies of this dataset group only', () => {
  const { Copies } = synthesizeExample('restore-in-another-region').templates;
  const statements = Object.values<any>(Copies.Resources).flatMap(({ Properties: { PolicyDocument } }) => PolicyDocument?.Statement ?? []);
  const reading = statements.filter(({ Action, Effect }) => Effect === 'Allow' && [Action].flat().some(action => /^s3:(Get|\*)/.test(action)));
  expect(reading.map(({ Resource }) => Resource['Fn::Join'][1].at(-1))).toEqual(['/dataset_group=movies/*', '/dataset_group=movies/*']);
});

/** The properties of the export jobs. */
function jobsOf(template: Record<string, any>): any[] {
  return Object.values<any>(template.Resources).filter(({ Type }) => Type === JOB).map(({ Properties }) => Properties);
}

function folders(parent: string): string[] {
  return fs.readdirSync(parent, { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name }) => name).sort();
}
