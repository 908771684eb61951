import { RECORDED, firstWith, neededCalls } from './minimality';
import { ACCOUNT, type PolicyLocation, REGION, ResolvedStack, type Statement } from './resolved-stack';
import { type Variant, readable, shortId, variantsOf } from './variants';

/** Why something is in a policy. The first that fits counts. */
const REASONS: readonly (readonly [policy: RegExp, action: RegExp, why: string])[] = [
  [/^trust policy of ExportsRole$/, /^sts:AssumeRole$/, 'Personalize writes as this role; the conditions keep it from doing so on behalf of another account or Region (confused deputy)'],
  [/^trust policy of Provider(Handler|Framework)/, /^sts:AssumeRole$/, 'Lambda runs the functions as this role'],
  [/^trust policy of Providerwaiter/, /^sts:AssumeRole$/, 'Step Functions runs the state machine as this role'],
  [/^role policy of ExportsRole$/, /^s3:ListBucket$/, 'documented: Personalize needs it on the bucket, as the role and in its own name'],
  [/^role policy of ExportsRole$/, /^s3:PutObject$/, 'Personalize writes the records, below the prefix'],
  [/^bucket policy/, /^s3:\*$/, 'refuses everything that is not TLS (enforceSSL of the bucket)'],
  [/^bucket policy/, /^s3:ListBucket$/, 'documented: in its own name too; exports fail without the bucket policy'],
  [/^bucket policy/, /^s3:PutObject$/, 'documented: in its own name too; below the prefix'],
  [/^key policy/, /^kms:\*$/, 'the CDK\'s key policy: lets IAM policies of the account grant the use of the key, and administrators manage it'],
  [/^(role|key) policy/, /^kms:GenerateDataKeyWithoutPlaintext$/, 'documented: needed when the dataset group has a key of its own; exports need both policies'],
  [/^key policy/, /^kms:CreateGrant$/, 'documented: needed in key policies only'],
  [/^(role|key) policy/, /^kms:(Decrypt|DescribeKey|GenerateDataKey|ListGrants)$/, 'documented: needed in both policies, on every key that takes part'],
  [/^role policy of Provider\w+$/, /^logs:/, 'the functions\' log'],
  [/^role policy of ProviderHandlerRole$/, /^cloudformation:DescribeStacks$/, 'an update asks whether the stack is rolling back before it exports'],
  [/^role policy of ProviderHandlerRole$/, /^cloudformation:DescribeStackEvents$/, 'tells a rollback which job was there before, and an update whether it is one'],
  [/^role policy of ProviderHandlerRole$/, /^personalize:CreateDatasetExportJob$/, 'starts the export; IAM asks for the dataset and for the job'],
  [/^role policy of ProviderHandlerRole$/, /^personalize:DescribeDatasetExportJob$/, 'waits for the export'],
  [/^role policy of ProviderHandlerRole$/, /^personalize:TagResource$/, 'tags the job; only there when a job has tags'],
  [/^role policy of ProviderHandlerRole$/, /^iam:PassRole$/, 'tells Personalize as whom to write; to Personalize only'],
  [/^role policy of ProviderFramework/, /^states:StartExecution$/, 'Provider framework: starts the state machine that waits'],
  [/^role policy of Provider(Framework|waiter)/, /^lambda:InvokeFunction$/, 'Provider framework: its functions call ours, and its state machine calls its functions'],
  [/^role policy of ProviderFramework/, /^lambda:GetFunction$/, 'Provider framework: finds out whether a function is being updated when a call of it failed'],
];

export interface Row {
  readonly policy: string;
  readonly action: string;
  readonly resources: string;
  readonly conditions: string;
  readonly why?: string;
  readonly neededBy: string;
}

/** A row for each action of each statement of the stack that has everything. */
export async function permissionRows(): Promise<Row[]> {
  const stack = ResolvedStack.ofScenario('Everything');
  const rows: Row[] = [];
  for (const policy of sorted(stack.policies)) {
    for (const statement of policy.statements) {
      const actions = [statement.Action].flat();
      for (const action of actions) {
        const variant = variantsOf(stack).find(({ statement: other, without }) => other === statement
          && (actions.length === 1 ? without.part === 'statement' : without.part === 'action' && without.value === action))!;
        const name = nameOf(policy);
        rows.push({
          policy: name,
          action,
          resources: policy.kind === 'trust policy' ? '' : [statement.Resource ?? ''].flat().map(resource => shown(stack, resource)).join('<br>'),
          conditions: conditionsOf(stack, statement),
          why: REASONS.find(([policies, pattern]) => policies.test(name) && pattern.test(action))?.[2],
          neededBy: await neededBy(stack, variant, action),
        });
      }
    }
  }
  return rows;
}

/** Reasons that no row has. */
export function unusedReasons(rows: readonly Row[]): string[] {
  return REASONS.map(([, , why]) => why).filter(why => !rows.some(row => row.why === why));
}

