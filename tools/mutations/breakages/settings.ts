import { DESTINATION, JOB, PROVIDER, QUICKSTART, REMOVAL, SIMULATION, STACKS, WORKFLOW } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

const RULE_PACKS = 'test/security/rule-packs.test.ts';

/** How resources are set up. */
export const SETTING_BREAKAGES: Breakage[] = [
  ...breakagesOf('src/export-destination.ts', [REMOVAL, DESTINATION], {
    'bucket-policy-deleted': {
      breaks: 'a retained bucket accepts what is not TLS',
      from: 'this.bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);',
      to: '',
    },
    'policy-of-given-bucket-retained': {
      breaks: 'the policy of the user\'s own bucket is never deleted',
      from: 'if (props.bucket === undefined) { this.bucket.policy?',
      to: 'if (props.role === undefined) { this.bucket.policy?',
    },
    'key-deleted': {
      breaks: 'exported data cannot be decrypted any more',
      from: 'return removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE ? removalPolicy : RemovalPolicy.RETAIN;',
      to: 'return removalPolicy ?? RemovalPolicy.RETAIN;',
    },
    'key-always-left': {
      breaks: 'a failed first deployment leaves a key behind',
      from: 'return removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE ? removalPolicy : RemovalPolicy.RETAIN;',
      to: 'return RemovalPolicy.RETAIN;',
    },
    'no-rotation': {
      breaks: 'the key is never rotated',
      from: 'enableKeyRotation: true,',
      to: '',
      tests: [RULE_PACKS, DESTINATION],
    },
    'bucket-key-ignored': {
      breaks: 'objects are not encrypted with the bucket\'s key',
      from: 'props.encryptionKey ?? props.bucket?.encryptionKey ?? this.newKey(props)',
      to: 'props.encryptionKey ?? this.newKey(props)',
      tests: [SIMULATION, DESTINATION],
    },
    'bucket-key-not-granted': {
      breaks: 'Personalize may not use the bucket\'s own key',
      from: '[this.encryptionKey, this.bucket.encryptionKey]',
      to: '[this.encryptionKey]',
      tests: [SIMULATION],
    },
    'trusts-everyone': {
      breaks: 'Personalize may use the role for other accounts',
      from: 'new iam.ServicePrincipal(PERSONALIZE, { conditions: sourceConditions(Stack.of(this)) })',
      to: 'new iam.ServicePrincipal(PERSONALIZE)',
      tests: [SIMULATION],
    },
    'conditions-by-default': {
      breaks: 'every export fails if Personalize\'s calls carry no source',
      from: 'sourceConditions: props.sourceConditions ? sourceConditions(Stack.of(this)) : undefined',
      to: 'sourceConditions: sourceConditions(Stack.of(this))',
      tests: [SIMULATION, DESTINATION],
    },
    'conditions-without-effect': {
      breaks: 'sourceConditions has no effect',
      from: 'sourceConditions: props.sourceConditions ? sourceConditions(Stack.of(this)) : undefined',
      to: 'sourceConditions: undefined',
      tests: [SIMULATION],
    },
    'dataset-key-not-granted': {
      breaks: 'an encrypted dataset cannot be exported',
      from: '      datasetEncryptionKey: props.datasetEncryptionKey,\n',
      to: '',
      tests: [SIMULATION],
    },
    'role-ignored': {
      breaks: 'the user\'s role has no effect',
      from: 'this.role = props.role ?? this.newRole();',
      to: 'this.role = this.newRole();',
      tests: [DESTINATION],
    },
  }),
  ...breakagesOf('src/private/new-bucket.ts', [REMOVAL, DESTINATION], {
    'bucket-deleted': {
      breaks: 'exported data is lost with the stack',
      from: 'removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN',
      to: 'removalPolicy: props.removalPolicy ?? RemovalPolicy.DESTROY',
    },
    'no-tls': {
      breaks: 'the bucket accepts what is not TLS',
      from: 'enforceSSL: true,',
      to: '',
      tests: [SIMULATION, REMOVAL],
    },
    'public-access': {
      breaks: 'the bucket may become public',
      from: 'blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,',
      to: 'blockPublicAccess: s3.BlockPublicAccess.BLOCK_ACLS_ONLY,',
      tests: [RULE_PACKS, DESTINATION],
    },
    'not-encrypted': {
      breaks: 'objects are not encrypted with the key',
      from: 'encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,\n    encryptionKey,',
      to: 'encryption: s3.BucketEncryption.S3_MANAGED,',
      tests: [RULE_PACKS, DESTINATION],
    },
    'no-versions': {
      breaks: 'an overwritten export is lost',
      from: 'const versioned = props.versioned ?? true;',
      to: 'const versioned = props.versioned ?? false;',
      tests: [RULE_PACKS, DESTINATION],
    },
    'versioned-always': {
      breaks: 'versioned: false has no effect',
      from: 'const versioned = props.versioned ?? true;',
      to: 'const versioned = true;',
      tests: [DESTINATION],
    },
    'old-versions-stay': {
      breaks: 'expired objects are paid for forever',
      from: 'noncurrentVersionExpiration: versioned ? props.expiration : undefined,',
      to: '',
      tests: [DESTINATION],
    },
    'never-expires': {
      breaks: 'expiration has no effect',
      from: '      expiration: props.expiration,\n',
      to: '',
      tests: [DESTINATION],
    },
    'uploads-stay': {
      breaks: 'parts of broken uploads are paid for forever',
      from: 'abortIncompleteMultipartUploadAfter: Duration.days(7),',
      to: 'abortIncompleteMultipartUploadAfter: Duration.days(7000),',
      tests: [DESTINATION],
    },
    'no-access-logs': {
      breaks: 'serverAccessLogsBucket has no effect',
      from: 'serverAccessLogsBucket: props.serverAccessLogsBucket,',
      to: '',
      tests: [DESTINATION],
    },
    'objects-never-move': {
      breaks: 'transitions has no effect',
      from: 'transitions: props.transitions,',
      to: '',
      tests: [DESTINATION],
    },
    'no-bucket-key': {
      breaks: 'bucketKeyEnabled has no effect',
      from: 'bucketKeyEnabled: props.bucketKeyEnabled,',
      to: '',
      tests: [DESTINATION],
    },
  }),
  ...breakagesOf('src/dataset-export-job.ts', [QUICKSTART, JOB], {
    'resource-not-retained': {
      breaks: 'a stack with many jobs is deleted one job at a time',
      from: 'removalPolicy: RemovalPolicy.RETAIN,',
      to: '',
      tests: [JOB],
    },
    'all-resources-export': {
      breaks: 'a long export is made anew every 55 minutes',
      from: 'ContinuesJobArn: resources',
      to: 'JobNamePrefix: resources',
      tests: ['test/e2e/long-exports.test.ts', JOB],
    },
    'not-waiting-never': {
      breaks: 'waitForCompletion: false has no effect',
      from: 'WaitForCompletion: waitForCompletion ? undefined : \'false\',',
      to: 'WaitForCompletion: undefined,',
      tests: ['test/e2e/long-exports.test.ts', JOB],
    },
    'background-in-turns': {
      breaks: 'waitForCompletion: false makes useless resources',
      from: 'const resources = waitForCompletion && isLong(props.timeout)',
      to: 'const resources = isLong(props.timeout)',
      tests: [JOB],
    },
  }),
  ...breakagesOf('src/dataset-export-provider.ts', [PROVIDER, STACKS], {
    'second-provider': {
      breaks: 'each job has functions of its own',
      from: 'return stack.node.tryFindChild(DEFAULT_ID) as DatasetExportProvider | undefined ?? new DatasetExportProvider(stack, DEFAULT_ID);',
      to: 'return new DatasetExportProvider(stack, `${DEFAULT_ID}${stack.node.children.length}`);',
      tests: [STACKS, JOB],
    },
    'logs-forever': {
      breaks: 'logs are paid for forever',
      from: 'retention: logRetention ?? logs.RetentionDays.ONE_MONTH',
      to: 'retention: logRetention ?? logs.RetentionDays.INFINITE',
    },
    'log-group-left': {
      breaks: 'a deleted stack leaves a log group behind',
      from: 'removalPolicy: RemovalPolicy.DESTROY,',
      to: 'removalPolicy: RemovalPolicy.RETAIN,',
    },
    'job-name-twice': {
      breaks: 'two jobs with one jobName are found only in the deployment',
      from: 'if (other !== undefined) {',
      to: 'if (other === jobName) {',
      tests: [JOB],
    },
    'provider-of-other-stack': {
      breaks: 'permissions are missing in the deployment',
      from: 'if (Stack.of(job) !== Stack.of(this)) {',
      to: 'if (Stack.of(job) === undefined) {',
    },
    'concurrency-fixed': {
      breaks: 'maxConcurrency has no effect',
      from: 'addQueue(props.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY)',
      to: 'addQueue(DEFAULT_MAX_CONCURRENCY)',
      tests: ['test/src/private/lanes.test.ts'],
    },
  }),
  ...breakagesOf('src/private/defaults.ts', [PROVIDER, WORKFLOW, 'test/src/private/lanes.test.ts'], {
    'hundreds-at-once': {
      breaks: 'jobs get in each other\'s way at Personalize\'s quota',
      from: 'DEFAULT_MAX_CONCURRENCY = 5',
      to: 'DEFAULT_MAX_CONCURRENCY = 500',
      tests: ['test/src/private/workflow/run-states.test.ts'],
    },
  }),
];
