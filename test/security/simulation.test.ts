import { NOT_OURS } from './accepted';
import { forbiddenCalls } from './forbidden-calls';
import { RECORDED, firstWith, neededCalls, needs } from '../../tools/permissions/minimality';
import { ResolvedStack } from '../../tools/permissions/resolved-stack';
import { SCENARIOS } from '../../tools/permissions/scenarios';
import { describeVariant, variantsOf } from '../../tools/permissions/variants';

const stacks = Object.keys(SCENARIOS).map(name => ResolvedStack.ofScenario(name));

test('all scenarios have been recorded', () => {
  expect(Object.keys(RECORDED)).toEqual(Object.keys(SCENARIOS));
});

describe.each(stacks.map(stack => [stack.name, stack] as const))('%s', (_, stack) => {
  const forbidden = forbiddenCalls(stack);

  test('every call of a deployment is allowed', async () => {
    const iam = stack.iam();
    expect(RECORDED[stack.name].length).toBeGreaterThanOrEqual(20);
    for (const call of neededCalls(stack)) {
      expect([call, await iam.allows(call)]).toEqual([call, true]);
    }
  });

  test('what a deployment has no need of is refused', async () => {
    const iam = stack.iam();
    expect(forbidden.size).toBeGreaterThanOrEqual(100);
    for (const [what, call] of forbidden) {
      expect([what, await iam.allows(call)]).toEqual([what, false]);
    }
  });

  test('without any one statement, action, resource or principal of ours, a call of a deployment is refused', async () => {
    const unneeded = (await needs(stack)).filter(({ refused }) => !refused).map(({ variant }) => describeVariant(stack, variant));
    expect(unneeded.filter(text => !NOT_OURS.some(([pattern]) => pattern.test(text)))).toEqual([]);
  });

  test('without any one condition or denial, something is allowed that should not be', async () => {
    const guards = variantsOf(stack).filter(({ without, statement }) => without.part === 'condition' || (without.part === 'statement' && statement.Effect === 'Deny'));
    expect(guards.length).toBeGreaterThanOrEqual(4);
    for (const variant of guards) {
      // without its condition, a denial denies everything
      const found = variant.statement.Effect === 'Deny' && variant.without.part === 'condition'
        ? await firstWith(stack, variant, neededCalls(stack), false)
        : await firstWith(stack, variant, [...forbidden.values()], true);
      expect([describeVariant(stack, variant), found]).toEqual([describeVariant(stack, variant), expect.anything()]);
    }
  });
});

test('what is accepted as not needed is still there', async () => {
  const unneeded: string[] = [];
  for (const stack of stacks) {
    unneeded.push(...(await needs(stack)).filter(({ refused }) => !refused).map(({ variant }) => describeVariant(stack, variant)));
  }
  expect(NOT_OURS.filter(([pattern]) => !unneeded.some(text => pattern.test(text)))).toEqual([]);
});