export async function permissionsMarkdown(): Promise<string> {
  const rows = await permissionRows();
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('&lt;br>', '<br>').replaceAll('*', '\\*');
  const table = (header: string[], lines: string[][]) => [`| ${header.join(' | ')} |`, `|${header.map(() => '---').join('|')}|`, ...lines.map(line => `| ${line.map(cell).join(' | ')} |`)].join('\n');
  return `# Permissions

<!-- Printed by: npx tsx tools/permissions/print-permissions.ts. A test keeps it true. -->

Every action in every policy of a stack with all that makes policies longer: a prefix, tags, a dataset group with a key of
its own. A stack without one of these has less.

The last column is a call that is refused when the action is taken out of the statement. The calls were recorded in deployments
by the CDK CLI to a simulation of AWS on one machine, and IAM's answers come from
[@cloud-copilot/iam-simulate](https://www.npmjs.com/package/@cloud-copilot/iam-simulate). Calls marked *documented* are not made
by the simulation of AWS: they are known from AWS's documentation alone. Where there is *none*, the statement is not ours:
[SECURITY.md](../SECURITY.md) says where it comes from.

\`<Exports...>\` belongs to the \`ExportDestination\`, \`<Provider...>\` to the \`DatasetExportProvider\`; \`<GroupKey>\` is the user's.

${[...new Set(rows.map(({ policy }) => policy))].map(policy => `## ${capital(policy)}\n\n${table(
  ['Action', 'On', 'Condition', 'Why', 'Call that needs it'],
  rows.filter(row => row.policy === policy).map(row => [row.action, row.resources, row.conditions, row.why ?? '', row.neededBy]),
)}\n`).join('\n')}
${MANY_JOBS}`;
}

/** test/src/iam-quotas.test.ts shows all of it. */
const MANY_JOBS = `## Stacks with hundreds of jobs

IAM lets a role have [10,240 characters of policies in itself, and ten managed policies of 6,144](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
The functions' role names each dataset, and each \`jobName\` that is yours; generated names need one pattern for all of them. Where that is
longer than IAM allows, all of it is made shorter, by the first of these that is enough:

1. The Region becomes a condition: \`arn:*:personalize:*:*:dataset/<group>/ITEMS\` if \`aws:RequestedRegion\` is that of the stack, and
   \`IN*\` for \`INTERACTIONS\`. This allows the same as before: an account's policies cannot allow anything in another account.
2. Job names end early: \`<the first characters>*\`, as many characters as there is room for, and at least 8. The functions may then also
   start, look at, and tag if a job of that pattern has tags, jobs whose names begin like that; still of the stack's datasets and as its
   roles alone.
3. Datasets of a group of which the stack exports several become \`dataset/<group>/*\`. Job names end early only if they have to even so, and
   then after one character if need be.

Roles are always named as they are. If all of that is not enough, synthesis fails: define another \`DatasetExportProvider\` in the stack, and
pass it to some of the jobs.

For example, in a known Region and with datasets whose ARNs have 95 characters: 470 jobs with generated names, or 300 with names of 45
characters, are named as they are. 340 with such names need the first step, and 460 the second, which leaves 20 characters or more of each name.

The role of a \`DatasetExportWorkflow\` names 20 datasets and dataset groups itself, and all others in managed policies, to which the first and
the third step apply. If that is not enough, synthesis fails: leave some to a second workflow.
`;

async function neededBy(stack: ResolvedStack, variant: Variant, action: string): Promise<string> {
  if (variant.statement.Effect === 'Deny') { return 'every call that is not TLS (must be refused)'; }
  const call = await firstWith(stack, variant, neededCalls(stack).filter(needed => needed.action === action), false);
  if (!call) { return 'none'; }
  const who = stack.concrete(call.who).replace(/^role /, '');
  const documented = RECORDED[stack.name].includes(call) ? '' : 'documented: ';
  const alone = call.by ? `, by ${call.by}` : '';
  return `${documented}${shown(stack, who).replace(/^service /, '')}: ${action} on ${shown(stack, stack.concrete(call.resource))}${alone}`;
}

function sorted(policies: readonly PolicyLocation[]): PolicyLocation[] {
  const rank = (policy: PolicyLocation) => [
    /trust policy of Exports/, /role policy of Exports/, /bucket policy/, /key policy/, /ProviderHandler/, /./,
  ].findIndex(pattern => pattern.test(nameOf(policy)));
  return [...policies].sort((a, b) => rank(a) - rank(b));
}

function nameOf({ kind, subjects }: PolicyLocation): string {
  return `${kind} of ${subjects.map(shortId).join()}`;
}

function shown(stack: ResolvedStack, text: string): string {
  return readable(stack, text).replaceAll(ACCOUNT, '<account>').replaceAll(REGION, '<region>').replace(/arn:aws:[\w-]+:[^:]*:[^:]*:(role\/|function:|key\/|log-group:)?(?=<)/, '')
    .replace(/arn:aws:personalize:<region>:<account>:(?=dataset)/, '')
    .replaceAll('0123456789abcdef', '<request>');
}

function conditionsOf(stack: ResolvedStack, { Condition = {} }: Statement): string {
  return Object.entries(Condition as Record<string, Record<string, string>>)
    .flatMap(([operator, keys]) => Object.entries(keys).map(([key, value]) => `${key} ${operator} ${shown(stack, value)}`)).join('<br>');
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
