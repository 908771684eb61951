import { ACCESS, CONCURRENCY, CROSS_STACK, IAM_QUOTAS, JOB, LANES, LONG_EXPORTS, OTHER_STACKS, POLICIES, RUNS, STACKS, WORKFLOW } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** What comes before what, in a stack and between stacks. */
export const DEPENDENCY_BREAKAGES: Breakage[] = [
  ...breakagesOf('src/dataset-export-job.ts', [IAM_QUOTAS, STACKS, JOB], {
    'job-waits-for-nothing': {
      breaks: 'the job starts before the policies exist',
      from: 'if (inPlace) { resource.node.addDependency(inPlace); }',
      to: '',
    },
    'job-before-destination': {
      breaks: 'the job starts before Personalize may write',
      from: 'new DependencyGroup(permissions, this.destination._inPlace)',
      to: 'new DependencyGroup(permissions)',
      tests: [STACKS, JOB],
    },
    'job-before-permissions': {
      breaks: 'the job starts before the handler may create it',
      from: 'new DependencyGroup(permissions, this.destination._inPlace)',
      to: 'new DependencyGroup(this.destination._inPlace)',
    },
    'no-queue': {
      breaks: 'all jobs start at once and get in each other\'s way',
      from: 'provider._queue(resources);',
      to: '',
      tests: [CONCURRENCY, LANES],
    },
    'all-wait-at-once': {
      breaks: 'a long export times out after two hours, whatever its timeout',
      from: 'resources.at(-1)!.getAttString(\'DatasetExportJobArn\')',
      to: 'resources[0]!.getAttString(\'DatasetExportJobArn\')',
      tests: [LONG_EXPORTS, JOB],
    },
    'attributes-of-first-resource': {
      breaks: 'who uses the output of a long export does not wait for its end',
      from: 'const complete = resources.at(-1)!;',
      to: 'const complete = resources[0]!;',
      tests: [LONG_EXPORTS, OTHER_STACKS, JOB],
    },
  }),
  ...breakagesOf('src/private/policies/handler-permissions.ts', [IAM_QUOTAS, STACKS], {
    'job-waits-for-first-policy': {
      breaks: 'the job starts before the handler may create it',
      from: 'return new DependencyGroup(...policies);',
      to: 'return new DependencyGroup(policies[0]!);',
    },
  }),
  ...breakagesOf('src/private/policies/policy-additions.ts', [STACKS, POLICIES, ACCESS], {
    'job-before-bucket-policy': {
      breaks: 'the job starts before Personalize may write to the bucket',
      from: 'if (policyDependable) { this.inPlace.add(policyDependable); }\n    if (!statementAdded) {',
      to: 'if (!statementAdded) {',
    },
    'job-before-role-policy': {
      breaks: 'the job starts before the role may write',
      from: 'if (policyDependable) { this.inPlace.add(policyDependable); }\n      if (!statementAdded ||',
      to: 'if (!statementAdded ||',
    },
  }),
  ...breakagesOf('src/private/personalize-access.ts', [STACKS, POLICIES, ACCESS], {
    'job-before-bucket-key': {
      breaks: 'the job starts before the second key lets Personalize use it', from: 'if (key !== outputKeys[0]) { additions.inPlace.add(key); }', to: '',
    },
    'job-before-policy-for-shared-role': {
      breaks: 'the job starts before the role of another stack may write',
      from: 'additions.inPlace.add(attachedPolicy(scope, \'RolePolicy\', role, statements));',
      to: 'attachedPolicy(scope, \'RolePolicy\', role, statements);',
    },
  }),
  ...breakagesOf('src/dataset-export-workflow.ts', [RUNS, WORKFLOW], {
    'workflow-before-destination': {
      breaks: 'a run starts before Personalize may write, or goes on after that', from: 'this.stateMachine.node.addDependency(this.destination._inPlace);', to: '',
    },
    'workflow-before-policies': {
      breaks: 'a run starts before it may export all datasets', from: 'this.stateMachine.node.defaultChild!.node.addDependency(policies);', to: '', tests: [IAM_QUOTAS, WORKFLOW],
    },
  }),
  ...breakagesOf('src/private/lanes.ts', [LANES], {
    'one-after-the-other': {
      breaks: 'jobs wait although there is room',
      from: 'let before = index - maxConcurrency;',
      to: 'let before = index - 1;',
    },
    'waits-for-the-conditional': {
      breaks: 'a stack without a conditional job cannot be deployed',
      from: 'if (!existsWhenever(queue[before]!, job)) { continue; }',
      to: '',
    },
    'waits-for-the-beginning': {
      breaks: 'a job starts while the long one before it still runs',
      from: '?.slice(-1) ?? []',
      to: '?.slice(0, 1) ?? []',
    },
    'order-of-first-synthesis': {
      breaks: 'dependencies that are added after a first synthesis make a circle', from: '|| job === this.firstOfTree) {', to: ') {',
    },
    'direct-dependencies-only': {
      breaks: 'the user\'s own dependencies and the queue make a circle',
      from: 'search.push(...graph.get(resource) ?? []);',
      to: 'search.pop();',
    },
    'own-dependencies-ignored': {
      breaks: 'the user\'s own dependencies and the queue make a circle',
      from: 'waitsFor(job).map(visit).every(Boolean)',
      to: 'waitsFor(job).length >= 0',
    },
    'removed-jobs-stay': {
      breaks: 'a stack from which a job was removed cannot be synthesized',
      from: '.filter(job => constructs.has(job[0]!))',
      to: '.filter(() => constructs.size > 0)',
    },
    'condition-of-first-resource': {
      breaks: 'a job waits for one that may not exist',
      from: 'const condition = conditionOf(job.at(-1)!);',
      to: 'const condition = undefined as CfnCondition | undefined;',
    },
  }),
  ...breakagesOf('src/private/dependencies.ts', [LANES], {
    'depends-on-unseen': {
      breaks: 'the user\'s own dependencies and the queue make a circle',
      from: 'case \'Ref\':\n    case \'DependsOn\':',
      to: 'case \'Ref\':',
    },
    'attributes-unseen': {
      breaks: 'the user\'s own dependencies and the queue make a circle',
      from: 'case \'Fn::GetAtt\':\n',
      to: 'case \'Fn::GetAttr\':\n',
    },
    'substitutions-unseen': {
      breaks: 'the user\'s own dependencies and the queue make a circle',
      from: 'case \'Fn::Sub\':',
      to: 'case \'Fn::Substitute\':',
    },
    'references-unseen': {
      breaks: 'the user\'s own dependencies and the queue make a circle',
      from: 'references.forEach(target => add(resource, target));',
      to: '',
    },
    'nested-stacks-unseen': {
      breaks: 'the user\'s own dependencies and the queue make a circle',
      from: 'return own.nestedStackParent && resourceIn(',
      to: 'return stack.nestedStackParent && resourceIn(',
    },
    'constructs-unseen': {
      breaks: 'the user\'s own dependencies and the queue make a circle',
      from: 'if (roots.length === 0) { continue; }',
      to: 'if (roots.length >= 0) { continue; }',
    },
  }),
  ...breakagesOf('src/private/cross-stack-attribute.ts', [OTHER_STACKS, CROSS_STACK], {
    'exported-attribute': {
      breaks: 'CloudFormation refuses every later export that another stack uses', from: 'if (producer === consumer || producer.account', to: 'if (producer.stackName !== \'\' || producer.account',
    },
    'readers-do-not-wait': {
      breaks: 'a stack is deployed before the export that it reads',
      from: 'if (context.preparing) { dependOn(consumer, producer, reason); }',
      to: '',
    },
    'name-for-value': {
      breaks: 'another stack gets the name of the parameter for its value',
      from: 'type: \'AWS::SSM::Parameter::Value<String>\'',
      to: 'type: \'String\'',
    },
    'region-like-own': {
      breaks: 'a stack in another Region cannot be deployed',
      from: 'return isOtherRegion ? this.output(producer) :',
      to: 'return isOtherRegion && this.name === undefined ? this.output(producer) :',
      tests: [CROSS_STACK],
    },
    'account-like-own': {
      breaks: 'a stack in another account cannot be deployed',
      from: ' || producer.account !== consumer.account',
      to: '',
      tests: [CROSS_STACK],
    },
    'unknown-region-like-other': {
      breaks: 'the CDK\'s error does not say what to do',
      from: ' || isUnknownRegion',
      to: '',
      tests: [CROSS_STACK],
    },
    'nested-like-own': {
      breaks: 'a stack that reads from a nested one cannot be deployed',
      from: 'return stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack;',
      to: 'return stack;',
      tests: [CROSS_STACK],
    },
    'parameter-of-last-resource': {
      breaks: 'another timeout makes a new parameter, and readers lose theirs',
      from: 'uniqueResourceName(this.resource.node.scope!,',
      to: 'uniqueResourceName(this.resource,',
      tests: [CROSS_STACK],
    },
  }),
];
