import { RECORDED, firstWith, neededCalls } from './minimality';
import { ACCOUNT, type PolicyLocation, REGION, ResolvedStack, type Statement } from './resolved-stack';
import { type Variant, readable, shortId, variantsOf } from './variants';

/** Why an action is in a policy: the first entry that matches. */
const REASONS: readonly (readonly [policy: RegExp, action: RegExp, why: string])[] = [
  [/^trust policy of ExportsRole$/, /^sts:AssumeRole$/, 'Personalize assumes this role to write; the conditions prevent it from doing so on behalf of another account or Region (confused deputy)'],
  [/^trust policy of Provider(Handler|Framework)/, /^sts:AssumeRole$/, 'Lambda runs the functions with this role'],
  [/^trust policy of Provider(waiter|Observer)/, /^sts:AssumeRole$/, 'Step Functions runs the state machine with this role'],
  [/^role policy of ExportsRole$/, /^s3:ListBucket$/, 'documented: Personalize needs it on the bucket, with the role and in its own name'],
  [/^role policy of ExportsRole$/, /^s3:PutObject$/, 'Personalize writes the records, below the prefix'],
  [/^bucket policy/, /^s3:\*$/, 'denies all requests without TLS (enforceSSL of the bucket)'],
  [/^bucket policy/, /^s3:ListBucket$/, 'documented: also in its own name; exports fail without the bucket policy'],
  [/^bucket policy/, /^s3:PutObject$/, 'documented: also in its own name, below the prefix'],
  [/^key policy/, /^kms:\*$/, 'the CDK\'s key policy: lets IAM policies of the account grant the use of the key, and lets administrators manage it'],
  [/^(role|key) policy/, /^kms:GenerateDataKeyWithoutPlaintext$/, 'documented: exports need it in both policies when the dataset group has its own key'],
  [/^key policy/, /^kms:CreateGrant$/, 'documented: needed in key policies only'],
  [/^(role|key) policy/, /^kms:(Decrypt|DescribeKey|GenerateDataKey|ListGrants)$/, 'documented: exports need it in both policies, on every key involved'],
  [/^role policy of Provider\w+$/, /^logs:/, 'writes the functions\' logs'],
  [/^role policy of ProviderHandlerRole$/, /^cloudformation:DescribeStacks$/, 'checks whether the stack is rolling back before an update exports'],
  [/^role policy of ProviderHandlerRole$/, /^cloudformation:DescribeStackEvents$/, 'finds the previous job in a rollback, and shows whether an update is a rollback'],
  [/^role policy of ProviderHandlerRole$/, /^personalize:CreateDatasetExportJob$/, 'starts the export; IAM checks the dataset and the job'],
  [/^role policy of ProviderHandlerRole$/, /^personalize:DescribeDatasetExportJob$/, 'waits for the export'],
  [/^role policy of ProviderHandlerRole$/, /^personalize:TagResource$/, 'tags the job; only if a job has tags'],
  [/^role policy of ProviderHandlerRole$/, /^iam:PassRole$/, 'passes the role to write with, to Personalize only'],
  [/^role policy of ProviderHandlerRole$/, /^s3:ListBucket$/, 'looks at how many objects the jobs have written, and how large they are'],
  [/^role policy of ProviderHandlerRole$/, /^states:StartExecution$/, 'starts the state machine that waits for the job and puts its event; only with events'],
  [/^role policy of ProviderObserver/, /^personalize:DescribeDatasetExportJob$/, 'waits for the job, whoever else does'],
  [/^role policy of ProviderObserver/, /^events:PutEvents$/, 'puts the event of a job that has ended'],
  [/^role policy of ProviderFramework/, /^states:StartExecution$/, 'Provider framework: starts the state machine that waits'],
  [/^role policy of Provider(Framework|waiter)/, /^lambda:InvokeFunction$/, 'Provider framework: its functions call the handlers, and its state machine calls its functions'],
  [/^role policy of ProviderFramework/, /^lambda:GetFunction$/, 'Provider framework: after a failed call, checks whether the function is being updated'],
];

export interface Row {
  readonly policy: string;
  readonly action: string;
  readonly resources: string;
  readonly conditions: string;
  readonly why?: string;
  readonly neededBy: string;
}

/** A row for each action of each statement in the scenario that has everything. */
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

/** Reasons that no row uses. */
export function unusedReasons(rows: readonly Row[]): string[] {
  return REASONS.map(([, , why]) => why).filter(why => !rows.some(row => row.why === why));
}

/** The tables of docs/permissions.md, one for each policy. */
export async function permissionsMarkdown(): Promise<string> {
  const rows = await permissionRows();
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('&lt;br>', '<br>').replaceAll('*', '\\*');
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const header = ['Action', 'On', 'Condition', 'Why', 'Call that needs it'];
  return [...new Set(rows.map(({ policy }) => policy))].map(policy => [
    `## ${policy[0].toUpperCase()}${policy.slice(1)}\n`, line(header), `|${header.map(() => '---').join('|')}|`,
    ...rows.filter(row => row.policy === policy).map(row => line([row.action, row.resources, row.conditions, row.why ?? '', row.neededBy].map(cell))),
  ].join('\n')).join('\n\n');
}

async function neededBy(stack: ResolvedStack, variant: Variant, action: string): Promise<string> {
  if (variant.statement.Effect === 'Deny') { return 'every call without TLS (must be refused)'; }
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
