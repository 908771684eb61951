import observedLayout from './observed-layout.json';
import type { LambdaSettings, OutputLayout, PersonalizeSettings } from './wire';

/** The choices that are settings of Personalize: a test can change them in a running local AWS. */
type PersonalizeChoices = Pick<PersonalizeSettings,
  'statusInProgress' | keyof OutputLayout | 'datasetsPerPage' | 'emptyPageFirst' | 'uppercasesTypes'
  | 'echoesTrailingSlash' | 'omitsDefaults' | 'omits' | 'secondsUntilVisible' | 'checksAccessAtCreate'>;

/** One way for AWS to behave where its documentation is silent or permits several. Nothing is random: every run makes the same choices. */
export interface Profile {
  /** Undocumented, unless wire.ts says otherwise. */
  readonly personalize: PersonalizeChoices;

  /**
   * After how many seconds new and changed roles and policies take effect.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
   */
  readonly iamSeconds: number;

  /**
   * After how many seconds new buckets, their policies and their encryption take effect; objects are there at once.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
   */
  readonly bucketSeconds: number;

  /**
   * After how many seconds new keys and changed key policies take effect.
   * https://docs.aws.amazon.com/kms/latest/developerguide/programming-eventual-consistency.html
   */
  readonly keySeconds: number;

  /**
   * For how many seconds after an update new executions use the previous definition and role.
   * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-read-consistency.html
   */
  readonly stateMachineSeconds: number;

  /**
   * For how many seconds a child execution of a Map Run that has ended counts as running. Undocumented.
   * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
   */
  readonly mapRunSeconds: number;

  /**
   * Whether a Map Run without items says where its results are. Documented for results, not for none.
   * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
   */
  readonly emptyMapRunDetails: boolean;

  /**
   * A setting of Lambda: how functions get asynchronous events more than once. CloudFormation's requests to custom resources are such events.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
   */
  readonly redeliveredAfterSeconds: LambdaSettings['redeliveredAfterSeconds'];

  /**
   * When targets get an event, in seconds after it was put: by turns for one event after the other, so later events may come first. Each
   * element is one delivery. Neither the order nor the number is documented for rules: only that failed deliveries are repeated.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
   */
  readonly eventsDeliveredAfterSeconds: readonly (readonly number[])[];

  /**
   * Of how many calls of an operation by the same role or user the first is throttled, and the second slow; null: none. Request rates are
   * documented for few operations, and clients are told to try again.
   * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
   */
  readonly troubleEvery: number | null;
  /** How slow: seconds until such a call does anything. */
  readonly slowSeconds: number;

  /** Whether answers contain members that no client knows: https://smithy.io/2.0/guides/evolving-models.html permits new ones. */
  readonly unknownMembers: boolean;

  /** Whether CloudFormation starts what could start at the same time from the end of the template. Only dependencies are documented to order it. */
  readonly reversesOrder: boolean;
  /** A rate begins anew when its schedule changes. */
  readonly restartsChangedRates: boolean;
}

/** What the layout probe found in an account: no choice any more. Empty until somebody runs it, see tools/integ/README.md. */
const OBSERVED = observedLayout as Partial<PersonalizeChoices>;

/** What the services seem to do on most days. */
export const PLAIN: Profile = {
  personalize: {
    statusInProgress: null,
    recordsPerFile: 600,
    outputSubfolder: '',
    outputExtension: '.csv',
    outputGzip: false,
    fileWithoutRecords: true,
    headers: 'all files',
    columnOrder: 'schema',
    quotesAll: false,
    quotesHeader: false,
    quoteEscape: '"',
    lineEnd: '\n',
    byteOrderMark: false,
    datasetsPerPage: 100,
    emptyPageFirst: false,
    uppercasesTypes: true,
    echoesTrailingSlash: true,
    omitsDefaults: false,
    omits: {},
    secondsUntilVisible: 0,
    checksAccessAtCreate: true,
    ...OBSERVED,
  },
  iamSeconds: 0,
  bucketSeconds: 0,
  keySeconds: 0,
  stateMachineSeconds: 0,
  mapRunSeconds: 0,
  emptyMapRunDetails: true,
  redeliveredAfterSeconds: [null],
  eventsDeliveredAfterSeconds: [[0]],
  troubleEvery: null,
  slowSeconds: 0,
  unknownMembers: false,
  reversesOrder: false,
  restartsChangedRates: false,
};

/** What a job that is not done may lack. */
const TIMES = ['creationDateTime', 'lastUpdatedDateTime'];

/** The other choice, everywhere. */
export const HOSTILE: Profile = {
  personalize: {
    statusInProgress: 'CREATE QUEUED',
    recordsPerFile: 7,
    outputSubfolder: 'export/run-0/',
    outputExtension: '',
    outputGzip: false,
    fileWithoutRecords: false,
    headers: 'all files',
    columnOrder: 'schema',
    quotesAll: true,
    quotesHeader: true,
    quoteEscape: '"',
    lineEnd: '\r\n',
    byteOrderMark: false,
    datasetsPerPage: 1,
    emptyPageFirst: true,
    uppercasesTypes: false,
    echoesTrailingSlash: false,
    omitsDefaults: true,
    omits: { 'CREATE PENDING': TIMES, 'CREATE IN_PROGRESS': TIMES },
    secondsUntilVisible: 25,
    checksAccessAtCreate: false,
    ...OBSERVED,
  },
  iamSeconds: 20,
  bucketSeconds: 15,
  keySeconds: 30,
  stateMachineSeconds: 10,
  mapRunSeconds: 30,
  emptyMapRunDetails: false,
  redeliveredAfterSeconds: [1, null, 45],
  eventsDeliveredAfterSeconds: [[90, 95], [30, 400]],
  troubleEvery: 20,
  slowSeconds: 1,
  unknownMembers: true,
  reversesOrder: true,
  restartsChangedRates: true,
};

export const PROFILES = { plain: PLAIN, hostile: HOSTILE };
export type ProfileName = keyof typeof PROFILES;
