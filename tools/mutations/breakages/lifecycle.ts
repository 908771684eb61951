import {
  FAULTS, FRAMEWORK, HAND_OVER, HANDLER_NAMES, LATE_DENIAL, LIFECYCLE, LONG_EXPORTS, MIDNIGHT, MODEL, NO_ROOM, PERSONALIZE_API, QUICKSTART,
  ROLLBACK, SEQUENCES, STACK_API, STACKS, TAKEN_NAME, UPDATE,
} from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** The life of the custom resource: creation, update, rollback, deletion, its id and its attributes. */
export const LIFECYCLE_BREAKAGES: Breakage[] = [
  ...breakagesOf('lambda/lifecycle.ts', [FRAMEWORK, LIFECYCLE, UPDATE], {
    'new-id-at-once': {
      breaks: 'a failed update loses the previous job',
      from: 'return this.planned(event, event.PhysicalResourceId, decision ===',
      to: 'return this.planned(event, jobArn(event.ResourceProperties.DatasetArn, jobNameOf(event)), decision ===',
    },
    'id-without-job': {
      breaks: 'a failed creation names no job',
      from: 'return this.planned(event, jobArn(event.ResourceProperties.DatasetArn, Plan.jobName), Plan);',
      to: 'return this.planned(event, event.RequestId, Plan);',
    },
    'update-always-exports': {
      breaks: 'a change of tags exports again',
      from: 'decision === \'start\' ? await',
      to: 'decision !== undefined ? await',
    },
    'update-never-exports': {
      breaks: 'a change of the mode exports nothing',
      from: 'decision === \'start\' ? await this.creation.start(event, this.deps.now()) : decision)',
      to: 'decision === \'start\' ? { kind: \'keep\' } : decision)',
    },
    'undecided-exports-twice': {
      breaks: 'an update whose start was delayed exports twice',
      from: 'if (decision === \'start\') { return this.isUpdateComplete(event, { kind: \'export\', jobName, startedAt, created: false }); }',
      to: 'if (decision === \'start\') { return this.isUpdateComplete(event, { kind: \'export\', jobName: `${jobName}${this.deps.now() % 10}`, startedAt, created: false }); }',
      tests: [UPDATE, MODEL],
    },
    'undecided-forgets-job': {
      breaks: 'an update whose start was delayed is decided again, against its own job',
      from: 'const hasStarted = mayHaveStarted && await',
      to: 'const hasStarted = !mayHaveStarted && await',
      tests: [UPDATE, MODEL],
    },
    'undecided-forever': {
      breaks: 'an update never ends when CloudFormation does not answer',
      from: 'return this.waiting.goOn(event, startedAt, { jobName, outputUri: uri, status: \'stack status unknown\', job: \'does not exist\' });',
      to: 'return { IsComplete: false };',
      tests: [UPDATE, MODEL],
    },
    'deletion-needs-job': {
      breaks: 'a stack that failed cannot be deleted',
      from: 'return this.planned(event, event.PhysicalResourceId);',
      to: 'if (!event.PhysicalResourceId.includes(\':dataset-export-job/\')) { throw new Error(\'no job\'); }\n    return this.planned(event, event.PhysicalResourceId);',
    },
  }),
  ...breakagesOf('lambda/events.ts', [FRAMEWORK, LIFECYCLE, QUICKSTART], {
    'no-attributes': {
      breaks: 'CloudFormation fails on a missing attribute',
      from: 'DatasetExportJobName: jobNameOfArn(jobArn),',
      to: 'DatasetExportJobName: undefined as never,',
    },
    'previous-id-kept': {
      breaks: 'the next rollback goes back to the wrong job',
      from: '    PhysicalResourceId: jobArn,\n',
      to: '',
    },
  }),
  ...breakagesOf('lambda/update.ts', [UPDATE, MODEL], {
    'done-job-again': {
      breaks: 'an update without a change exports again',
      from: 'if (sighting.fit === \'done\') { return keep(sighting); }',
      to: '',
      tests: [QUICKSTART, LONG_EXPORTS, UPDATE],
    },
    'rollback-exports': {
      breaks: 'a rollback exports, and may fail',
      from: 'case \'rolling back\':\n        return { kind: \'restore\', startedAt };',
      to: 'case \'rolling back\':\n        return \'start\';',
      tests: [FRAMEWORK, QUICKSTART, ROLLBACK],
    },
    'unknown-exports': {
      breaks: 'a rollback exports when CloudFormation does not answer at once',
      from: 'this.isOutOfPatience(startedAt) ? keep(sighting) : { kind: \'undecided\', startedAt };\n      case',
      to: 'this.isOutOfPatience(startedAt) ? keep(sighting) : \'start\';\n      case',
    },
    'trigger-with-own-name-ignored': {
      breaks: 'a trigger silently does nothing when there is a jobName',
      from: 'const sighting: Sighting = isNameUsedUp ?',
      to: 'const sighting: Sighting = isNameUsedUp && changed.length > 1 ?',
    },
    'continued-rollback-exports': {
      breaks: 'a long export that is brought back is exported again',
      from: 'if (state === \'failed\') { return { kind: \'restore\', startedAt }; }\n    return sighting.fit',
      to: 'return sighting.fit',
      tests: [SEQUENCES, HAND_OVER],
    },
    'continued-always-starts': {
      breaks: 'a long export whose timeout changes is waited for again',
      from: 'return sighting.fit === \'likely\' ? keep(sighting) : \'start\';',
      to: 'return \'start\';',
      tests: [HAND_OVER, MODEL],
    },
    'brought-back-exports': {
      breaks: 'a failed update that is brought back exports again',
      from: 'if (state === \'failed\') { return { kind: \'restore\', startedAt }; }\n    if (fit',
      to: 'if (fit',
      tests: [SEQUENCES, UPDATE, ROLLBACK],
    },
    'gone-for-a-moment': {
      breaks: 'a job that Describe lost for a moment is exported again',
      from: '(fit === \'gone\' && isJobArn(jobArn) && isSettling(startedAt, this.deps.now()))',
      to: 'fit === undefined',
    },
    'unreadable-fails': {
      breaks: 'an update without a change exports again when Personalize refuses to describe the job',
      from: 'if (fit === \'unreadable\' || (fit === \'unknown\'',
      to: 'if ((fit === \'unknown\'',
    },
    'running-job-again': {
      breaks: 'an update without a change starts a second export beside a running one',
      from: 'if (fit === \'running\') { return { kind: \'export\', jobName: jobNameOfArn(jobArn), startedAt, created: true }; }',
      to: '',
    },
    'likely-job-again': {
      breaks: 'a job that Personalize describes with another spelling is exported again',
      from: 'if (fit === \'likely\') { return keep(sighting); }\n',
      to: '',
    },
    'first-of-two-exports': {
      breaks: 'a change of tags after a long export exports again',
      from: 'if (handsOver(properties) && changed.length === 0 && (fit === \'failed\' || fit === \'gone\')) { return keep(sighting); }',
      to: '',
      tests: [HAND_OVER, SEQUENCES],
    },
    'used-up-name-again': {
      breaks: 'an update with the same jobName ends with the old export',
      from: 'if (sameName && (changed.length > 0 || fit === \'failed\')) {',
      to: 'if (sameName && changed.length < 0) {',
    },
    'failure-in-background': {
      breaks: 'a failed job that nobody waits for fails every update',
      from: 'if (changed.length === 0 && !waits(properties)) { return keep(sighting); }',
      to: '',
    },
  }),
  ...breakagesOf('lambda/rollback.ts', [ROLLBACK, MODEL], {
    'only-events-tell': {
      breaks: 'a rollback loses a job with a jobName when CloudFormation does not answer',
      from: 'if (JobName !== undefined) { yield jobArn(DatasetArn, JobName); }',
      to: '',
    },
    'events-not-asked': {
      breaks: 'after a rollback, the outputs name the failed job',
      from: 'if (stable !== undefined) { yield stable; }',
      to: '',
      tests: [SEQUENCES, ROLLBACK],
    },
    'continued-not-asked': {
      breaks: 'after a rollback, a long export ends with the failed job',
      from: 'if (ContinuesJobArn !== undefined) { yield ContinuesJobArn; }',
      to: '',
      tests: [HAND_OVER, SEQUENCES],
    },
    'failed-job-in-background': {
      breaks: 'a rollback loses a job that failed and that nobody waited for',
      from: 'if (fit === \'failed\' && !waits(event.ResourceProperties)) { return completed(candidate, outputUri); }',
      to: '',
    },
    'invisible-job-in-background': {
      breaks: 'a rollback loses a job that is not visible yet',
      from: ' || (fit === \'gone\' && this.mayAppear(candidate, event, startedAt))',
      to: '',
    },
    'first-candidate-wins': {
      breaks: 'after a rollback, the outputs name the failed job',
      from: 'if (fit === \'done\') { return await this.inventory.completed(event, candidate, outputUri); }',
      to: 'return completed(candidate, outputUri);',
      tests: [SEQUENCES, ROLLBACK],
    },
    'likely-ignored': {
      breaks: 'a rollback loses a job that Personalize does not describe in full',
      from: 'if (fit === \'likely\') { likely ??= [candidate, outputUri]; }',
      to: '',
    },
    'unknown-gives-up': {
      breaks: 'a rollback loses its job when Personalize does not answer at once',
      from: 'if (unknown && !isOutOfPatience(startedAt, this.deps.now())) { return { IsComplete: false }; }',
      to: '',
    },
    'trouble-gives-up': {
      breaks: 'a rollback loses its job when CloudFormation does not answer at once',
      from: 'if (failureKind(error) === \'transient\' && !isOutOfPatience(startedAt, this.deps.now())) { return { IsComplete: false }; }',
      to: '',
    },
    'rollback-fails': {
      breaks: 'a rollback fails when CloudFormation refuses to answer',
      from: 'this.deps.log(event, \'not restored\',',
      to: 'throw error;\n      this.deps.log(event, \'not restored\',',
    },
  }),
  ...breakagesOf('lambda/job-creation.ts', [LIFECYCLE, MODEL], {
    'continued-starts-own': {
      breaks: 'a long export is made anew every 55 minutes',
      from: 'if (continues(event.ResourceProperties)) { return plan; }',
      to: '',
      tests: [LONG_EXPORTS, HAND_OVER],
    },
    'lost-answer': {
      breaks: 'an answer that is lost fails an export that runs',
      from: 'return { outcome: \'exists\', error };',
      to: 'throw notCreated(context, error);',
      tests: [FAULTS, LIFECYCLE],
    },
    'no-room-fails': {
      breaks: 'the sixth job of an account fails',
      from: 'if (!isNoRoom(caught)) { return { outcome: \'not created\', error }; }',
      to: 'if (!isNoRoom(caught)) { return { outcome: \'not created\', error }; }\n          throw notCreated(context, error);',
      tests: [FAULTS, NO_ROOM],
    },
    'no-room-forgotten': {
      breaks: 'a job without room asks again at each poll',
      from: '...attempt.outcome === \'no room\' && { noRoom: true }',
      to: '',
      tests: [NO_ROOM],
    },
    'settling-fails': {
      breaks: 'a new policy that has not propagated fails the deployment',
      from: 'if (isSettling(startedAt, now)) { return { outcome: \'not created\', error }; }',
      to: '',
    },
    'refusal-is-waited-out': {
      breaks: 'a refused export fails only at the timeout',
      from: '      default:\n          throw notCreated(context, error);',
      to: '      default:\n          return { outcome: \'not created\', error };',
    },
    'first-turn-at-once': {
      breaks: 'a job without room asks twice in a turn',
      from: 'this.turns.sawNoJob(arn);\n          return { outcome: \'no room\'',
      to: 'return { outcome: \'no room\'',
      tests: [NO_ROOM],
    },
  }),
  ...breakagesOf('lambda/export-progress.ts', [LIFECYCLE, MODEL], {
    'complete-at-once': {
      breaks: 'the deployment ends before the records are there',
      from: 'if (job.status === \'ACTIVE\') { return',
      to: 'if (job.status !== \'CREATE FAILED\') { return',
      tests: [QUICKSTART, LIFECYCLE],
    },
    'failure-waited-out': {
      breaks: 'a failed job fails the deployment only at the timeout',
      from: 'if (job.status !== \'CREATE FAILED\') { return this.goOn(',
      to: 'if (job.status !== \'FAILED\') { return this.goOn(',
      tests: [STACKS, LIFECYCLE],
    },
    'new-status-fails': {
      breaks: 'a status that Personalize adds fails the deployment',
      from: 'if (job.status !== \'CREATE FAILED\') { return this.goOn(',
      to: 'if (/^CREATE (PENDING|IN_PROGRESS)$/.test(job.status)) { return this.goOn(',
    },
    'no-other-job': {
      breaks: 'a job that began before its policies had propagated fails the deployment',
      from: 'if (!getsAnotherJob(properties, plan.startedAt, job, index)) { throw',
      to: 'if (getsAnotherJob(properties, plan.startedAt, job, index) || index >= 0) { throw',
      tests: [LATE_DENIAL],
    },
    'date-of-the-poll': {
      breaks: 'after midnight, outputUri names a folder that does not exist',
      from: 'outputUri: outputUriOf(job, event.ResourceProperties, request.jobName)',
      to: 'outputUri: request.outputUri',
      tests: [MIDNIGHT, MODEL],
    },
    'date-of-the-poll-unwaited': {
      breaks: 'after midnight, the outputUri of a job that nobody waits for names a folder that does not exist',
      from: 'index === 0 && plan.outputUri || request.outputUri',
      to: 'request.outputUri',
      tests: [MIDNIGHT],
    },
    'foreign-job-taken': {
      breaks: 'a job of somebody else counts as this one\'s',
      from: 'if (index === 0) { this.rejectForeignJob(described, job); }',
      to: '',
      tests: [TAKEN_NAME],
    },
    'own-job-foreign': {
      breaks: 'a generated name counts as taken by somebody else',
      from: 'if (plan.created || properties.JobName === undefined || continues(properties)) { return; }',
      to: 'if (plan.created || continues(properties)) { return; }',
      tests: [LIFECYCLE, TAKEN_NAME],
    },
    'old-job-taken': {
      breaks: 'an old job of somebody else counts as this one\'s',
      from: 'job.createdAt.getTime() < plan.startedAt - CLOUDFORMATION_LIMIT_SECONDS * 1000',
      to: 'job.createdAt.getTime() < 0',
      tests: [TAKEN_NAME],
    },
    'job-of-rollback-foreign': {
      breaks: 'the job that a rollback left counts as somebody else\'s',
      from: 'const isOwn = event.RequestType === \'Update\'',
      to: 'const isOwn = poll.index < 0 && event.RequestType === \'Update\'',
      tests: [TAKEN_NAME, UPDATE],
    },
    'lag-fails': {
      breaks: 'a job that Describe does not know yet fails the deployment',
      from: 'if (isSettling(startedAt, now)) { return this.goOn(poll, \'not visible yet\', \'exists\'); }',
      to: '',
      tests: [FAULTS, LIFECYCLE],
    },
    'gone-waited-out': {
      breaks: 'a job whose dataset was deleted fails only at the timeout',
      from: 'throw jobGone(this.contextOf(poll), (now - startedAt) / 1000);',
      to: 'return this.goOn(poll, \'gone\', \'exists\');',
    },
    'never-created-late': {
      breaks: 'a job that was throttled is never created',
      from: 'if (index > 0 || !created) {',
      to: 'if (index > 0) {',
      tests: [FAULTS, LIFECYCLE],
    },
    'created-after-end': {
      breaks: 'a job starts after its deployment has failed',
      from: 'if (this.waiting.isOver(event, startedAt)) { return this.goOn(poll, creationError, \'does not exist\'); }',
      to: '',
      tests: [NO_ROOM, LIFECYCLE],
    },
    'waits-in-rollback': {
      breaks: 'a resource that is rolled back is waited for until the timeout',
      from: 'throw rollingBack(this.contextOf(poll));',
      to: 'return { IsComplete: false };',
      tests: [NO_ROOM],
    },
    'rollback-of-update-fails': {
      breaks: 'a rollback ends in a failure',
      from: 'if (event.RequestType === \'Update\') { return this.rollback.restore(event, startedAt); }',
      to: '',
      tests: [NO_ROOM, MODEL],
    },
    'job-of-repeated-delivery': {
      breaks: 'two deliveries of an update that takes over a job start two exports',
      from: 'generatedJobName(event, isOwn ? index : index - 1)',
      to: 'generatedJobName(event, index)',
      tests: [LATE_DENIAL],
    },
    'next-job-too-early': {
      breaks: 'all jobs are used up before the policies have propagated',
      from: 'if (index > 0 && !mayStart(index, startedAt, now)) {',
      to: 'if (index > 0 && !mayStart(0, startedAt, now)) {',
      tests: [LATE_DENIAL],
    },
    'trouble-of-look-fails': {
      breaks: 'a throttled call fails the deployment',
      from: 'if (isTemporary) { return this.goOn(',
      to: 'if (isTemporary && kind !== \'transient\') { return this.goOn(',
      tests: [FAULTS, LIFECYCLE],
    },
    'refused-look-waited-out': {
      breaks: 'a missing permission is noticed only at the timeout',
      from: '(kind === \'settling\' && isSettling(startedAt, now))',
      to: 'kind === \'settling\'',
    },
    'exists-although-unknown': {
      breaks: 'a message claims to know that the job exists',
      from: 'created && index === 0 ? \'exists\' : \'may exist\'',
      to: '\'exists\'',
      tests: [LIFECYCLE, LATE_DENIAL],
    },
  }),
  ...breakagesOf('lambda/observer.ts', [UPDATE, ROLLBACK, MODEL], {
    'rollback-unseen': {
      breaks: 'a rollback exports',
      from: '/ROLLBACK|DELETE|FAILED/',
      to: '/DELETE|FAILED/',
      tests: [FAULTS, NO_ROOM],
    },
    'deletion-unseen': {
      breaks: 'a job starts in a stack that is deleted',
      from: '/ROLLBACK|DELETE|FAILED/',
      to: '/ROLLBACK|FAILED/',
      tests: [NO_ROOM],
    },
    'failure-without-rollback-unseen': {
      breaks: 'a job starts in a stack that has failed',
      from: '/ROLLBACK|DELETE|FAILED/',
      to: '/ROLLBACK|DELETE/',
      tests: [NO_ROOM],
    },
    'next-deployment-unseen': {
      breaks: 'a job of a deployment that was rolled back starts in the next one',
      from: 'isLater(updatedAt) && isLater(await this.deps.cloudFormation.operationStartedAt(event.StackId) ?? 0) ? \'rolling back\' : \'going forward\'',
      to: 'isLater(updatedAt) && isLater(0) ? \'rolling back\' : \'going forward\'',
      tests: [NO_ROOM],
    },
    'clock-skew': {
      breaks: 'a deployment takes itself for the next one',
      from: 'NEXT_OPERATION_MARGIN = 20 * 1000',
      to: 'NEXT_OPERATION_MARGIN = -20 * 1000',
      tests: [FAULTS, UPDATE, NO_ROOM],
    },
    'denied-status-waits': {
      breaks: 'an update cannot succeed when the handler may not see the stack',
      from: 'kind === \'transient\' || (kind !== \'terminal\' && isSettling(startedAt, this.deps.now())) ? \'unknown\'',
      to: 'kind !== undefined ? \'unknown\'',
      tests: [UPDATE, SEQUENCES],
    },
    'made-up-id': {
      breaks: 'an update of a resource without a job asks Personalize for one',
      from: 'isJobArn(jobArn) ? await this.describe(event, jobArn) : \'missing\'',
      to: 'await this.describe(event, jobArn)',
    },
    'other-inputs-unseen': {
      breaks: 'a job with other inputs counts as this one\'s',
      from: 'if (this.isOther(job, jobArn, event, isKnown)) { return \'other\'; }',
      to: '',
      tests: [QUICKSTART, UPDATE, SEQUENCES],
    },
    'failed-job-fits': {
      breaks: 'an update ends with a failed job',
      from: 'if (job.status === \'CREATE FAILED\') { return \'failed\'; }',
      to: '',
      tests: [SEQUENCES, UPDATE],
    },
    'running-job-fits': {
      breaks: 'an update ends with a job that still runs',
      from: 'if (job.status !== \'ACTIVE\' && waits(event.ResourceProperties)) { return \'running\'; }',
      to: '',
    },
    'failure-of-update-unseen': {
      breaks: 'a failed update that is brought back exports again',
      from: '? \'failed\' : \'not failed\';',
      to: '? \'not failed\' : \'not failed\';',
      tests: [SEQUENCES, UPDATE],
    },
  }),
  ...breakagesOf('lambda/cloudformation-api.ts', [STACK_API, ROLLBACK], {
    'cleanup-is-stable': {
      breaks: 'a rollback goes back to the wrong job',
      from: '\'UPDATE_ROLLBACK_COMPLETE\', \'IMPORT_COMPLETE\'',
      to: '\'UPDATE_ROLLBACK_COMPLETE\', \'UPDATE_FAILED\', \'IMPORT_COMPLETE\'',
    },
    'newest-id': {
      breaks: 'a rollback goes back to the failed job',
      from: '{ oldest = event.PhysicalResourceId; }',
      to: '{ oldest ??= event.PhysicalResourceId; }',
      tests: [SEQUENCES, STACK_API],
    },
    'other-resource': {
      breaks: 'a rollback goes back to the job of another resource',
      from: 'if (event.LogicalResourceId === logicalId && event.PhysicalResourceId) {',
      to: 'if (event.PhysicalResourceId) {',
    },
    'failure-of-earlier-update': {
      breaks: 'an update after a failed one exports nothing',
      from: 'if (isStart(event, stackId)) { return false; }',
      to: '',
      tests: [STACK_API, SEQUENCES],
    },
    'events-without-end': {
      breaks: 'the handler reads events until its time is over',
      from: 'if (++pages === MAX_PAGES) { return; }',
      to: '',
    },
    'nested-stack-like-own': {
      breaks: 'a rollback stops at the events of a nested stack',
      from: 'if (event.PhysicalResourceId === stackId && STABLE',
      to: 'if (STABLE',
    },
  }),
  ...breakagesOf('lambda/personalize-api.ts', [QUICKSTART, PERSONALIZE_API], {
    'tags-not-sent': {
      breaks: 'jobs have no tags',
      from: 'tags: tagList.length > 0 ? tagList : undefined',
      to: 'tags: undefined',
      tests: [STACKS, PERSONALIZE_API],
    },
    'empty-tags-sent': {
      breaks: 'a job without tags needs permission to tag',
      from: 'tags: tagList.length > 0 ? tagList : undefined',
      to: 'tags: tagList',
      tests: [PERSONALIZE_API],
    },
    'key-not-sent': {
      breaks: 'objects are not encrypted with the key',
      from: 's3DataDestination: { path, kmsKeyArn } }',
      to: 's3DataDestination: { path } }',
    },
    'reason-not-read': {
      breaks: 'a failed export does not say why',
      from: 'status, failureReason, createdAt, updatedAt, outputUri, kmsKeyArn };',
      to: 'status, createdAt, updatedAt, outputUri, kmsKeyArn };',
    },
  }),
  ...breakagesOf('lambda/job-name.ts', [LIFECYCLE, HANDLER_NAMES], {
    'old-names-unknown': {
      breaks: 'after an upgrade, every job is exported again',
      from: '([0-9a-f]{${TRIGGER_LENGTH}}|${MARK})$`',
      to: '${MARK}$`',
      tests: [ROLLBACK, UPDATE, HANDLER_NAMES],
    },
  }),
];
