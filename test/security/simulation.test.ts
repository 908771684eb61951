import { forbiddenCalls } from './forbidden-calls';
import { RECORDED, firstWith, neededCalls, needs } from '../../tools/permissions/minimality';
import { ResolvedStack } from '../../tools/permissions/resolved-stack';
import { SCENARIOS } from '../../tools/permissions/scenarios';
import { describeVariant, variantsOf } from '../../tools/permissions/variants';

/** Exactly what the policies allow and no recorded call needs: the test fails for anything more or less. SECURITY.md gives the reasons. */
const NOT_OURS = [
  // The CDK's key policy for new keys: the account's IAM policies decide who may use and manage the key.
  /^key policy of \w+: the statement for kms:\*$/,
  // The Provider framework grants with grantInvoke(), which includes versions and aliases, and grants each of its functions
  // what any of them needs: to invoke both handlers, and to check whether a function is being updated.
  /^role policy of ProviderFramework(OnEvent|Complete)Role: .*function:<Provider(OnEvent|IsComplete)>:\* for lambda:InvokeFunction$/,
  /^role policy of ProviderFramework(OnEvent|Complete)Role: the statement for lambda:GetFunction$/,
  /^role policy of ProviderFramework(OnEvent|Complete)Role: the statement for lambda:InvokeFunction$/,
  /^role policy of ProviderFrameworkOnEventRole: .*function:<ProviderIsComplete> for lambda:InvokeFunction$/,
  /^role policy of ProviderFrameworkCompleteRole: .*function:<ProviderOnEvent> for lambda:InvokeFunction$/,
  // A role of the user's gets from us what the framework would have granted.
  /^role policy of OwnFrameworkRole: lambda:GetFunction$/,
  // Its state machine never gives up: the handler's time limit comes first.
  /^role policy of ProviderwaiterstatemachineRole: .*function:<ProviderframeworkisComplete>:\* for lambda:InvokeFunction$/,
  /^role policy of ProviderwaiterstatemachineRole: the statement for lambda:InvokeFunction$/,
  /^role policy of ProviderwaiterstatemachineRole: .*function:<ProviderframeworkonTimeout>(:\*)? for lambda:InvokeFunction$/,
];

const stacks = [...Object.keys(SCENARIOS).map(name => ResolvedStack.ofScenario(name)), ResolvedStack.ofPrintedStatements()];

test('all scenarios are recorded', () => {
  expect(Object.keys(RECORDED)).toEqual(Object.keys(SCENARIOS));
});

describe.each(stacks.map((stack, index) => [Object.keys(SCENARIOS)[index] ?? 'statements added by hand', stack] as const))('%s', (_, stack) => {
  const forbidden = forbiddenCalls(stack);

  test('every call of a deployment is allowed', async () => {
    const iam = stack.iam();
    expect(RECORDED[stack.name].length).toBeGreaterThanOrEqual(20);
    for (const call of neededCalls(stack)) { expect([call, await iam.allows(call)]).toEqual([call, true]); }
  });

  test('what a deployment does not need is refused', async () => {
    const iam = stack.iam();
    expect(forbidden.length).toBeGreaterThanOrEqual(100);
    for (const call of forbidden) { expect([call, await iam.allows(call)]).toEqual([call, false]); }
  });

  test('without any one condition or denial, something is allowed that should not be', async () => {
    const guards = variantsOf(stack).filter(({ without, statement }) => without.part === 'condition' || (without.part === 'statement' && statement.Effect === 'Deny'));
    expect(guards.length).toBeGreaterThanOrEqual(4);
    for (const variant of guards) {
      // without its condition, a denial denies everything
      const deniesAll = variant.statement.Effect === 'Deny' && variant.without.part === 'condition';
      const found = await (deniesAll ? firstWith(stack, variant, neededCalls(stack), false) : firstWith(stack, variant, forbidden, true));
      expect([describeVariant(stack, variant), found]).toEqual([describeVariant(stack, variant), expect.anything()]);
    }
  });
});

test('without any one statement, action, resource or principal of ours, a call of a deployment is refused', async () => {
  const unneeded = (await Promise.all(stacks.map(async stack => (
    (await needs(stack)).filter(({ refused }) => !refused).map(({ variant }) => `${stack.name}: ${describeVariant(stack, variant)}`))))).flat();
  const isOf = (text: string, pattern: RegExp) => pattern.test(text.slice(text.indexOf(': ') + 2));
  expect(unneeded.filter(text => !NOT_OURS.some(pattern => isOf(text, pattern)))).toEqual([]);
  expect(NOT_OURS.filter(pattern => !unneeded.some(text => isOf(text, pattern)))).toEqual([]);
});
