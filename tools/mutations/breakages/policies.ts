import { ACCESS, GRANTS, IAM_QUOTAS, PERMISSIONS, POLICIES, RUNS, SIMULATION } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** Who may do what: the handler's role, the service role, the bucket, the keys, the state machine. */
export const POLICY_BREAKAGES: Breakage[] = [
  ...breakagesOf('src/private/policies/grants.ts', [SIMULATION, POLICIES], {
    'pass-role-to-any-service': {
      breaks: 'the handler may pass the service role to any service',
      from: 'conditions: { StringEquals: { \'iam:PassedToService\': PERSONALIZE } },',
      to: '',
    },
    'no-create-on-dataset': {
      breaks: 'Personalize refuses to export the dataset',
      from: '{ actions: [\'personalize:CreateDatasetExportJob\'] }',
      to: '{ actions: [\'personalize:DescribeDataset\'] }',
    },
    'one-resource-a-statement': {
      breaks: 'only the first of several datasets may be exported',
      from: 'statements.get(statement)!.addResources(resource);',
      to: 'if (statements.get(statement)!.resources.length === 0) { statements.get(statement)!.addResources(resource); }',
      tests: [IAM_QUOTAS, PERMISSIONS],
    },
  }),
  ...breakagesOf('src/private/policies/handler-permissions.ts', [SIMULATION], {
    'no-stack-events': {
      breaks: 'a rollback cannot find the previous job',
      from: '\'cloudformation:DescribeStackEvents\', ',
      to: '',
    },
    'no-stack-status': {
      breaks: 'an update cannot see that it is rolled back',
      from: ', \'cloudformation:DescribeStacks\'',
      to: '',
    },
    'any-stack': {
      breaks: 'the handler may read every stack',
      from: 'resources: [this.stack.stackId]',
      to: 'resources: [\'*\']',
    },
    'handler-role-of-other-service': {
      breaks: 'Lambda cannot assume the handler\'s role',
      from: '\'lambda.amazonaws.com\'',
      to: '\'states.amazonaws.com\'',
    },
    'no-create-on-job': {
      breaks: 'Personalize refuses to create the job',
      from: '[\'personalize:CreateDatasetExportJob\', \'personalize:DescribeDatasetExportJob\']',
      to: '[\'personalize:DescribeDatasetExportJob\']',
    },
    'no-describe': {
      breaks: 'the handler never sees the end of the job',
      from: '[\'personalize:CreateDatasetExportJob\', \'personalize:DescribeDatasetExportJob\']',
      to: '[\'personalize:CreateDatasetExportJob\']',
    },
    'no-tag': {
      breaks: 'a job with tags cannot be created',
      from: '\'personalize:TagResource\'',
      to: '\'personalize:UntagResource\'',
    },
    'tag-without-tags': {
      breaks: 'the handler may tag jobs although no job has tags',
      from: 'job.tagged ? CREATE_DESCRIBE_AND_TAG : CREATE_AND_DESCRIBE',
      to: 'CREATE_DESCRIBE_AND_TAG',
    },
    'any-job': {
      breaks: 'the handler may create jobs under the names of other stacks',
      from: 'job.jobName ?? `${stackJobNamePrefix(this.stack)}*`',
      to: 'job.jobName ?? \'*\'',
    },
    'no-permission-for-own-name': {
      breaks: 'a job with a jobName cannot be created',
      from: 'job.jobName ?? `${stackJobNamePrefix(this.stack)}*`',
      to: '`${stackJobNamePrefix(this.stack)}*`',
    },
    'no-pass-role': {
      breaks: 'Personalize refuses the role',
      from: '{ kind: \'role\', statement: PASS_ROLE, resource: job.roleArn },',
      to: '',
    },
    'no-grant-on-dataset': {
      breaks: 'Personalize refuses to export the dataset',
      from: '{ kind: \'dataset\', statement: CREATE_ON_DATASET, resource: job.datasetArn },',
      to: '',
    },
    'no-policies-of-their-own': {
      breaks: 'jobs that are put in order make a dependency circle',
      from: 'return this.isOfStack(grant.resource) ?',
      to: 'return this.isOfStack(grant.resource) && this.jobs < 0 ?',
      tests: [IAM_QUOTAS, PERMISSIONS],
    },
    'no-shared-room': {
      breaks: 'a stack with many resources exceeds the quota of the role',
      from: 'MAX_INLINE_LENGTH - ofRoleLength - OWN_LENGTH -',
      to: 'MAX_INLINE_LENGTH - ofRoleLength -',
      tests: [IAM_QUOTAS],
    },
    'two-stacks-one-policy': {
      breaks: 'datasets of two stacks with the same logical id get one policy',
      from: '[...identityOf(grant), ...otherStacks]',
      to: 'identityOf(grant)',
      tests: [PERMISSIONS],
    },
  }),
  ...breakagesOf('src/private/policies/packing.ts', [IAM_QUOTAS], {
    'inline-policies-too-long': {
      breaks: 'IAM refuses the inline policies',
      from: 'MAX_INLINE_LENGTH = 10_240',
      to: 'MAX_INLINE_LENGTH = 11_240',
    },
    'managed-policies-too-long': {
      breaks: 'IAM refuses a managed policy',
      from: 'MAX_MANAGED_LENGTH = 6_144',
      to: 'MAX_MANAGED_LENGTH = 6_400',
    },
    'too-many-managed-policies': {
      breaks: 'IAM refuses the eleventh managed policy',
      from: 'MAX_MANAGED_POLICIES = 10',
      to: 'MAX_MANAGED_POLICIES = 11',
    },
    'statements-not-counted': {
      breaks: 'IAM refuses a managed policy',
      from: '(this.statements.has(grant.statement) ? 0 : this.lengths.ofStatement(grant.statement))',
      to: '0',
    },
  }),
  ...breakagesOf('src/private/policies/shared-policies.ts', [IAM_QUOTAS, PERMISSIONS], {
    'tags-of-second-job': {
      breaks: 'a job with tags cannot be created if one without tags came before',
      from: 'other === undefined || allowsMore(statement, other.statement)',
      to: 'other === undefined',
    },
    'no-wait-for-shared-policy': {
      breaks: 'a job starts before the shared policy with its permissions',
      from: '[this.settle().literalHolders.get(resource)].filter(holder => holder !== undefined)',
      to: '[]',
    },
    'wait-for-other-bound-policy': {
      breaks: 'a job starts before the policy with its permissions',
      from: 'this.managed.length - this.bound.policies.length + this.boundPolicies.get(key)!',
      to: 'this.managed.length - this.bound.policies.length',
    },
    'settled-too-early': {
      breaks: 'later jobs have no permissions',
      from: 'this.settled = undefined;',
      to: 'this.settle();',
    },
    'too-few-managed-policies': {
      breaks: 'many jobs fail at synthesis although the role has room',
      from: 'this.asTheyAre.policies.length - 1 + this.bound.policies.length',
      to: 'this.asTheyAre.policies.length - 1',
    },
  }),
  ...breakagesOf('src/private/policies/shorter-grants.ts', [IAM_QUOTAS], {
    'any-region': {
      breaks: 'the handler may export in other Regions',
      from: 'StringEquals: { \'aws:RequestedRegion\': this.stack.region }',
      to: '',
    },
    'items-like-interactions': {
      breaks: 'the handler may export datasets that the stack does not',
      from: '\'/IN*\'',
      to: '\'/I*\'',
    },
    'generated-names-cut': {
      breaks: 'the handler may use other stacks\' job names',
      from: 'grant.kind !== \'job\' || name.endsWith(\'*\')',
      to: 'grant.kind !== \'job\'',
    },
    'names-cut-at-once': {
      breaks: 'permissions are wider than they must be',
      from: 'let length = MAX_NAME_LENGTH; length >= MIN_NAME_LENGTH',
      to: 'let length = MIN_NAME_LENGTH; length >= MIN_NAME_LENGTH',
    },
    'groups-of-one': {
      breaks: 'permissions are wider than they must be',
      from: 'counts.get(group)! > 1',
      to: 'counts.get(group)! > 0',
    },
    'least-permission-wins': {
      breaks: 'a job with tags cannot be created', from: 'one.actions!.length > other.actions!.length', to: 'one.actions!.length < other.actions!.length',
    },
    'merged-without-cover': {
      breaks: 'a job starts before the policy with its permissions', from: '[...other?.covers ?? [], ...grant.covers]', to: 'grant.covers',
    },
  }),
  ...breakagesOf('src/private/policies/dataset-policies.ts', [RUNS, IAM_QUOTAS], {
    'last-dataset-of-statement': {
      breaks: 'a workflow cannot export its twentieth dataset',
      from: '(index + 1) * DATASETS_PER_STATEMENT)',
      to: '(index + 1) * DATASETS_PER_STATEMENT - 1)',
    },
    'datasets-policy-of-nobody': {
      breaks: 'a workflow cannot export its 21st dataset',
      from: '{ roles: [role], statements',
      to: '{ statements',
    },
  }),
  ...breakagesOf('src/private/personalize-access.ts', [SIMULATION, POLICIES, ACCESS], {
    'any-source-account': {
      breaks: 'Personalize may write for other accounts',
      from: 'StringEquals: { \'aws:SourceAccount\': account },',
      to: '',
    },
    'any-source-arn': {
      breaks: 'Personalize may write for other Regions',
      from: 'StringLike: { \'aws:SourceArn\': stack.formatArn({ service: \'personalize\', resource: \'*\', account }) },',
      to: '',
    },
    'no-kms-decrypt': {
      breaks: 'Personalize cannot write encrypted objects',
      from: '\'kms:Decrypt\', ',
      to: '',
    },
    'no-kms-describe': {
      breaks: 'Personalize cannot write encrypted objects',
      from: '\'kms:DescribeKey\', ',
      to: '',
    },
    'no-kms-data-key': {
      breaks: 'Personalize cannot write encrypted objects',
      from: '\'kms:GenerateDataKey\', ',
      to: '',
    },
    'no-kms-list-grants': {
      breaks: 'Personalize cannot write encrypted objects',
      from: ', \'kms:ListGrants\']',
      to: ']',
    },
    'no-kms-create-grant': {
      breaks: 'Personalize cannot write encrypted objects',
      from: '[...KEY_ACTIONS, \'kms:CreateGrant\'].sort()',
      to: '[...KEY_ACTIONS].sort()',
    },
    'no-dataset-key-action': {
      breaks: 'an encrypted dataset cannot be exported',
      from: '[DATASET_KEY_ACTION] : []',
      to: '[] : []',
    },
    'no-grant-on-dataset-key': {
      breaks: 'an encrypted dataset cannot be exported',
      from: '...datasetEncryptionKey ? [datasetEncryptionKey] : []',
      to: '',
    },
    'no-list-bucket': {
      breaks: 'Personalize cannot list the bucket',
      from: 'new iam.PolicyStatement({ actions: [\'s3:ListBucket\'], resources: [bucket.bucketArn] }),',
      to: '',
    },
    'no-put-object': {
      breaks: 'Personalize cannot write',
      from: '\'s3:PutObject\'',
      to: '\'s3:PutObjectTagging\'',
    },
    'objects-without-wildcard': {
      breaks: 'Personalize cannot write',
      from: 'bucket.arnForObjects(`${prefix}*`)',
      to: 'bucket.arnForObjects(prefix)',
    },
    'any-object': {
      breaks: 'the role may write anywhere in the bucket',
      from: 'bucket.arnForObjects(`${prefix}*`)',
      to: 'bucket.arnForObjects(\'*\')',
    },
    'bucket-of-other-account': {
      breaks: 'the bucket of another account lacks the role in its policy', from: 'principals(props, differ(bucket.env.account, role.env.account))', to: 'principals(props, false)',
    },
    'policy-in-stack-of-role': {
      breaks: 'two stacks depend on each other in a circle', from: 'iam.Role.isRole(role) && Stack.of(role) !== Stack.of(scope)', to: 'role === undefined',
    },
    'conditions-for-role': {
      breaks: 'with sourceConditions, the role may not use key and bucket', from: 'conditions ? [[service], [roleItself]] : [[service, roleItself]]', to: '[[service, roleItself]]',
    },
    'service-not-in-policy': {
      breaks: 'Personalize itself may not use the key',
      from: ': [[service, roleItself]]',
      to: ': [[roleItself]]',
    },
    'key-of-other-account': {
      breaks: 'the key of another account lacks the role in its policy',
      from: 'differ(key.env.account, role.env.account) || Stack.of(key) === Stack.of(role)',
      to: 'Stack.of(key) === Stack.of(role)',
    },
    'role-of-other-stack-in-key-policy': {
      breaks: 'two stacks depend on each other in a circle',
      from: 'differ(key.env.account, role.env.account) || Stack.of(key) === Stack.of(role)',
      to: 'true',
    },
    'less-than-key-policy': {
      breaks: 'the key of another stack lets IAM decide, which does not allow enough',
      from: 'isNamed && !differ(key.env.account, role.env.account) ? KEY_ACTIONS : KEY_POLICY_ACTIONS',
      to: 'KEY_ACTIONS',
    },
    'import-without-read': {
      breaks: 'Personalize cannot import what was exported',
      from: 'const ofRole = [list, read];',
      to: 'const ofRole = [list];',
      tests: [GRANTS],
    },
    'import-without-bucket-policy': {
      breaks: 'Personalize cannot import what was exported',
      from: 'for (const some of all) { additions.toBucket(bucket, read.copy({ principals: some })); }',
      to: '',
      tests: [GRANTS],
    },
    'import-without-key': {
      breaks: 'Personalize cannot decrypt what was exported',
      from: 'if (isNamed) { additions.toKey(key, onKey([new iam.ArnPrincipal(role.roleArn)])); }',
      to: '',
      tests: [GRANTS],
    },
    'import-without-key-of-other-stack': {
      breaks: 'Personalize cannot decrypt what was exported',
      from: 'if (!isNamed || differ(key.env.account, role.env.account)) {',
      to: 'if (differ(key.env.account, role.env.account)) {',
      tests: [GRANTS],
    },
    'import-before-key-policy': {
      breaks: 'an import starts before Personalize may decrypt',
      from: '    additions.inPlace.add(key);\n',
      to: '',
      tests: [GRANTS],
    },
  }),
  ...breakagesOf('src/private/policies/policy-additions.ts', [POLICIES, ACCESS], {
    'silent-about-frozen-role': {
      breaks: 'no warning tells what an imported role lacks',
      from: ' || pretends(role, policyDependable)',
      to: '',
    },
    'silent-about-imported-bucket': {
      breaks: 'no warning tells what an imported bucket lacks',
      from: 'if (!statementAdded) { this.warnNotAdded(\'bucket\'',
      to: 'if (statementAdded) { this.warnNotAdded(\'bucket\'',
    },
    'silent-about-imported-key': {
      breaks: 'no warning tells what an imported key lacks',
      from: 'if (!key.addToResourcePolicy(statement, true).statementAdded)',
      to: 'if (key.addToResourcePolicy(statement, true) === undefined)',
    },
  }),
];
