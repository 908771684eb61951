import { FRAGMENT, FRAGMENT_PROPS, GRANTED, IAM_QUOTAS, NIGHTLY_BACKUP, OBSERVER, QUOTAS, REDRIVES, RUNS, WORKFLOW } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** The states of the fragment and the workflow. */
export const STATE_MACHINE_BREAKAGES: Breakage[] = [
  ...breakagesOf('src/private/workflow/export-states.ts', [FRAGMENT, RUNS], {
    'run-passes-no-role': {
      breaks: 'the state machine may not pass the service role',
      from: 'new iam.PolicyStatement({ ...PASS_ROLE, resources: [role.roleArn] }),',
      to: '',
    },
    'run-may-not-export': {
      breaks: 'the state machine may not export the dataset',
      from: '...datasetStatements(allowedDatasets),',
      to: '',
    },
    'run-may-not-tag': {
      breaks: 'a workflow with tags cannot create jobs',
      from: '[new iam.PolicyStatement({ actions: [\'personalize:TagResource\'], resources: [jobArnPattern] })] : []',
      to: '[] : []',
    },
    'run-mode-not-passed': {
      breaks: 'every export is of PUT records only',
      from: 'IngestionMode: ingestionMode,',
      to: '',
    },
    'run-key-not-passed': {
      breaks: 'objects are not encrypted with the key',
      from: ', KmsKeyArn: encryptionKey?.keyArn }',
      to: ' }',
      tests: [FRAGMENT, RUNS, FRAGMENT_PROPS],
    },
    'run-tags-not-passed': {
      breaks: 'jobs have no tags',
      from: 'tags.map(([key, value]) => ({ TagKey: key, TagValue: value }))',
      to: 'undefined',
      tests: [FRAGMENT, FRAGMENT_PROPS],
    },
    'gives-up-on-room': {
      breaks: 'a run fails when Personalize has no room for a minute',
      from: 'maxAttempts: MAX_ATTEMPTS',
      to: 'maxAttempts: 2',
      tests: [RUNS],
    },
    'asks-for-room-too-often': {
      breaks: 'a year without room exceeds the history of the execution',
      from: 'backoffRate: 1.05',
      to: 'backoffRate: 1',
      tests: [QUOTAS],
    },
    'dataset-in-use-fails': {
      breaks: 'a dataset that is in use fails the run',
      from: ', \'Personalize.ResourceInUseException\']',
      to: ']',
      tests: [RUNS],
    },
    'refused-again-and-again': {
      breaks: 'a refused export is tried for minutes',
      from: '[\'Personalize.ResourceAlreadyExistsException\', NOT_FOUND, INVALID_INPUT, \'Personalize.TooManyTagsException\']',
      to: '[\'Personalize.TooManyTagsException\']',
      tests: [RUNS],
    },
    'throttled-creation-fails': {
      breaks: 'a throttled call fails the export',
      from: '    task.addRetry(TRANSIENT);\n',
      to: '',
      tests: [RUNS],
    },
    'throttled-look-fails': {
      breaks: 'a throttled call fails the export',
      from: 'this.describe(\'Describe dataset export job\').addRetry(TRANSIENT)',
      to: 'this.describe(\'Describe dataset export job\')',
      tests: [RUNS],
    },
    'lost-answer-fails': {
      breaks: 'a lost answer fails an export that runs',
      from: 'task.addCatch(wait, { errors: [\'Personalize.ResourceAlreadyExistsException\']',
      to: 'task.addCatch(wait, { errors: [\'Personalize.ResourceAlreadyExists\']',
      tests: [RUNS],
    },
    'errors-not-caught': {
      breaks: 'one dataset fails the whole run',
      from: 'task.addCatch(this.error, { errors: [sfn.Errors.ALL]',
      to: 'task.addCatch(this.error, { errors: [sfn.Errors.TIMEOUT]',
    },
    'unknown-status-fails': {
      breaks: 'a status that Personalize adds fails the export',
      from: 'failed).otherwise(otherwise)',
      to: 'failed).otherwise(failed)',
    },
    'failure-unseen': {
      breaks: 'a run waits for a failed job until its timeout',
      from: 'hasStatus(job, \'CREATE FAILED\')',
      to: 'hasStatus(job, \'CREATE_FAILED\')',
    },
    'end-unseen': {
      breaks: 'a run waits for a finished job until its timeout',
      from: 'hasStatus(job, \'ACTIVE\')',
      to: 'hasStatus(job, \'COMPLETE\')',
    },
    'no-reason': {
      breaks: 'a failed export does not say why',
      from: 'failureReason: shortened(reason, MAX_REASON_LENGTH)',
      to: 'failureReason: \'""\'',
    },
    'whole-reason': {
      breaks: 'a long reason fails the run',
      from: 'failureReason: shortened(reason, MAX_REASON_LENGTH)',
      to: 'failureReason: reason',
      tests: [QUOTAS],
    },
    'needs-reason': {
      breaks: 'a failure without a reason fails the run',
      from: 'reasonOf(\'job.DatasetExportJob.FailureReason\')',
      to: '\'job.DatasetExportJob.FailureReason\'',
    },
    'never-looks-for-earlier-jobs': {
      breaks: 'a redrive exports again what it had exported',
      from: 'sfn.Condition.numberGreaterThanEqualsJsonPath(path.text(\'attempt\'), path.text(\'redrives\'))',
      to: 'sfn.Condition.isPresent(path.text(\'attempt\'))',
      tests: [REDRIVES],
    },
    'missing-earlier-job-fails': {
      breaks: 'a redrive fails for datasets that had no job',
      from: 'find.addCatch(create, { errors: [NOT_FOUND]',
      to: 'find.addCatch(this.error, { errors: [NOT_FOUND]',
      tests: [REDRIVES],
    },
    'earlier-failure-stands': {
      breaks: 'a redrive does not export what failed',
      from: 'list, again, wait)',
      to: 'this.exportedBefore, this.failed, wait)',
      tests: [REDRIVES],
    },
    'earlier-job-not-waited-for': {
      breaks: 'a redrive starts a second job beside one that runs',
      from: 'list, again, wait)',
      to: 'this.exportedBefore, again, again)',
      tests: [REDRIVES],
    },
    'redrive-waits-hours': {
      breaks: 'a redrive after days waits for hours',
      from: '$exists(${redrive}) ? $toMillis(${redrive}) : 0',
      to: '0',
      tests: [REDRIVES],
    },
    'poll-interval-fixed': {
      breaks: 'pollInterval has no effect',
      from: 'Tokenization.stringifyNumber(this.props.pollInterval.toSeconds())',
      to: '\'60\'',
      tests: [QUOTAS, FRAGMENT_PROPS],
    },
    'path-of-another-day': {
      breaks: 'outputUri names a folder that does not exist, if an earlier execution has exported',
      from: 'outputUri: OUTPUT_URI',
      to: 'outputUri: \'outputUri\'',
      tests: [FRAGMENT],
    },
    'result-replaces-input': {
      breaks: 'the state after the fragment has lost its input',
      from: 'path.replaced(`${path.query}.${jsonataObject({ ...REPORTED, ...report })}`)',
      to: '`${path.query}.${jsonataObject({ ...REPORTED, ...report })}`',
      tests: [FRAGMENT],
    },
  }),
  ...breakagesOf('src/private/workflow/growing-wait.ts', [QUOTAS, OBSERVER], {
    'no-growing-interval': {
      breaks: 'a long job exceeds the history of the execution',
      from: '$min([$floor($seconds / 10), ${longestSeconds}])',
      to: '0',
    },
    'interval-grows-for-ever': {
      breaks: 'the end of a long job is noticed late, and the deletion of a stack waits for hours',
      from: '$min([$floor($seconds / 10), ${longestSeconds}])',
      to: '$floor($seconds / 10)',
    },
    'interval-stops-growing': {
      breaks: 'a job of months exceeds the history of the execution',
      from: ', $floor($seconds / 100)])',
      to: '])',
    },
    'other-interval-counted': {
      breaks: 'a long run exceeds the history of its execution',
      from: 'Math.min(Math.floor(elapsedSeconds / 10), longestSeconds)',
      to: 'Math.floor(elapsedSeconds / 10)',
    },
  }),
  ...breakagesOf('src/private/workflow/personalize-calls.ts', [RUNS], {
    'needs-status': {
      breaks: 'a run whose job is described without a status fails, with all its exports',
      from: 'sfn.Condition.and(sfn.Condition.isPresent(path), sfn.Condition.stringEquals(path, status))',
      to: 'sfn.Condition.stringEquals(path, status)',
      tests: [FRAGMENT, OBSERVER],
    },
    'needs-times': {
      breaks: 'a run whose job is described without its times fails, with all its exports',
      from: '{ DatasetExportJobArn: jobArn }, resultPath,',
      to: '{ DatasetExportJobArn: jobArn }, resultPath,\n    resultSelector: { '
        + 'DatasetExportJob: sfn.JsonPath.objectAt(\'$.DatasetExportJob\'), At: sfn.JsonPath.stringAt(\'$.DatasetExportJob.CreationDateTime\') },',
      tests: [FRAGMENT, OBSERVER],
    },
    'only-throttling-retried': {
      breaks: 'a network failure fails the export',
      from: 'errors: [sfn.Errors.TASKS_FAILED]',
      to: 'errors: [\'Personalize.ThrottlingException\']',
    },
    'other-action-granted': {
      breaks: 'the state machine may not call Personalize',
      from: 'iamAction: `personalize:${operation}`, ',
      to: '',
      tests: [FRAGMENT, WORKFLOW],
    },
    'retries-all-at-once': {
      breaks: 'all retries are over in a moment',
      from: 'interval: Duration.seconds(2),\n    backoffRate: 2,',
      to: 'interval: Duration.seconds(1),\n    backoffRate: 1,',
    },
  }),
  ...breakagesOf('src/private/workflow/run-states.ts', [RUNS], {
    'duplicates-exported-twice': {
      breaks: 'a dataset that is named twice is exported twice',
      from: '[$distinct([$states.input.given, $states.input.datasetGroups.datasets])]',
      to: '[$states.input.given, $states.input.datasetGroups.datasets]',
    },
    'groups-forgotten': {
      breaks: 'datasets of groups are not exported',
      from: '[$distinct([$states.input.given, $states.input.datasetGroups.datasets])]',
      to: '[$states.input.given]',
    },
    'named-datasets-forgotten': {
      breaks: 'datasets are not exported when there are groups, too',
      from: '[$distinct([$states.input.given, $states.input.datasetGroups.datasets])]',
      to: '[$distinct($states.input.datasetGroups.datasets)]',
    },
    'skipped-not-counted': {
      breaks: 'the report does not count what cannot be exported',
      from: ' + $sum([$states.input.datasetGroups.skipped])',
      to: '',
    },
    'skipped-lost-in-redrive': {
      breaks: 'the report after a redrive does not count what cannot be exported',
      from: 'skippedDatasets: \'$states.input.report.skippedDatasets\',',
      to: 'skippedDatasets: \'0\',',
      tests: [REDRIVES],
    },
    'failed-groups-forgotten': {
      breaks: 'a run whose groups could not be listed succeeds',
      from: '[$states.input.datasetGroups[$exists(failureReason)]]',
      to: '[]',
    },
    'groups-lost-in-redrive': {
      breaks: 'a redrive does not list what could not be listed',
      from: '[$states.input.report.failedDatasetGroups.datasetGroupArn]',
      to: '[]',
      tests: [REDRIVES],
    },
    'all-datasets-lost-in-redrive': {
      breaks: 'a redrive exports nothing',
      from: 'given: \'[$states.input.datasets]\',',
      to: 'given: \'[]\',',
      tests: [REDRIVES],
    },
    'event-without-run': {
      breaks: 'events of jobs do not say which run they belong to',
      from: 'path.jsonMerge(path.objectAt(\'$.datasetExport\'), path.objectAt(\'$.run\'))',
      to: 'path.objectAt(\'$.datasetExport\')',
    },
    'event-again-after-redrive': {
      breaks: 'a redrive puts the events of all jobs again',
      from: 'end === fragment._exportedBefore ? next : put',
      to: 'put',
      tests: [REDRIVES],
    },
    'failure-succeeds': {
      breaks: 'a run with failed exports succeeds',
      from: 'failOnExportFailure ? this.failOr(done, again) : done',
      to: 'done',
    },
    'always-fails': {
      breaks: 'failOnExportFailure: false has no effect',
      from: 'failOnExportFailure ? this.failOr(done, again) : done',
      to: 'this.failOr(done, again)',
    },
    'failure-not-counted': {
      breaks: 'a run with failed exports succeeds',
      from: 'numberGreaterThan(\'$.report.failed\', 0)',
      to: 'numberGreaterThan(\'$.report.failed\', 1)',
    },
    'failed-group-not-counted': {
      breaks: 'a run whose groups could not be listed succeeds',
      from: ', sfn.Condition.isPresent(\'$.report.failedDatasetGroups[0]\')',
      to: '',
    },
    'second-redrive-does-nothing': {
      breaks: 'a redrive of a run that was stopped ends at once',
      from: '.when(sfn.Condition.and(isFailed, isRedrivenSince(\'$.redriveCount\')), again)',
      to: '',
      tests: [REDRIVES],
    },
    'redrive-fails-at-once': {
      breaks: 'a failed run cannot be redriven',
      from: '.addRetry({ errors: [sfn.Errors.ALL], maxAttempts: 1 })',
      to: '',
      tests: [REDRIVES],
    },
    'cause-without-failures': {
      breaks: 'a failed run does not say what failed',
      from: 'causePath: \'$.failure.cause\'',
      to: 'cause: \'failed\'',
    },
  }),
  ...breakagesOf('src/private/workflow/dataset-map.ts', [RUNS], {
    'no-limit': {
      breaks: 'a workflow ignores maxConcurrency',
      from: '},\n    maxConcurrency,',
      to: '},',
    },
    'aborts-at-first-failure': {
      breaks: 'one failed dataset stops all others of a large run',
      from: 'toleratedFailurePercentage: 100,',
      to: '',
    },
    'no-results-permission': {
      breaks: 'a large run cannot write its reports',
      from: '\'s3:AbortMultipartUpload\', \'s3:GetObject\', \'s3:ListMultipartUploadParts\', \'s3:PutObject\'',
      to: '\'s3:AbortMultipartUpload\', \'s3:GetObject\', \'s3:ListMultipartUploadParts\'',
    },
    'no-key-for-results': {
      breaks: 'a large run cannot encrypt its reports',
      from: '[\'kms:Decrypt\', \'kms:GenerateDataKey\']',
      to: '[\'kms:DescribeKey\']',
      tests: [RUNS, QUOTAS, WORKFLOW],
    },
    'no-map-run-permission': {
      breaks: 'a large run cannot count its exports',
      from: 'actions: [\'states:DescribeMapRun\']',
      to: 'actions: [\'states:ListMapRuns\']',
    },
    'map-runs-of-any': {
      breaks: 'a state machine may read the runs of others',
      from: '`${stateMachine.stateMachineName}/*`',
      to: '\'*\'',
      tests: [RUNS, WORKFLOW],
    },
    'results-among-the-data': {
      breaks: 'a table of exports reads the reports as rows',
      from: '`_map_runs/${jobNamePrefix}`',
      to: '`${jobNamePrefix}_runs`',
      tests: [WORKFLOW],
    },
    'needs-results': {
      breaks: 'a large run without datasets cannot say why it fails',
      from: '$exists(${details}) ? ${details} : {"failedDatasetGroups": ${first(FAILED_GROUPS)}}',
      to: '${details}',
    },
    'child-succeeds': {
      breaks: 'failed exports of a large run count as succeeded',
      from: '.otherwise(cause)',
      to: '.otherwise(report)',
    },
    'counted-too-early': {
      breaks: 'a large run misses failures that Step Functions has not counted yet',
      from: 'numberEquals(\'$.counts.unfinished\', 0)',
      to: 'numberGreaterThanEquals(\'$.counts.unfinished\', 0)',
    },
    'stopped-not-counted': {
      breaks: 'exports that were stopped are missing in the count',
      from: 'States.MathAdd($.ItemCounts.Failed, States.MathAdd($.ItemCounts.Aborted, $.ItemCounts.TimedOut))',
      to: 'States.MathAdd($.ItemCounts.Failed, 0)',
      tests: [RUNS],
    },
    'counting-not-retried': {
      breaks: 'a throttled call fails a large run at its end',
      from: 'count.addRetry(transientRetry(10)).next(choice);',
      to: 'count.next(choice);',
    },
    'all-failures-in-cause': {
      breaks: 'the cause of a run with many failures is too long',
      from: '[[0..4]]',
      to: '[[0..99]]',
      tests: [QUOTAS, RUNS],
    },
    'report-with-whole-reasons': {
      breaks: 'a run with many long reasons fails',
      from: 'const reason = shortened(\'failureReason\', inlineReasonLength(props));',
      to: 'const reason = shortened(\'failureReason\', inlineReasonLength(props) && 5000);',
      tests: [QUOTAS],
    },
  }),
  ...breakagesOf('src/private/workflow/list-datasets-states.ts', [RUNS], {
    'first-page-only': {
      breaks: 'the datasets of further pages are not exported',
      from: 'sfn.Condition.isString(\'$.nextToken\'), nextPage',
      to: 'sfn.Condition.isBoolean(\'$.nextToken\'), nextPage',
    },
    'same-page-again': {
      breaks: 'a group with several pages is listed forever',
      from: '{ NextToken: path.stringAt(\'$.nextToken\') }',
      to: '{}',
    },
    'last-page-only': {
      breaks: 'the datasets of earlier pages are not exported',
      from: '[$states.input.datasets, $states.input.page.Datasets',
      to: '[$states.input.page.Datasets',
    },
    'all-types': {
      breaks: 'a run fails for datasets that Personalize cannot export',
      from: '$uppercase(DatasetType) in ${JSON.stringify(EXPORTABLE_TYPES)}',
      to: '$uppercase(DatasetType) != ""',
    },
    'types-as-written': {
      breaks: 'no dataset is exported when Personalize writes types otherwise',
      from: '$uppercase(DatasetType) in',
      to: 'DatasetType in',
    },
    'listing-once': {
      breaks: 'a throttled call keeps a group from being exported',
      from: 'task.addRetry(LIST_RETRY);',
      to: '',
    },
    'listing-refused-again': {
      breaks: 'a group that does not exist delays the run',
      from: 'task.addRetry({ errors: [INVALID_INPUT, NOT_FOUND], maxAttempts: 0 });',
      to: '',
    },
    'listing-fails-run': {
      breaks: 'one group that cannot be listed stops all others',
      from: 'return task.addCatch(failed, { errors: [sfn.Errors.ALL], resultPath: \'$.error\' });',
      to: 'return failed ? task : task;',
    },
    'listing-often': {
      breaks: 'the history has no room for many groups',
      from: '...transientRetry(MAX_LIST_RETRIES),',
      to: '...transientRetry(MAX_LIST_RETRIES * 5),',
      tests: [QUOTAS],
    },
    'listing-whole-reason': {
      breaks: 'many groups that cannot be listed exceed the payload',
      from: 'groupReasonLength(Stack.of(scope), work)',
      to: 'groupReasonLength(Stack.of(scope), work) && 5000',
      tests: [QUOTAS],
    },
  }),
  ...breakagesOf('src/private/workflow/events.ts', [RUNS], {
    'event-fails-run': {
      breaks: 'a run fails when an event cannot be put',
      from: 'put.addCatch(next, { errors: [sfn.Errors.ALL], resultPath: sfn.JsonPath.DISCARD });',
      to: '',
    },
    'event-replaces-state': {
      breaks: 'the state after an event has lost its input',
      from: 'detail: sfn.TaskInput.fromObject(detail), eventBus }],\n    resultPath: sfn.JsonPath.DISCARD,',
      to: 'detail: sfn.TaskInput.fromObject(detail), eventBus }],',
    },
    'event-once': {
      breaks: 'a throttled call loses an event',
      from: 'put.addRetry(transientRetry(10));',
      to: '',
    },
    'other-bus': {
      breaks: 'events go to the default bus, whatever eventBus is',
      from: 'detail: sfn.TaskInput.fromObject(detail), eventBus }],',
      to: 'detail: sfn.TaskInput.fromObject(detail) }],',
      tests: [RUNS, WORKFLOW],
    },
    'rule-of-other-bus': {
      breaks: 'rules never match with an eventBus',
      from: '...props, eventBus, eventPattern',
      to: '...props, eventPattern',
      tests: [WORKFLOW],
    },
    'rules-of-all-workflows': {
      breaks: 'rules match the events of other workflows',
      from: '{ stateMachineArn: [stateMachine.stateMachineArn], status }',
      to: '{ status }',
      tests: [NIGHTLY_BACKUP, WORKFLOW],
    },
  }),
  ...breakagesOf('src/private/workflow/payload-budget.ts', [QUOTAS, RUNS, WORKFLOW], {
    'reports-larger-than-payload': {
      breaks: 'a run with many failures fails',
      from: 'REPORT_BYTES = 1_050',
      to: 'REPORT_BYTES = 105',
    },
    'characters-of-one-byte': {
      breaks: 'a run with long reasons in other alphabets fails',
      from: 'BYTES_PER_CHARACTER = 4',
      to: 'BYTES_PER_CHARACTER = 1',
    },
    'cause-too-long': {
      breaks: 'the cause of a run with many failures is too long',
      from: 'CAUSE_REASON_LENGTH = 500',
      to: 'CAUSE_REASON_LENGTH = 50_000',
    },
    'users-not-exported': {
      breaks: 'Users datasets of groups are not exported',
      from: '[\'INTERACTIONS\', \'ITEMS\', \'USERS\']',
      to: '[\'INTERACTIONS\', \'ITEMS\']',
      tests: [RUNS],
    },
    'more-arns-than-fit': {
      breaks: 'a workflow with very many datasets fails in every run',
      from: 'bytes <= AVAILABLE_BYTES_FOR_ARNS ?',
      to: 'bytes > 0 ?',
      tests: [WORKFLOW, IAM_QUOTAS],
    },
  }),
  ...breakagesOf('src/private/workflow/history-budget.ts', [QUOTAS, WORKFLOW], {
    'history-too-small': {
      breaks: 'a long run exceeds the history of its execution',
      from: 'datasetsOf(work) <= MAX_DATASETS && inlineEvents(work, pace) <= MAX_EVENTS',
      to: 'datasetsOf(work) <= MAX_DATASETS * 10 && inlineEvents(work, pace) <= MAX_EVENTS * 10',
    },
    'groups-without-room': {
      breaks: 'a redrive of a run with very many groups exceeds the history',
      from: 'MAX_DATASET_GROUPS = 600',
      to: 'MAX_DATASET_GROUPS = 6000',
    },
  }),
  ...breakagesOf('src/dataset-export-workflow.ts', [RUNS, WORKFLOW], {
    'date-of-the-child': {
      breaks: 'a large run that is redriven writes to another date',
      from: '_startTime: sfn.JsonPath.stringAt(\'$.startTime\'),',
      to: '',
      tests: [REDRIVES],
    },
    'groups-not-allowed': {
      breaks: 'a workflow may not export the datasets of its groups',
      from: 'const patterns = [...datasetArns, ...ofGroups];',
      to: 'const patterns = [...datasetArns, ...ofGroups.slice(ofGroups.length)];',
    },
    'further-datasets-not-allowed': {
      breaks: 'a workflow may not export its 21st dataset',
      from: 'this.allow(furtherAllowed);',
      to: '',
    },
    'map-runs-not-allowed': {
      breaks: 'a large run fails at once',
      from: 'if (distributed) { grantMapRuns(this, this.stateMachine, fragment); }',
      to: '',
    },
    'distributed-the-wrong-way': {
      breaks: 'a large run exceeds the history of its execution',
      from: 'props.distributed ?? !isInlineMapEnough(',
      to: 'props.distributed ?? !!isInlineMapEnough(',
      tests: [RUNS],
    },
    'child-counts-its-own-redrives': {
      breaks: 'a redrive of a large run exports again what it had exported',
      from: '_redrives: sfn.JsonPath.stringAt(\'$.redriveCount\'),',
      to: '',
      tests: [REDRIVES],
    },
    'child-has-its-own-run': {
      breaks: 'a redrive of a large run exports again what it had exported',
      from: 'runId: sfn.JsonPath.stringAt(\'$.run.executionArn\'),',
      to: '',
      tests: [REDRIVES],
    },
    'errors-without-rule': {
      breaks: 'onExportFailed does not tell of exports that were refused',
      from: '[\'CREATE FAILED\', \'ERROR\']',
      to: '[\'CREATE FAILED\']',
      tests: [WORKFLOW],
    },
    'no-timeout': {
      breaks: 'a run has no time limit',
      from: 'timeout: timeout ?? (distributed ? DISTRIBUTED_TIMEOUT : INLINE_TIMEOUT),',
      to: '',
      tests: [RUNS, WORKFLOW],
    },
    'alarm-blind-for-timeouts': {
      breaks: 'no alarm for runs that time out',
      from: '\'failed + timedOut + aborted\'',
      to: '\'failed + aborted\'',
      tests: [WORKFLOW],
    },
    'alarm-without-runs': {
      breaks: 'the alarm has no data on most days',
      from: 'cloudwatch.TreatMissingData.NOT_BREACHING',
      to: 'cloudwatch.TreatMissingData.BREACHING',
      tests: [WORKFLOW],
    },
    'read-of-other-workflows': {
      breaks: 'who may read the exports of a workflow may read all',
      from: '`${fragment.jobNamePrefix}_*`',
      to: '\'*\'',
      tests: [GRANTED],
    },
  }),
];
