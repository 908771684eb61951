import { Duration, aws_s3 as s3 } from 'aws-cdk-lib';
import { durationProblem } from './validation';

/**
 * What S3 accepts in a lifecycle rule.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html
 */
const INFREQUENT_ACCESS = ['STANDARD_IA', 'ONEZONE_IA'];
/** Days in S3 Standard before Infrequent Access, and in Infrequent Access before a colder class. */
const MIN_DAYS = 30;
/** From each class, only to those to its right. */
const COLDER = ['STANDARD_IA', 'INTELLIGENT_TIERING', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'];
/** Their objects must be restored before they can be read. */
const ARCHIVES = ['GLACIER', 'DEEP_ARCHIVE'];
const UNSUPPORTED = [['ONEZONE_IA', 'GLACIER_IR']];

interface Known {
  readonly storageClass: string;
  readonly days: number;
}

/** Days that are tokens are left to S3. */
export function transitionsProblem(transitions: s3.Transition[] | undefined, expiration: Duration | undefined): string | undefined {
  if (transitions === undefined) { return undefined; }
  for (const { storageClass, transitionAfter, transitionDate } of transitions) {
    if (transitionAfter === undefined || transitionDate !== undefined) {
      return `transitions must have transitionAfter and no transitionDate, got ${storageClass.value}: exports are written at any time, and S3 refuses `
        + 'both dates and days in a rule';
    }
    const name = `transitionAfter of ${storageClass.value} in transitions`;
    const wholeDays = (days: number, got: string) => (Number.isInteger(days) ? undefined : `${name} must be in whole days, got ${got}`);
    const problem = durationProblem(name, transitionAfter, { unit: 'days', check: wholeDays, token: true });
    if (problem !== undefined) { return problem; }
  }
  const known = transitions.filter(({ transitionAfter }) => !transitionAfter!.isUnresolved())
    .map(({ storageClass, transitionAfter }): Known => ({ storageClass: storageClass.value, days: transitionAfter!.toDays() }));
  return repetitionProblem(transitions.map(({ storageClass }) => storageClass.value))
    ?? daysProblem(known) ?? orderProblem(known) ?? expirationProblem(known, expiration);
}

/** The first storage class from which objects cannot be read at once. */
export function archiveIn(transitions: s3.Transition[] = []): string | undefined {
  return transitions.map(({ storageClass }) => storageClass.value).find(value => ARCHIVES.includes(value));
}

function repetitionProblem(classes: string[]): string | undefined {
  const repeated = classes.find((some, index) => classes.indexOf(some) < index);
  return repeated === undefined ? undefined : `transitions must have different storage classes, got ${repeated} twice: leave out one of them`;
}

function daysProblem(known: Known[]): string | undefined {
  const early = known.find(({ storageClass, days }) => INFREQUENT_ACCESS.includes(storageClass) && days < MIN_DAYS);
  return early && `transitionAfter of ${early.storageClass} in transitions must be at least ${MIN_DAYS} days, got ${text(early)}: S3 moves no newer objects there`;
}

function orderProblem(known: Known[]): string | undefined {
  const sorted = [...known].sort((a, b) => a.days - b.days);
  for (const [index, later] of sorted.entries()) {
    const earlier = sorted[index - 1];
    if (earlier === undefined) { continue; }
    const isUnsupported = COLDER.indexOf(later.storageClass) < COLDER.indexOf(earlier.storageClass)
      || UNSUPPORTED.some(([from, to]) => from === earlier.storageClass && to === later.storageClass);
    if (isUnsupported || earlier.days === later.days) {
      return `transitions must go to a colder storage class each time, got ${earlier.storageClass} after ${text(earlier)} and ${later.storageClass} after ${text(later)}`;
    }
    if (INFREQUENT_ACCESS.includes(earlier.storageClass) && later.days - earlier.days < MIN_DAYS) {
      return `transitionAfter of ${later.storageClass} in transitions must be at least ${MIN_DAYS} days after that of ${earlier.storageClass}, ${text(earlier)}, got ${text(later)}`;
    }
  }
  return undefined;
}

function expirationProblem(known: Known[], expiration: Duration | undefined): string | undefined {
  if (expiration === undefined || expiration.isUnresolved()) { return undefined; }
  const late = known.find(({ days }) => days >= expiration.toDays());
  return late && `expiration must be later than all transitions, got ${expiration.toHumanString()} and ${late.storageClass} after ${text(late)}`;
}

function text({ days }: Known): string {
  return Duration.days(days).toHumanString();
}
