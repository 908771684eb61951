import type { PolicyLocation, ResolvedStack, Statement } from './resolved-stack';

/** A stack's policies without one part. */
export interface Variant {
  readonly policy: PolicyLocation;
  readonly statement: Statement;
  readonly without: { part: 'statement' } | { part: 'action' | 'resource' | 'principal'; value: string } | { part: 'condition'; value: string };
  /** removes the part; returns what restores it */
  apply(): () => void;
}

/** Without each statement, and each action, resource and principal of statements that have several, and each condition. */
export function variantsOf(stack: ResolvedStack): Variant[] {
  return stack.policies.flatMap(policy => policy.statements.flatMap((statement): Variant[] => {
    const changed = (without: Variant['without'], change: (copy: any) => void): Variant => ({
      policy,
      statement,
      without,
      apply: () => {
        const index = policy.statements.indexOf(statement);
        const copy = structuredClone(statement);
        change(copy);
        policy.statements[index] = copy;
        return () => { policy.statements[index] = statement; };
      },
    });
    const several = (values: string | string[] | undefined) => (Array.isArray(values) && values.length > 1 ? values : []);
    return [
      {
        policy,
        statement,
        without: { part: 'statement' },
        apply: () => {
          const index = policy.statements.indexOf(statement);
          policy.statements.splice(index, 1);
          return () => { policy.statements.splice(index, 0, statement); };
        },
      },
      ...several(statement.Action).map(value => changed({ part: 'action', value }, copy => { copy.Action = copy.Action.filter((action: string) => action !== value); })),
      ...several(statement.Resource).map(value => changed({ part: 'resource', value }, copy => { copy.Resource = copy.Resource.filter((resource: string) => resource !== value); })),
      ...several(Object.keys(statement.Principal ?? {})).map(value => changed({ part: 'principal', value }, copy => { delete copy.Principal[value]; })),
      ...Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) => Object.keys(keys).map(key => (
        changed({ part: 'condition', value: key }, copy => {
          delete copy.Condition[operator][key];
          if (Object.keys(copy.Condition[operator]).length === 0) { delete copy.Condition[operator]; }
        })))),
    ];
  }));
}

/** `role policy of HandlerRole: kms:Decrypt`, without hashes. */
export function describeVariant(stack: ResolvedStack, { policy, statement, without }: Variant): string {
  const what = without.part === 'statement' ? 'the statement' : without.part === 'condition' ? `the condition ${without.value}` : readable(stack, without.value);
  return `${policy.kind} of ${policy.subjects.map(shortId).join()}: ${what}${without.part === 'statement' || without.part === 'resource' ? ` for ${[statement.Action].flat().join(', ')}` : ''}`;
}

/** Physical ids as `<logical id>`, without hashes and paths. */
export function readable(stack: ResolvedStack, text: string): string {
  const ids = ['AWS::IAM::Role', 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup', 'AWS::StepFunctions::StateMachine'].flatMap(type => stack.ids(type))
    .map(id => [stack.physicalId(id), `<${shortId(id)}>`] as const).sort(([a], [b]) => b.length - a.length);
  return ids.reduce((result, [physicalId, id]) => result.replaceAll(physicalId, id), text.replaceAll(stack.physicalId('AWS::StackId'), '<the stack>'));
}

export function shortId(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '').replace(/^PersonalizeDatasetExportProvider/, 'Provider');
}
