import { DESTINATION, ELSEWHERE, ORGANIZATION, OTHER_STACKS, PROVIDER_SETTINGS, SIMULATION, WORKFLOW } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** What regulated accounts ask for: VPCs, keys, traces, queues, logs and roles of their own. */
export const REGULATED_BREAKAGES: Breakage[] = [
  ...breakagesOf('src/dataset-export-provider.ts', [PROVIDER_SETTINGS], {
    'framework-outside-vpc': {
      breaks: 'the framework\'s functions stay outside of the VPC',
      from: '...network,\n      onEventHandler: this.onEventHandler,',
      to: 'onEventHandler: this.onEventHandler,',
    },
    'jobs-before-endpoints': {
      breaks: 'functions hang because the VPC\'s endpoints are made later',
      from: 'if (network) { this.inPlace.add(endpointsOf(this, network)); }',
      to: '',
    },
    'network-props-unchecked': {
      breaks: 'vpcSubnets without vpc is ignored',
      from: 'rejectIf(networkProblem(props), literal`ConflictingNetworkProps`, this);',
      to: '',
    },
    'memory-unchecked': {
      breaks: 'a memorySize that Lambda does not have fails the deployment',
      from: 'rejectIf(wholeNumberProblem(\'memorySize\', props.memorySize, 128, 10240), literal`InvalidMemorySize`, this);',
      to: '',
    },
    'framework-environment-plain': {
      breaks: 'the framework\'s environment variables are not encrypted with the user\'s key',
      from: 'providerFunctionEnvEncryption: props.environmentEncryption,',
      to: '',
    },
    'settings-of-ours-only': {
      breaks: 'the framework\'s functions have no traces, queue, memory and architecture',
      from: 'applySettings(fn, props);',
      to: 'if (handlers.includes(fn)) { applySettings(fn, props); }',
    },
    'framework-function-hidden': {
      breaks: 'no alarm can be set for one of the functions',
      from: 'this.frameworkFunctions = frameworkFunctions;',
      to: 'this.frameworkFunctions = frameworkFunctions.slice(1);',
    },
    'log-key-not-permitted': {
      breaks: 'CloudWatch Logs refuses the log group\'s key',
      from: 'if (logEncryptionKey) { allowLogs(this, logEncryptionKey); }',
      to: '',
      tests: [SIMULATION, PROVIDER_SETTINGS],
    },
    'log-group-plain': {
      breaks: 'the log group is not encrypted with the user\'s key',
      from: 'encryptionKey: logEncryptionKey,',
      to: '',
    },
    'log-key-ignored': {
      breaks: 'logEncryptionKey is ignored beside logGroup',
      from: 'const ofNewLogGroup = ([\'logRetention\', \'logEncryptionKey\'] as const)',
      to: 'const ofNewLogGroup = ([\'logRetention\'] as const)',
    },
    'environment-key-unchecked': {
      breaks: 'an alias as key of the environment fails the deployment',
      from: 'for (const name of [\'environmentEncryption\', \'logEncryptionKey\', \'stateMachineEncryptionKey\'] as const) {',
      to: 'for (const name of [\'logEncryptionKey\', \'stateMachineEncryptionKey\'] as const) {',
    },
    'log-key-unchecked': {
      breaks: 'a log group\'s key of another Region fails the deployment',
      from: 'for (const name of [\'environmentEncryption\', \'logEncryptionKey\', \'stateMachineEncryptionKey\'] as const) {',
      to: 'for (const name of [\'environmentEncryption\', \'stateMachineEncryptionKey\'] as const) {',
    },
    'machine-key-unchecked': {
      breaks: 'an alias as key of the state machine fails the deployment',
      from: 'for (const name of [\'environmentEncryption\', \'logEncryptionKey\', \'stateMachineEncryptionKey\'] as const) {',
      to: 'for (const name of [\'environmentEncryption\', \'logEncryptionKey\'] as const) {',
    },
    'framework-role-unchecked': {
      breaks: 'a role of another account fails the deployment',
      from: 'for (const name of [\'role\', \'frameworkRole\'] as const) {',
      to: 'for (const name of [\'role\'] as const) {',
    },
    'log-destination-unchecked': {
      breaks: 'logs without a destination fail the deployment',
      from: 'stateMachineLogs && !stateMachineLogs.destination ?',
      to: 'stateMachineLogs && false ?',
    },
    'machine-not-logged': {
      breaks: 'the state machine writes no log',
      from: 'waiterStateMachineLogOptions: props.stateMachineLogs,',
      to: '',
    },
    'machine-not-traced': {
      breaks: 'the state machine is not traced',
      from: 'if (props.tracing) { traceStateMachine(machine); }',
      to: '',
    },
    'jobs-before-machine-key': {
      breaks: 'the state machine may not use its key yet',
      from: 'if (props.stateMachineEncryptionKey) { this.inPlace.add(encryptStateMachine(this, machine, props.stateMachineEncryptionKey)); }',
      to: 'if (props.stateMachineEncryptionKey) { encryptStateMachine(this, machine, props.stateMachineEncryptionKey); }',
    },
    'jobs-before-framework-calls': {
      breaks: 'the framework with a role of the user may not call our functions yet',
      from: 'if (calls) { this.inPlace.add(calls); }',
      to: '',
    },
    'handlers-before-permissions': {
      breaks: 'Lambda refuses our functions, whose role lacks permissions for the VPC',
      from: 'fn.node.addDependency(this.permissions.beforeFunctions);',
      to: '',
    },
    'framework-before-permissions': {
      breaks: 'Lambda refuses the framework\'s functions, whose role lacks permissions for the VPC',
      from: 'for (const fn of frameworkFunctions) { fn.node.addDependency(framework.beforeFunctions); }',
      to: '',
    },
  }),
  ...breakagesOf('src/private/provider/network.ts', [PROVIDER_SETTINGS], {
    'subnets-ignored': {
      breaks: 'the functions are in other subnets than the user chose',
      from: 'const network = { vpc, vpcSubnets,',
      to: 'const network = { vpc, vpcSubnets: undefined,',
    },
    'security-groups-ignored': {
      breaks: 'the functions are in a new security group, not in that of the user',
      from: 'securityGroups: securityGroups ?? [newSecurityGroup',
      to: 'securityGroups: [newSecurityGroup',
    },
    'no-security-group': {
      breaks: 'an empty list of security groups fails the deployment',
      from: 'return securityGroups?.length === 0\n',
      to: 'return !vpc\n',
    },
    'endpoint-not-asked-for': {
      breaks: 'no warning says that the answer to CloudFormation needs an endpoint',
      from: '\'states\', \'s3\'];',
      to: '\'states\'];',
    },
    'endpoints-of-any-vpc': {
      breaks: 'endpoints of another VPC silence the warning',
      from: 'endpoints.filter(endpoint => endpoint.vpcId === vpcId)',
      to: 'endpoints.filter(endpoint => endpoint.vpcId !== vpcId || true)',
    },
    'always-isolated': {
      breaks: 'a warning about subnets that have a route to the internet',
      from: '.subnetIds.some(id => isolated.includes(id))',
      to: '.subnetIds.some(id => isolated.includes(id) || true)',
    },
    'endpoints-not-found': {
      breaks: 'a warning about endpoints that are there',
      from: '.includes(`.${service}"`)',
      to: '.includes(`.${service}.`)',
    },
  }),
  ...breakagesOf('src/private/provider/function-settings.ts', [SIMULATION], {
    'no-log-stream': {
      breaks: 'the handler cannot log',
      from: '\'logs:CreateLogStream\', ',
      to: '',
    },
    'no-log-events': {
      breaks: 'the handler cannot log',
      from: ', \'logs:PutLogEvents\'',
      to: '',
    },
    'any-log-group': {
      breaks: 'the handler may write to every log group',
      from: 'actions: [\'logs:CreateLogStream\', \'logs:PutLogEvents\'], resources: [logGroup.logGroupArn]',
      to: 'actions: [\'logs:CreateLogStream\', \'logs:PutLogEvents\'], resources: [\'*\']',
    },
    'architecture-ignored': {
      breaks: 'the functions run on the other architecture',
      from: 'if (architecture !== undefined) { resource.architectures = [architecture.name]; }',
      to: '',
      tests: [PROVIDER_SETTINGS],
    },
    'memory-ignored': {
      breaks: 'the functions have another size',
      from: 'if (memorySize !== undefined) { resource.memorySize = memorySize; }',
      to: '',
      tests: [PROVIDER_SETTINGS],
    },
    'functions-not-traced': {
      breaks: 'the functions are not traced',
      from: 'if (tracing) { resource.tracingConfig = { mode: lambda.Tracing.ACTIVE }; }',
      to: '',
      tests: [PROVIDER_SETTINGS],
    },
    'queue-ignored': {
      breaks: 'lost requests go nowhere',
      from: 'if (deadLetterQueue !== undefined) { resource.deadLetterConfig = { targetArn: deadLetterQueue.queueArn }; }',
      to: '',
      tests: [PROVIDER_SETTINGS],
    },
    'network-for-the-code': {
      breaks: 'the functions\' code may manage network interfaces',
      from: 'effect: iam.Effect.DENY,\n      actions: [...CREATE_NETWORK, ...MANAGE_NETWORK].sort(),',
      to: 'actions: [...CREATE_NETWORK, ...MANAGE_NETWORK].sort(),',
    },
    'network-denied-to-lambda': {
      breaks: 'Lambda itself may not manage network interfaces',
      from: 'conditions: { Null: { \'lambda:SourceFunctionArn\': \'false\' } },',
      to: '',
    },
    'network-everywhere': {
      breaks: 'the roles may create network interfaces everywhere',
      from: 'resources: [arn(\'network-interface\'), arn(\'security-group\', \'*\'), arn(\'subnet\', \'*\')]',
      to: 'resources: [\'*\']',
      tests: [SIMULATION, ORGANIZATION],
    },
  }),
  ...breakagesOf('src/private/dead-letter-queue.ts', [SIMULATION], {
    'queue-key-not-permitted': {
      breaks: 'nothing can be sent to an encrypted queue',
      from: 'actions: USE_KEY, resources: [encryptionMasterKey.keyArn]',
      to: 'actions: SEND, resources: [queueArn]',
    },
  }),
  ...breakagesOf('src/private/provider/log-encryption.ts', [SIMULATION], {
    'log-key-for-all': {
      breaks: 'CloudWatch Logs may use the key for log groups of other accounts',
      from: 'conditions: { ArnLike: { \'kms:EncryptionContext:aws:logs:arn\': logGroups } },',
      to: '',
      tests: [SIMULATION, PROVIDER_SETTINGS],
    },
    'log-key-wildcards': {
      breaks: 'a policy does not name its actions',
      from: '\'kms:ReEncryptFrom\', \'kms:ReEncryptTo\'];',
      to: '\'kms:ReEncrypt*\'];',
      tests: [ORGANIZATION],
    },
    'log-key-for-everybody': {
      breaks: 'everybody may use the key',
      from: 'principals: [new iam.ServicePrincipal(`logs.${stack.region}.${region_info.RegionInfo.get(stack.region).domainSuffix ?? stack.urlSuffix}`)],',
      to: 'principals: [new iam.StarPrincipal()],',
      tests: [ORGANIZATION],
    },
  }),
  ...breakagesOf('src/private/state-machine-settings.ts', [SIMULATION], {
    'machine-plain': {
      breaks: 'the state machine is not encrypted with the user\'s key',
      from: 'resource.encryptionConfiguration = { type: \'CUSTOMER_MANAGED_KMS_KEY\', kmsKeyId: key.keyArn };',
      to: '',
      tests: [PROVIDER_SETTINGS, WORKFLOW],
    },
    'map-runs-without-key': {
      breaks: 'the executions of a Map Run may not use the key',
      from: '[resource.ref, `${resource.ref}/*`]',
      to: '[resource.ref]',
      tests: [WORKFLOW],
    },
    'log-delivery-without-key': {
      breaks: 'no logs of the encrypted state machine are delivered',
      from: 'actions: [\'kms:Decrypt\'], principals: [new iam.ServicePrincipal(\'delivery.logs.amazonaws.com\')]',
      to: 'actions: [\'kms:Encrypt\'], principals: [new iam.ServicePrincipal(\'delivery.logs.amazonaws.com\')]',
      tests: [SIMULATION, PROVIDER_SETTINGS],
    },
    'log-delivery-anywhere': {
      breaks: 'the role may use the key for logs of other accounts',
      from: 'StringEquals: { \'kms:EncryptionContext:SourceArn\': Stack.of(scope).formatArn({ service: \'logs\', resource: \'*\' }) },',
      to: 'Null: { \'kms:EncryptionContext:SourceArn\': \'false\' },',
    },
    'sampling-not-permitted': {
      breaks: 'Step Functions refuses to trace',
      from: '\'xray:GetSamplingRules\', ',
      to: '',
    },
  }),
  ...breakagesOf('src/private/policies/attached-policy.ts', [PROVIDER_SETTINGS], {
    'own-roles-without-policies': {
      breaks: 'a role of the user gets no policy, although it can be changed',
      from: 'this.isAttachedToRole = true;',
      to: '',
    },
    'policy-names-of-all-stacks': {
      breaks: 'stacks that share a role replace and delete the policies of each other',
      from: 'outermost(Stack.of(scope)).stackName, scope.node.path, id',
      to: 'id',
      tests: [OTHER_STACKS, ELSEWHERE],
    },
    'policy-names-of-all-deployments': {
      breaks: 'two deployments of one stack that share a role replace and delete the policies of each other',
      from: 'outermost(Stack.of(scope)).stackName, scope.node.path, id',
      to: 'scope.node.path, id',
      tests: [ELSEWHERE],
    },
  }),
  ...breakagesOf('src/private/policies/policy-additions.ts', [ELSEWHERE], {
    'policy-of-imported-role': {
      breaks: 'stacks that import the same service role replace and delete the policies of each other',
      from: 'iam.Role.isRole(role) ? undefined : this.ownPolicy(role)',
      to: 'undefined as iam.Policy | undefined',
    },
  }),
  ...breakagesOf('src/private/description.ts', [DESTINATION], {
    'any-description': {
      breaks: 'IAM refuses the role of a construct with a dash or a name in Japanese', from: '.replace(/[^\\x20-\\x7E\\xA1-\\xFF]/gu, \'?\')', to: '',
    },
  }),
  ...breakagesOf('src/private/policies/own-role.ts', [PROVIDER_SETTINGS], {
    'statements-printed-again': {
      breaks: 'the CDK\'s report of roles says the same for each job',
      from: 'if (this.printed.has(json)) { continue; }',
      to: '',
      tests: [ORGANIZATION],
    },
    'statements-not-printed': {
      breaks: 'no warning says what a role needs whose policies cannot be changed',
      from: 'if (policy === undefined) { this.print(statements); }',
      to: '',
      tests: [SIMULATION, PROVIDER_SETTINGS],
    },
  }),
  ...breakagesOf('src/private/policies/framework-permissions.ts', [SIMULATION, PROVIDER_SETTINGS], {
    'functions-cannot-log': {
      breaks: 'the functions of the framework cannot log',
      from: 'this.props.logGroup.grantWrite(role);',
      to: '',
    },
    'framework-role-without-settings': {
      breaks: 'the framework\'s role lacks permissions for traces and the queue',
      from: '[logStatement(logGroup), ...statements()]',
      to: '[logStatement(logGroup)]',
    },
    'framework-role-may-not-start': {
      breaks: 'the framework with a role of the user may not start its state machine',
      from: 'new iam.PolicyStatement({ actions: [\'states:StartExecution\'], resources: [waiterArn] }),',
      to: '',
    },
  }),
  ...breakagesOf('src/private/policies/handler-permissions.ts', [SIMULATION], {
    'job-statements-not-printed': {
      breaks: 'no warning says what a job needs of a role that cannot be changed',
      from: '...grants.map(({ statement, resource }) => new iam',
      to: '...grants.slice(3).map(({ statement, resource }) => new iam',
    },
    'customized-handlers-not-reported': {
      breaks: 'the CDK\'s report lacks what the functions\' role needs',
      from: 'this.frozen.print(ofRole());',
      to: '',
      tests: [ORGANIZATION],
    },
  }),
  ...breakagesOf('src/private/personalize-access.ts', [ORGANIZATION], {
    'customized-role-gets-policy': {
      breaks: 'a role of another stack that exists already gets a policy',
      from: 'attachedPolicy(scope, \'RolePolicy\', role, statements)',
      to: 'new iam.Policy(scope, \'RolePolicy\', { roles: [role], statements })',
    },
  }),
  ...breakagesOf('src/private/workflow/dataset-map.ts', [ORGANIZATION], {
    'map-runs-not-reported': {
      breaks: 'the CDK\'s report lacks what Map Runs need',
      from: 'stateMachine.role.attachInlinePolicy(stateMachine.node.findChild(\'DistributedMapPolicy\') as iam.Policy);',
      to: '',
    },
  }),
  ...breakagesOf('src/dataset-export-workflow.ts', [WORKFLOW], {
    'workflow-not-traced': {
      breaks: 'the workflow\'s state machine is not traced',
      from: 'tracingEnabled: props.tracing || undefined,',
      to: '',
    },
    'runs-before-key': {
      breaks: 'a schedule starts a run that may not use the key yet',
      from: 'this._beforeRuns.add(encryptStateMachine(this, machine, encryptionKey));',
      to: 'encryptStateMachine(this, machine, encryptionKey);',
    },
    'workflow-key-unchecked': {
      breaks: 'an alias as key of the workflow fails the deployment',
      from: 'rejectIf(serviceKeyProblem(props.encryptionKey, \'encryptionKey\', Stack.of(this)), literal`InvalidEncryptionKey`, this);',
      to: '',
    },
  }),
];
