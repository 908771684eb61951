import { execFile } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { promisify } from 'util';
import { REPOSITORY } from '../../tools/repository';
import { UserApp, type Cdk } from '../../tools/user-app';

const APP = `
  const { App, Duration, Stack, aws_scheduler: scheduler } = require('aws-cdk-lib');
  const { Dataset, DatasetExportJob, DatasetExportSchedule, DatasetExportWorkflow, DatasetGroup, IngestionMode } = require('cdk-personalize-dataset-export');
  const arn = 'arn:aws:personalize:eu-west-1:111122223333:dataset';
  const app = new App({ outdir: process.argv[2], context: JSON.parse(process.argv[3]) });
  const stack = new Stack(app, 'Movies', { env: { account: '111122223333', region: 'eu-west-1' } });
  const dataset = Dataset.fromDatasetArn(stack, 'Dataset', arn + '/movies/INTERACTIONS');
  new DatasetExportJob(stack, 'Export', { dataset, ingestionMode: IngestionMode.ALL });
  new DatasetExportJob(stack, 'Long', { dataset, ingestionMode: IngestionMode.ALL, timeout: Duration.hours(6) });
  const datasetGroups = [DatasetGroup.fromDatasetGroupArn(stack, 'Group', arn + '-group/movies')];
  const workflow = new DatasetExportWorkflow(stack, 'Backup', { datasetGroups, ingestionMode: IngestionMode.ALL });
  new DatasetExportSchedule(stack, 'Nightly', { workflow, schedule: scheduler.ScheduleExpression.cron({ hour: '2', minute: '30' }) });
  app.synth();
  console.log(require('aws-cdk-lib/package.json').version);
`;

/** The context in cdk.json of a new app. */
const FEATURE_FLAGS = JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'node_modules', 'aws-cdk-lib-newest', 'recommended-feature-flags.json'), 'utf8'));

interface Synth {
  readonly version: string;
  readonly template: string;
}

/** In a new folder and process. */
async function synth(cdk: Cdk, context: Record<string, unknown>, environment: NodeJS.ProcessEnv = {}): Promise<Synth> {
  const app = await UserApp.create(cdk);
  try {
    app.write('app.js', APP);
    const { stdout } = await promisify(execFile)(process.execPath, ['app.js', 'out', JSON.stringify(context)], {
      cwd: app.folder, env: { PATH: process.env.PATH, CDK_VALIDATION: 'false', ...environment },
    });
    return { version: stdout.trim(), template: fs.readFileSync(path.join(app.folder, 'out', 'Movies.template.json'), 'utf8') };
  } finally {
    app.remove();
  }
}

const resources = ({ template }: Synth) => Object.entries<any>(JSON.parse(template).Resources).map(([id, { Type }]) => `${id}: ${Type}`).sort();
const manifest = (folder: string) => JSON.parse(fs.readFileSync(path.join(REPOSITORY, folder, 'package.json'), 'utf8'));

let oldest: Synth;
let newest: Synth;
let newestWithoutFlags: Synth;
let elsewhere: Synth;
beforeAll(async () => {
  oldest = await synth('aws-cdk-lib', {});
  newestWithoutFlags = await synth('aws-cdk-lib-newest', {});
  [newest, elsewhere] = await Promise.all([
    synth('aws-cdk-lib-newest', FEATURE_FLAGS),
    synth('aws-cdk-lib-newest', FEATURE_FLAGS, { TZ: 'Pacific/Auckland', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', USER: 'somebody', HOME: '/nowhere', AWS_REGION: 'us-west-2', CI: 'true' }),
  ]);
});

test('the package works with the oldest aws-cdk-lib, which is the same wherever it is named', () => {
  const { peerDependencies, devDependencies } = manifest('.');
  const floor = devDependencies['aws-cdk-lib'];
  expect(oldest.version).toBe(floor);
  expect(manifest('node_modules/aws-cdk-lib').version).toBe(floor); // jsii compiles with this one, and all unit tests run with it
  expect(peerDependencies).toEqual({ 'aws-cdk-lib': `^${floor}`, 'constructs': `^${devDependencies.constructs}` });
  const examples = fs.readdirSync(path.join(REPOSITORY, 'examples')).filter(name => fs.existsSync(path.join(REPOSITORY, 'examples', name, 'package.json')));
  expect(new Set(examples.map(name => manifest(path.join('examples', name)).dependencies['aws-cdk-lib']))).toEqual(new Set([`^${floor}`]));
  for (const name of ['README.md', 'docs/releases.md']) {
    const named = [...fs.readFileSync(path.join(REPOSITORY, name), 'utf8').matchAll(/(aws-cdk-lib|constructs)\W+(\d+\.\d+\.\d+)/g)];
    expect([name, named.filter(([, dependency, version]) => version !== devDependencies[dependency])]).toEqual([name, []]);
    expect([name, named.length]).not.toEqual([name, 0]);
  }
});

test('the newest aws-cdk-lib makes the same resources with the same ids, with all feature flags and without', () => {
  expect(newest.version).not.toBe(oldest.version);
  expect(newest.template).not.toBe(newestWithoutFlags.template); // the flags have an effect
  expect(resources(newestWithoutFlags)).toEqual(resources(oldest));
  expect(resources(newest)).toEqual(resources(oldest));
});

test('the same app synthesizes to the same template in another folder, environment, time zone and language', () => {
  expect(elsewhere.template).toBe(newest.template);
});
