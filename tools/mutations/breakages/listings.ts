import { FRAGMENT, FRAGMENT_PROPS, INVENTORY, PERMISSIONS, POLICIES, PROVIDER_EVENTS, REDRIVES, STORAGE_API } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** What jobs have written: how it is found out, who may, and what follows. */
export const LISTING_BREAKAGES: Breakage[] = [
  ...breakagesOf('lambda/inventory.ts', [INVENTORY], {
    'refused-listing-fails': {
      breaks: 'an export fails, because its folder cannot be listed',
      from: 'this.deps.log(event, \'not listed\',',
      to: 'throw error;\n      this.deps.log(event, \'not listed\',',
    },
    'running-job-listed': {
      breaks: 'a job that nobody waits for seems to have written nothing',
      from: 'if (!waits(properties) || handsOver(properties))',
      to: 'if (handsOver(properties))',
    },
    'empty-export-unnoticed': {
      breaks: 'no warning tells that an export has written nothing',
      from: '...contents.objects === 0 && { level: \'WARN\' }',
      to: '...contents.objects < 0 && { level: \'WARN\' }',
    },
  }),
  ...breakagesOf('lambda/export-progress.ts', [INVENTORY], {
    'empty-export-succeeds': {
      breaks: 'failOnEmptyExport has no effect',
      from: 'failsWhenEmpty(properties) && isEmpty(response)',
      to: '!failsWhenEmpty(properties) && isEmpty(response)',
    },
    'old-empty-export-fails': {
      breaks: 'an update fails, because an export of an earlier deployment is empty',
      from: 'const isOwn = index > 0 || plan.jobName',
      to: 'const isOwn = index >= 0 || plan.jobName',
    },
  }),
  ...breakagesOf('lambda/settling.ts', [INVENTORY], {
    'long-empty-export-succeeds': {
      breaks: 'failOnEmptyExport has no effect on long exports',
      from: 'startedAt - waitedSeconds(properties) * 1000 - EARLIER_DEPLOYMENT_MARGIN',
      to: 'startedAt - EARLIER_DEPLOYMENT_MARGIN',
    },
  }),
  ...breakagesOf('lambda/update.ts', [INVENTORY], {
    'unknown-folder-listed': {
      breaks: 'a job that Personalize does not describe seems to have written nothing',
      from: 'isActive: fit === \'done\' || fit === \'likely\'',
      to: 'isActive: true',
    },
  }),
  ...breakagesOf('lambda/storage-api.ts', [STORAGE_API], {
    'whole-bucket-listed': {
      breaks: 'the objects of all exports count',
      from: '{ Bucket, Prefix }',
      to: '{ Bucket }',
    },
    'marker-is-data': {
      breaks: 'the folder that a console has made counts as an object',
      from: 'if (Size > 0 || !Key.endsWith(\'/\'))',
      to: 'if (Size >= 0 || !Key.endsWith(\'/\'))',
    },
  }),
  ...breakagesOf('src/private/policies/listing-permissions.ts', [PERMISSIONS], {
    'buckets-of-others': {
      breaks: 'the functions may list all buckets, also in small stacks',
      from: 'bucket.isOfStack && holders.every',
      to: '!bucket.isOfStack && holders.every',
    },
    'too-many-patterns': {
      breaks: 'the names of many jobs exceed the quota of the role',
      from: 'names.size > MAX_PATTERNS',
      to: 'names.size > 1000',
    },
  }),
  ...breakagesOf('src/private/workflow/listing-states.ts', [FRAGMENT], {
    'first-page-of-objects-only': {
      breaks: 'of many objects, a report counts the first ones',
      from: 'sfn.Condition.booleanEquals(more, true), sfn',
      to: 'sfn.Condition.booleanEquals(more, false), sfn',
    },
    'listed-for-ever': {
      breaks: 'an export of very many objects fails, because the history of its execution is full',
      from: 'numberLessThan(pages, MAX_PAGES)',
      to: 'numberLessThan(pages, 1_000_000)',
    },
    'refused-listing-fails-run': {
      breaks: 'an export fails, because its folder cannot be listed',
      from: 'list.addCatch(',
      to: 'void (',
    },
    'any-folder-listed': {
      breaks: 'a state machine may list the whole bucket',
      from: '...listProps([folderPattern(known, jobNames)]),',
      to: 'actions: [\'s3:ListBucket\'],',
      tests: [FRAGMENT_PROPS],
    },
  }),
  ...breakagesOf('src/private/workflow/export-states.ts', [REDRIVES], {
    'empty-export-stays': {
      breaks: 'a redrive does not do empty exports again',
      from: '.when(isEmpty, again)',
      to: '',
    },
  }),
  ...breakagesOf('src/private/policies/handler-permissions.ts', [POLICIES], {
    'listing-waits-for-others': {
      breaks: 'a job whose name comes from another job cannot be deployed',
      from: 'const known = (text: string) => this.isOfStack(text) ? \'*\' : text;',
      to: 'const known = (text: string) => text;',
      tests: [PROVIDER_EVENTS],
    },
    'listing-not-allowed': {
      breaks: 'the number of objects is never known',
      from: '...folders ? this.allowListing(this.withoutResources(folders), job.roleArn) : []',
      to: '',
      tests: [PERMISSIONS],
    },
  }),
];
