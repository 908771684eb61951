import { FRAGMENT, FRAGMENT_PROPS, GRANTED, GRANTS, HANDLER_NAMES, JOB, LIFECYCLE, MODEL, NAMES, QUICKSTART, REDRIVES, RUNS, SEQUENCES, SIMULATION, STACKS, TAKEN_NAME, UPDATE } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** Names of jobs, and where they write. */
export const NAME_BREAKAGES: Breakage[] = [
  ...breakagesOf('src/private/job-name.ts', [STACKS, SIMULATION, NAMES], {
    'name-without-stack': {
      breaks: 'the handler may not create jobs of this name',
      from: '`${stackJobNamePrefix(Stack.of(job))}${human}',
      to: '`${human}',
    },
    'stack-name-not-cut': {
      breaks: 'the job name of a stack with a long name is too long',
      from: 'if (isKnown && name.length <= maxLength)',
      to: 'if (isKnown)',
      tests: [NAMES],
    },
    'nested-stack-by-token': {
      breaks: 'the job name of a nested stack is a token',
      from: 'const isKnown = !Token.isUnresolved(stack.stackName);',
      to: 'const isKnown = stack.stackName !== \'\';',
      tests: [NAMES],
    },
    'similar-stacks-same-name': {
      breaks: 'two stacks with long names may use each other\'s job names',
      from: '.slice(0, maxLength - PATH_HASH_LENGTH) + pathHash(name)',
      to: '.slice(0, maxLength)',
      tests: [NAMES],
    },
    'same-id-same-name': {
      breaks: 'jobs with one id in different constructs use each other\'s output',
      from: '${human}${pathHash(job.node.path)}`',
      to: '${human}${pathHash(job.node.id)}`',
      tests: [NAMES, GRANTS],
    },
    'id-not-cleaned': {
      breaks: 'Personalize refuses the job name of a construct with a space in its id',
      from: 'job.node.id.replace(/[^A-Za-z0-9]/g, \'\')',
      to: 'job.node.id',
      tests: [NAMES],
    },
    'no-separator': {
      breaks: 'the pattern of one stack matches the jobs of another',
      from: '`${stackPart(stack, STACK_LENGTH)}_`',
      to: '`${stackPart(stack, STACK_LENGTH)}`',
      tests: [SIMULATION, NAMES],
    },
    'pattern-of-other-length': {
      breaks: 'who may read an export may not',
      from: '`${prefix}_${\'?\'.repeat(REQUEST_HASH_LENGTH)}`',
      to: '`${prefix}_${\'?\'.repeat(REQUEST_HASH_LENGTH - 1)}`',
      tests: [GRANTED],
    },
    'run-pattern-of-other-length': {
      breaks: 'the state machine may not create its jobs',
      from: '\'?\'.repeat(RUN_HASH_LENGTH)',
      to: '\'?\'.repeat(RUN_HASH_LENGTH + 1)',
      tests: [FRAGMENT],
    },
    'run-name-without-path': {
      breaks: 'two workflows use each other\'s job names',
      from: '_${human}${pathHash(scope.node.path)}`',
      to: '_${human}`',
      tests: [FRAGMENT, NAMES],
    },
    'run-name-too-long': {
      breaks: 'Personalize refuses the job names of a workflow',
      from: 'RUN_STACK_LENGTH = 12',
      to: 'RUN_STACK_LENGTH = 24',
      tests: [FRAGMENT, NAMES],
    },
  }),
  ...breakagesOf('src/private/workflow/export-states.ts', [FRAGMENT, RUNS], {
    'name-of-run-only': {
      breaks: 'the datasets of a run have one job',
      from: 'sfn.JsonPath.format(\'{} {}\', path.of(\'run\'), path.of(\'datasetArn\'))',
      to: 'path.of(\'run\')',
      tests: [RUNS],
    },
    'name-of-dataset-only': {
      breaks: 'only the first run exports',
      from: 'sfn.JsonPath.format(\'{} {}\', path.of(\'run\'), path.of(\'datasetArn\'))',
      to: 'path.of(\'datasetArn\')',
    },
    'same-name-after-redrive': {
      breaks: 'a redrive cannot export what failed', from: 'run: sfn.JsonPath.format(\'{} {}\', path.of(\'given.runId\'), path.sum(\'attempt\', 1))', to: 'run: path.of(\'given.runId\')', tests: [REDRIVES],
    },
    'path-without-destination-prefix': {
      breaks: 'a workflow may not write where it tries to',
      from: 'destinationPrefix: destination.prefix, prefix,',
      to: 'destinationPrefix: \'\', prefix,',
    },
    'path-without-own-prefix': {
      breaks: 'the prefix of a fragment has no effect',
      from: 'destinationPrefix: destination.prefix, prefix,',
      to: 'destinationPrefix: destination.prefix, prefix: \'\',',
    },
    'other-arn-in-report': {
      breaks: 'the report names a job that does not exist',
      from: '`given.jobArnPrefix & "${jobName}"`',
      to: '`given.jobArnPrefix & "x${jobName}"`',
    },
  }),
  ...breakagesOf('lambda/job-name.ts', [LIFECYCLE, HANDLER_NAMES, UPDATE], {
    'name-of-resource-only': {
      breaks: 'an update finds its name taken',
      from: '[event.RequestId, event.StackId,',
      to: '[event.StackId,',
      tests: [QUICKSTART, HANDLER_NAMES],
    },
    'second-job-same-name': {
      breaks: 'a job that failed gets no other one',
      from: '...index > 0 ? [index] : []',
      to: '',
    },
    'no-trigger-in-name': {
      breaks: 'a trigger does not export again',
      from: 'triggerMark(TriggerToken)}`',
      to: 'triggerMark()}`',
      tests: [SEQUENCES, UPDATE, HANDLER_NAMES],
    },
    'all-triggers-alike': {
      breaks: 'a trigger does not export again',
      from: 'jobName.endsWith(triggerMark(trigger))',
      to: 'jobName.length > 0',
      tests: [UPDATE, HANDLER_NAMES],
    },
    'own-name-ignored': {
      breaks: 'jobName has no effect',
      from: 'JobName ?? generatedJobName(event)',
      to: 'generatedJobName(event)',
      tests: [STACKS],
    },
  }),
  ...breakagesOf('src/contract/export-folder.ts', [QUICKSTART, LIFECYCLE], {
    'folder-without-slash': {
      breaks: 'Personalize writes beside the folder',
      from: '${jobName}/`',
      to: '${jobName}`',
    },
    'folder-without-keys': {
      breaks: 'query engines find no partitions in the path',
      from: '`dataset_group=${datasetGroup}/dataset=${datasetType}/',
      to: '`${datasetGroup}/${datasetType}/',
      tests: [LIFECYCLE],
    },
  }),
  ...breakagesOf('lambda/job.ts', [QUICKSTART, LIFECYCLE], {
    'own-path-is-foreign': {
      breaks: 'a job whose path Personalize reports without the last slash counts as another\'s',
      from: 'uri.endsWith(\'/\') ? uri : `${uri}/`',
      to: 'uri',
      tests: [TAKEN_NAME, MODEL],
    },
    'uri-without-prefix': {
      breaks: 'Personalize may not write where it is told to',
      from: '${BucketName}/${Prefix}${exportFolder(',
      to: '${BucketName}/${exportFolder(',
      tests: [STACKS, LIFECYCLE],
    },
    'arn-of-other-type': {
      breaks: 'no job is ever found',
      from: ':dataset-export-job/${jobName}`',
      to: ':dataset-export/${jobName}`',
    },
  }),
  ...breakagesOf('src/private/validation.ts', [STACKS, FRAGMENT_PROPS], {
    'no-slash-appended': {
      breaks: 'a prefix without a slash melts into the job name',
      from: 'prefix.endsWith(\'/\') ? prefix : `${prefix}/`',
      to: 'prefix.endsWith(\'/\') ? prefix : prefix',
      tests: [SIMULATION],
    },
    'slash-after-token': {
      breaks: 'a prefix that is a token ends with two slashes',
      from: 'prefix === \'\' || Token.isUnresolved(prefix) || prefix.endsWith',
      to: 'prefix === \'\' || prefix.endsWith',
      tests: [FRAGMENT, 'test/src/export-destination.test.ts'],
    },
  }),
  ...breakagesOf('src/dataset-export-job.ts', [STACKS, JOB], {
    'prefix-not-passed': {
      breaks: 'the prefix of the destination has no effect',
      from: 'Prefix: this.destination.prefix || undefined,',
      to: 'Prefix: undefined,',
    },
    'key-not-passed': {
      breaks: 'objects are not encrypted with the key',
      from: 'KmsKeyArn: this.destination.encryptionKey?.keyArn,',
      to: 'KmsKeyArn: undefined,',
      tests: [QUICKSTART, JOB],
    },
    'mode-not-passed': {
      breaks: 'every export is of PUT records only',
      from: 'IngestionMode: props.ingestionMode,',
      to: 'IngestionMode: undefined,',
      tests: [QUICKSTART, JOB],
    },
    'tags-not-passed': {
      breaks: 'jobs have no tags',
      from: 'Tags: tagged ? props.tags : undefined,',
      to: 'Tags: undefined,',
    },
    'trigger-not-passed': {
      breaks: 'a trigger does not export again',
      from: 'TriggerToken: props.trigger?._token(),',
      to: 'TriggerToken: undefined,',
      tests: ['test/e2e/other-stacks.test.ts', JOB],
    },
    'timeout-not-passed': {
      breaks: 'timeout has no effect',
      from: 'TimeoutSeconds: props.timeout && Tokenization.stringifyNumber(props.timeout.toSeconds()),',
      to: 'TimeoutSeconds: undefined,',
      tests: ['test/e2e/long-exports.test.ts', JOB],
    },
    'name-not-reserved': {
      breaks: 'two jobs with one jobName are found only in the deployment',
      from: 'jobName: props.jobName, tagged,',
      to: 'tagged,',
    },
  }),
  ...breakagesOf('src/dataset-export-job-grants.ts', [GRANTED, GRANTS], {
    'read-of-all-exports': {
      breaks: 'who may read one export may read all',
      from: 'arnForObjects(`${this.keyPrefix}*`)',
      to: 'arnForObjects(\'*\')',
    },
    'list-of-all-exports': {
      breaks: 'who may list one export may list all',
      from: ', { StringLike: { \'s3:prefix\': `${this.keyPrefix}*` } }',
      to: '',
    },
    'read-without-key': {
      breaks: 'who may read an export cannot decrypt it',
      from: 'if (!encryptionKey) { return grant; }',
      to: 'if (!encryptionKey || grantee.grantPrincipal) { return grant; }',
    },
    'deletion-without-listing': {
      breaks: 'a retention job finds nothing to delete',
      from: 'return this.onObjects(grantee, \'s3:DeleteObject\').combine(this.list(grantee));',
      to: 'return this.onObjects(grantee, \'s3:DeleteObject\');',
    },
    'import-of-all-exports': {
      breaks: 'an import may read all exports',
      from: '_grantImport(role, `${this.keyPrefix}*`)',
      to: '_grantImport(role, \'*\')',
    },
  }),
  ...breakagesOf('src/private/dataset-arn.ts', [GRANTS], {
    'refers-to-the-dataset': {
      breaks: 'a role that a dataset depends on cannot read its exports: CloudFormation sees a circle',
      from: '? ANY_DATASET :',
      to: '? { datasetGroup: datasetArn, datasetType: \'*\' } :',
    },
  }),
  ...breakagesOf('lambda/input-differences.ts', [TAKEN_NAME, UPDATE], {
    'date-is-an-input': {
      breaks: 'an update without a change exports again on another day',
      from: 'dateIn(reported) ?? job.createdAt',
      to: 'new Date()',
    },
    'default-is-a-change': {
      breaks: 'naming the default ingestion mode exports again',
      from: '(before[name] ?? EXPORT_INPUTS[name].default) !== (after[name] ?? EXPORT_INPUTS[name].default)',
      to: 'before[name] !== after[name]',
    },
    'any-destination-fits': {
      breaks: 'a job that wrote elsewhere counts as this one\'s',
      from: 'compare(\'destination\', reported,',
      to: 'compare(\'destination\', outputUri(properties, jobName, dateIn(reported) ?? job.createdAt),',
    },
    'silence-means-default': {
      breaks: 'a job is exported again when Personalize does not report an input',
      from: '!strict && (reported === undefined || ours === undefined)',
      to: '!strict && reported === undefined && ours === undefined',
    },
  }),
];
