import { awscdk, javascript } from 'projen';
import { Benchmark } from './projenrc/benchmark';
import { Compatibility } from './projenrc/compatibility';
import { Examples } from './projenrc/examples';
import { IntegrationTests } from './projenrc/integration-tests';
import { LambdaBundle } from './projenrc/lambda-bundle';
import { Verification } from './projenrc/verification';
import { Walls } from './projenrc/walls';
import { Workflows } from './projenrc/workflows';

/** The oldest aws-cdk-lib that the package supports: it is compiled and tested with this version. */
const CDK_FLOOR = '2.257.0';
/** The newest aws-cdk-lib that the packed tarball is tested with. */
const CDK_NEWEST = '2.276.0';

const NAME = 'cdk-personalize-dataset-export';
const REPOSITORY = `https://github.com/${NAME}/${NAME}`;

const project = new awscdk.AwsCdkConstructLibrary({
  name: NAME,
  description: 'AWS CDK construct that exports an Amazon Personalize dataset to an encrypted S3 bucket while the stack deploys',
  author: `${NAME} contributors`,
  authorAddress: REPOSITORY,
  authorOrganization: true,
  repositoryUrl: `${REPOSITORY}.git`,
  defaultReleaseBranch: 'main',
  license: 'Apache-2.0',
  copyrightOwner: `${NAME} contributors`,
  stability: 'experimental',
  keywords: [
    'aws', 'cdk', 'aws-cdk', 'awscdk', 'constructs', 'personalize', 'amazon-personalize', 'dataset-export', 'dataset-export-job', 'recommendations', 's3',
    'machine-learning',
  ],

  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '22',
  projenVersion: '0.103.25',
  cdkVersion: CDK_FLOOR,
  constructsVersion: '10.5.1',
  jsiiVersion: '~6.0.16',
  typescriptVersion: '~6.0.3', // jsii 6.0 and ts-jest 29.4 cannot use TypeScript 7

  projenrcTs: true,
  sampleCode: false,
  lambdaAutoDiscover: false,
  edgeLambdaAutoDiscover: false,
  singletonLambdaAutoDiscover: false,
  lambdaExtensionAutoDiscover: false,
  integrationTestAutoDiscover: false,

  devDeps: [
    // bundled into the Lambda handler
    '@aws-sdk/client-cloudformation@3.1138.0',
    '@aws-sdk/client-personalize@3.1138.0',
    '@types/aws-lambda@^8',
    // provided by the Lambda runtime, for the Provider framework and CDK's custom resources in local-aws/
    '@aws-sdk/client-lambda@3.1138.0',
    '@aws-sdk/client-s3@3.1138.0',
    '@aws-sdk/client-sfn@3.1138.0',
    // tests only
    'aws-cdk@2.1148.1',
    `aws-cdk-lib-newest@npm:aws-cdk-lib@${CDK_NEWEST}`,
    'asl-validator@^3',
    'aws-local-stepfunctions@3.0.0',
    'jsonata@2.0.6', // the version that Step Functions has
    'jsonpath-plus@^10',
    '@aws-cdk/aws-service-spec@^0.1.216', // CloudFormation's resource types, by AWS
    // the services' models, by AWS: local-aws/ checks requests by them; and what reads them
    '@aws-sdk/client-cloudtrail@3.1137.0',
    '@aws-sdk/client-cloudwatch-logs@3.1138.0',
    '@aws-sdk/client-eventbridge@3.1138.0',
    '@aws-sdk/client-glue@3.1138.0',
    '@aws-sdk/client-ssm@3.1138.0',
    '@aws-sdk/client-sts@3.1138.0',
    '@smithy/core@^3',
    '@cloud-copilot/iam-simulate@0.1.173', // AGPL-3.0: a development tool, never shipped
    'cdk-nag@^3',
    '@duckdb/node-api@1.5.6-r.1', // runs the SQL of the tables' views
    'csv-parse@^7',
    'csv-stringify@^6',
    'fast-check@^4',
    'fast-xml-parser@^5',
    'selfsigned@^5',
    'tar@^7',
    'tsx@^4',
    'yauzl@^3',
    // the integration tests for real AWS, tools/integ
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
    // plots and pictures in the documentation
    '@viz-js/viz@^3',
    'vega@^6',
    'vega-lite@^6',
    '@types/yauzl@^2',
  ],

  typecheckTests: true,
  jestOptions: {
    jestVersion: '^30',
    junitReporting: false,
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    coverageText: false,
    jestConfig: {
      collectCoverageFrom: ['src/**/*.ts', 'lambda/**/*.ts'],
      coverageReporters: ['text-summary', 'lcov'],
      setupFiles: ['<rootDir>/test/jest-setup.ts'],
      testTimeout: 900_000, // only for tests that hang: none depends on the speed of the machine
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/', '<rootDir>/test/package/'],
    },
  },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'lambda', 'examples', 'benchmark', 'local-aws', 'tools'],
  },

  releaseToNpm: true,
  npmTrustedPublishing: true,
  jsiiReleaseVersion: '0.2.1061', // pins publib, which gets the tokens
  bumpPackage: 'commit-and-tag-version@^12', // 13 pulls packages which need Node 22
  publishToPypi: {
    distName: NAME,
    module: 'cdk_personalize_dataset_export',
    trustedPublishing: true,
  },
  publishToMaven: {
    javaPackage: 'io.github.cdkpersonalizedatasetexport',
    mavenGroupId: 'io.github.cdk-personalize-dataset-export',
    mavenArtifactId: NAME,
  },
  publishToNuget: {
    packageId: 'CdkPersonalizeDatasetExport',
    dotNetNamespace: 'CdkPersonalizeDatasetExport',
  },
  publishToGo: {
    moduleName: `github.com/${NAME}/${NAME}-go`,
    // the default, said so that jsii-rosetta translates members of the package correctly to Go
    packageName: NAME.replaceAll('-', ''),
  },

  buildWorkflowOptions: { mutableBuild: false },
  bundlerOptions: { esbuildVersion: '^0.28.2', assetsDir: 'assets' },
  githubOptions: {
    mergify: false,
    pullRequestLintOptions: { semanticTitleOptions: { types: ['feat', 'fix', 'docs', 'test', 'refactor', 'perf', 'chore', 'revert'] } },
  },
  pullRequestTemplate: false, // .github/pull_request_template.md is written by hand
  depsUpgrade: false,
  autoMerge: false,
});

