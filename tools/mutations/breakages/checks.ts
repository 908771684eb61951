import { DESTINATION, ENVIRONMENTS, FRAGMENT_PROPS, JOB, NAMES, REQUEST, TRIGGER, VALIDATION, WORKFLOW } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

const KEY_WARNING = 'test/src/private/dataset-key-warning.test.ts';
const RETENTION_WARNING = 'test/src/private/retention-warning.test.ts';

/** What synthesis refuses, what it says, and what it leaves to the handler because it is a token. */
export const CHECK_BREAKAGES: Breakage[] = [
  ...breakagesOf('src/private/validation.ts', [VALIDATION, JOB], {
    'tokens-checked': {
      breaks: 'a token is refused as if it were a value',
      from: 'return Token.isUnresolved(value) ? undefined : check(value);',
      to: 'return check(value);',
    },
    'token-durations-accepted': {
      breaks: 'a token becomes a negative number in the template',
      from: 'return token ? undefined :',
      to: 'return token ?? true ? undefined :',
    },
    'token-durations-refused': {
      breaks: 'a parameter as a timeout is refused',
      from: 'return token ? undefined :',
      to: 'return token === undefined && min === undefined ? undefined :',
    },
    'parts-of-a-second': {
      breaks: 'CloudFormation gets 0.5 seconds',
      from: 'Number.isInteger(count) && count >= inUnits(min)',
      to: 'count >= inUnits(min)',
    },
    'no-longest-duration': {
      breaks: 'AWS refuses the value in the deployment',
      from: '(max === undefined || count <= inUnits(max))',
      to: 'count > 0',
    },
    'token-numbers-accepted': {
      breaks: 'a token becomes a negative number in the template',
      from: '(Number.isInteger(value) && value >= min && value <= max)',
      to: '(Number.isInteger(value) && value <= max)',
    },
    'numbers-for-durations': {
      breaks: 'JavaScript fails with a TypeError',
      from: 'if (typeof given !== \'object\' || !given?.toSeconds) {',
      to: 'if (given === null) {',
    },
    'arns-for-constructs': {
      breaks: 'JavaScript fails with a TypeError',
      from: 'return reference !== undefined ? undefined',
      to: 'return reference !== undefined || given !== undefined ? undefined',
    },
  }),
  ...breakagesOf('src/private/environments.ts', [ENVIRONMENTS], {
    'unknown-means-different': {
      breaks: 'an environment-agnostic stack is refused',
      from: '=== TokenComparison.DIFFERENT',
      to: '!== TokenComparison.SAME',
    },
    'any-region-accepted': {
      breaks: 'Personalize refuses the dataset in the deployment',
      from: ', [\'Region\', region!, stack.region]]',
      to: ']',
    },
    'any-account-accepted': {
      breaks: 'Personalize refuses the dataset in the deployment',
      from: '[[\'account\', account!, stack.account], ',
      to: '[',
    },
    'any-partition-accepted': {
      breaks: 'IAM refuses the ARN in the deployment',
      from: 'partition === undefined || arn.startsWith',
      to: 'partition !== undefined || arn.startsWith',
    },
    'destination-of-any-region': {
      breaks: 'Personalize refuses the bucket in the deployment',
      from: ', [\'Region\', ours.region, theirs.region]]',
      to: ']',
    },
    'destination-of-any-account': {
      breaks: 'Personalize refuses the role in the deployment',
      from: '[[\'account\', ours.account, theirs.account], ',
      to: '[',
    },
    'role-of-any-account': {
      breaks: 'Personalize refuses the role in the deployment',
      from: 'if (!differ(role.env.account, account)) {',
      to: 'if (account !== \'\') {',
    },
    'unresolved-alias': {
      breaks: 'Personalize refuses the alias in the deployment',
      from: '(Token.isUnresolved(arn) && !/:alias\\//.test(arn))',
      to: 'Token.isUnresolved(arn)',
      tests: [DESTINATION],
    },
    'key-of-any-region': {
      breaks: 'S3 refuses the key in the deployment',
      from: 'if (key === undefined || !differ(key.env.region, region)) { return undefined; }',
      to: 'if (key === undefined || region !== \'\') { return undefined; }',
    },
  }),
  ...breakagesOf('src/private/export-inputs.ts', [JOB], {
    'silent-about-mode': {
      breaks: 'no warning says that bulk imports are not exported',
      from: 'if (ingestionMode !== undefined) { return; }',
      to: 'if (ingestionMode === undefined) { return; }',
    },
    'any-type-accepted': {
      breaks: 'Personalize refuses the dataset in the deployment',
      from: 'return checkKnown(dataset.datasetType, type =>',
      to: 'return checkKnown(\'ITEMS\', type =>',
    },
    'token-tags-checked': {
      breaks: 'a tag whose value is a token is refused',
      from: 'value => !Token.isUnresolved(value)',
      to: '() => true',
    },
    'any-path-length': {
      breaks: 'Personalize refuses the path in the deployment',
      from: 'rejectIf(outputPathLengthProblem(path.length,',
      to: 'rejectIf(outputPathLengthProblem(path.length && 1,',
      tests: [JOB, FRAGMENT_PROPS],
    },
    'length-of-token-counted': {
      breaks: 'a path is refused because of the length of a token',
      from: 'return Token.isUnresolved(value) ? otherwise : value;',
      to: 'return otherwise === value ? otherwise : value;',
    },
    'destination-anywhere': {
      breaks: 'Personalize refuses the role in the deployment',
      from: 'rejectIf(destinationProblem(scope, destination),',
      to: 'rejectIf(destinationProblem(scope, scope),',
      tests: [ENVIRONMENTS],
    },
  }),
  ...breakagesOf('src/contract/api-constraints.ts', [JOB, REQUEST], {
    'long-job-name': {
      breaks: 'Personalize refuses the name in the deployment',
      from: 'MAX_JOB_NAME_LENGTH = 63',
      to: 'MAX_JOB_NAME_LENGTH = 64',
      tests: [JOB, NAMES],
    },
    'long-path': {
      breaks: 'Personalize refuses the path in the deployment',
      from: 'MAX_OUTPUT_PATH_LENGTH = 256',
      to: 'MAX_OUTPUT_PATH_LENGTH = 257',
    },
    'alias-for-key': {
      breaks: 'Personalize refuses the alias in the deployment',
      from: ':[0-9]{12}:key\\/\\S*$/',
      to: ':[0-9]{12}:\\w+\\/\\S*$/',
      tests: [DESTINATION, JOB],
    },
    'wildcard-in-prefix': {
      breaks: 'the role may write more than it should',
      from: '!_.\'()\\-=+@:,&/ ]*$/',
      to: '!_.\'()\\-=+@:,&/ *]*$/',
      tests: [DESTINATION],
    },
    'folder-without-name': {
      breaks: 'S3 shows a folder without a name',
      from: 'if (prefix.startsWith(\'/\') || prefix.includes(\'//\')) {',
      to: 'if (prefix.startsWith(\'/\')) {',
      tests: [DESTINATION],
    },
    'token-prefix-unchecked': {
      breaks: 'a prefix without a slash melts into the job name',
      from: 'prefix === \'\' || prefix.endsWith(\'/\') ? undefined',
      to: 'prefix !== \'/\' ? undefined',
      tests: [REQUEST],
    },
    'too-many-tags': {
      breaks: 'Personalize refuses the tags in the deployment',
      from: 'MAX_TAGS = 50',
      to: 'MAX_TAGS = 51',
    },
    'reserved-tags': {
      breaks: 'Personalize refuses the tags in the deployment',
      from: 'if (key.toLowerCase().startsWith(\'aws:\')) {',
      to: 'if (key.startsWith(\'aws:aws:\')) {',
    },
    'unexportable-types': {
      breaks: 'Personalize refuses the dataset in the deployment',
      from: '[\'ACTIONS\', \'ACTION_INTERACTIONS\']',
      to: '[\'ACTIONS\']',
    },
  }),
  ...breakagesOf('lambda/export-request.ts', [REQUEST], {
    'token-values-unchecked': {
      breaks: 'Personalize\'s error does not name the prop',
      from: 'rejectIf(value === undefined ? undefined : problemOf?.(value));',
      to: 'rejectIf(undefined);',
    },
    'token-path-unchecked': {
      breaks: 'Personalize\'s error does not name the prop',
      from: 'rejectIf(outputPathLengthProblem(request.outputUri.length, request.outputUri));',
      to: '',
    },
    'token-timeout-unchecked': {
      breaks: 'a timeout of 0 seconds fails in other words',
      from: 'timeoutProblem(timeoutSeconds(properties), `${properties.TimeoutSeconds} seconds`) ?? ',
      to: '',
    },
    'long-token-timeout': {
      breaks: 'an export fails after 55 minutes, whatever its timeout',
      from: ' ?? unknownTimeoutProblem(properties)',
      to: '',
    },
    'token-tags-unchecked': {
      breaks: 'Personalize\'s error does not name the prop',
      from: 'rejectIf(tagsProblem(tags));',
      to: '',
    },
  }),
  ...breakagesOf('src/export-trigger.ts', [TRIGGER, JOB], {
    'once-for-all-deployments': {
      breaks: 'everyDeployment exports once',
      from: 'new ExportTrigger(() => new Date().toISOString(), true)',
      to: 'new ExportTrigger(() => \'deployment\', true)',
    },
    'empty-trigger': {
      breaks: 'an empty token is taken for none',
      from: '!Token.isUnresolved(token) && token === \'\'',
      to: 'Token.isUnresolved(token) && token === \'\'',
    },
  }),
  ...breakagesOf('src/export-destination.ts', [DESTINATION], {
  }),
  ...breakagesOf('src/private/new-bucket.ts', [DESTINATION], {
    'bucket-props-ignored': {
      breaks: 'props for the new bucket silently have no effect',
      from: 'filter(name => props[name] !== undefined)',
      to: 'filter(name => props[name] !== undefined && name !== \'versioned\')',
    },
    'aws-managed-key': {
      breaks: 'Personalize cannot use the key in the deployment',
      from: 'if (encryption !== s3.BucketEncryption.S3_MANAGED) {',
      to: 'if (encryption === s3.BucketEncryption.UNENCRYPTED) {',
    },
    'key-without-use': {
      breaks: 'a key silently has no effect',
      from: 'encryptionKey && \'encryptionKey\', ',
      to: '',
    },
    'snapshot-of-bucket': {
      breaks: 'CloudFormation refuses the template',
      from: 'removalPolicy !== undefined && !REMOVAL_POLICIES.includes(removalPolicy)',
      to: 'removalPolicy !== undefined && REMOVAL_POLICIES.length === 0',
    },
    'deletes-what-is-retained': {
      breaks: 'objects of a bucket that is retained are deleted',
      from: 'autoDeleteObjects && removalPolicy !== RemovalPolicy.DESTROY',
      to: 'autoDeleteObjects && removalPolicy === RemovalPolicy.SNAPSHOT',
      tests: [DESTINATION],
    },
    'logs-among-exports': {
      breaks: 'S3 writes its access logs among the exports',
      from: 'return prefix === undefined ? undefined :',
      to: 'return prefix === undefined || prefix !== \'\' ? undefined :',
      tests: [DESTINATION],
    },
  }),
  ...breakagesOf('src/dataset-export-job.ts', [JOB], {
    'name-with-every-deployment': {
      breaks: 'the second deployment fails',
      from: 'if (props.jobName === undefined || !props.trigger?._isEveryDeployment) { return undefined; }',
      to: 'if (props.jobName !== \'\') { return undefined; }',
    },
  }),
  ...breakagesOf('src/dataset-export-workflow.ts', [WORKFLOW], {
    'nothing-to-export': {
      breaks: 'a workflow without datasets succeeds without an export',
      from: 'datasets.length + datasetGroups.length > 0 ? undefined',
      to: 'datasets.length + datasetGroups.length >= 0 ? undefined',
    },
    'same-dataset-twice': {
      breaks: 'a mistake in the list is not noticed',
      from: 'arns.indexOf(arn) < index',
      to: 'arns.indexOf(arn) > index',
    },
    'timeout-of-a-second': {
      breaks: 'every run times out',
      from: 'min: Duration.minutes(1), max: Duration.days(365)',
      to: 'max: Duration.days(365)',
      tests: [VALIDATION],
    },
  }),
  ...breakagesOf('src/dataset-export-schedule.ts', [VALIDATION], {
    'too-many-attempts': {
      breaks: 'EventBridge Scheduler refuses the value in the deployment',
      from: 'props.retryAttempts, 0, 185',
      to: 'props.retryAttempts, 0, 1850',
    },
    'event-of-a-second': {
      breaks: 'EventBridge Scheduler refuses the value in the deployment',
      from: 'min: Duration.minutes(1), max: Duration.days(1)',
      to: 'max: Duration.days(1)',
    },
  }),
  ...breakagesOf('src/private/dataset-key-warning.ts', [KEY_WARNING], {
    'warns-without-key': {
      breaks: 'a warning about a key that does not exist',
      from: 'kmsKeyArn !== undefined);',
      to: 'kmsKeyArn !== null);',
    },
    'warns-in-vain': {
      breaks: 'a warning although the key is given',
      from: 'if (destination._datasetEncryptionKey !== undefined) { return; }',
      to: '',
    },
    'datasets-not-followed': {
      breaks: 'no warning for a dataset of a group with a key',
      from: '? groupOf(resource.datasetGroupArn) : undefined',
      to: '? groupOf(resource.name) : undefined',
    },
  }),
  ...breakagesOf('src/private/retention-warning.ts', [RETENTION_WARNING], {
    'retention-judged-early': {
      breaks: 'a warning although the dataset is retained: the policy comes after the job',
      from: 'whenComplete(dataset, () => warnUnlessRetained(dataset));',
      to: 'warnUnlessRetained(dataset);',
    },
    'replacement-forgotten': {
      breaks: 'no warning although a replacement deletes the records',
      from: '[deletionPolicy, updateReplacePolicy].every(',
      to: '[deletionPolicy].every(',
    },
    'retention-token-judged': {
      breaks: 'a warning about a policy that nobody knows yet',
      from: ' || Token.isUnresolved(policy)',
      to: '',
    },
    'retained-except-on-create': {
      breaks: 'a warning although the dataset is retained',
      from: ', CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE]',
      to: ']',
    },
  }),
];