// unrs-resolver 1.13.0 (via jest-resolve, eslint-import-resolver-typescript) refers to platform packages that are not always published: npm then writes
// a lock file that `npm ci` rejects
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// no dependency may run an install script (these three work with their prebuilt platform packages)
project.package.addField('allowScripts', { '@parcel/watcher': false, 'esbuild': false, 'unrs-resolver': false });

// no registry host in package-lock.json
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');

new LambdaBundle(project);
new Walls(project);
new Verification(project);
new Examples(project);
new Benchmark(project);
new Compatibility(project);
new IntegrationTests(project);
new Workflows(project);

project.gitignore.exclude('.jsii.tabl.json', 'cdk.out/');
project.gitignore.include('/local-aws/services/logs/');

// without this, jsii prints a banner in every step on Node 20
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');
project.npmignore?.exclude(
  '/cdk.out/', // of deployments from this folder
  '/lambda/', '/test/', '/projenrc/', '/.projenrc.ts', '/coverage/', '/examples/', '/rosetta/', '/.ci/', '/docs/',
  '/CONTRIBUTING.md', '/AGENTS.md', '/.compatignore', '/.npmrc', '/.gitattributes', '/.eslintrc.json',
);

// `projen build` only needs Node: the release workflow packages the other languages (package:python ...)
project.packageTask.reset();
project.packageTask.spawn(project.tasks.tryFind('package:js')!);

project.synth();
