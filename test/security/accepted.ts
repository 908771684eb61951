/**
 * What the policies hold and no recorded call needs, in patterns of `describeVariant`: an exact list, in which nothing may be
 * missing and nothing may be too much. None of it is ours. SECURITY.md tells the reasons to users.
 */
export const NOT_OURS: readonly (readonly [RegExp, string])[] = [
  // The CDK's key policy for new keys: the account's administrators, and whoever they let in, may use and manage the key.
  [/^key policy of \w+: the statement for kms:\*$/, 'kms.Key'],
  // The Provider framework grants with `grantInvoke()`, which includes versions and aliases, and grants each of its functions
  // what any of them needs: invoking both handlers, and finding out whether a function is being updated.
  [/^role policy of ProviderFramework(OnEvent|Complete)Role: .*function:<Provider(OnEvent|IsComplete)>:\* for lambda:InvokeFunction$/, 'Provider framework'],
  [/^role policy of ProviderFramework(OnEvent|Complete)Role: the statement for lambda:GetFunction$/, 'Provider framework'],
  [/^role policy of ProviderFrameworkOnEventRole: the statement for lambda:InvokeFunction$/, 'Provider framework'],
  [/^role policy of ProviderFrameworkOnEventRole: .*function:<ProviderIsComplete> for lambda:InvokeFunction$/, 'Provider framework'],
  [/^role policy of ProviderFrameworkCompleteRole: the statement for lambda:InvokeFunction$/, 'Provider framework'],
  [/^role policy of ProviderFrameworkCompleteRole: .*function:<ProviderOnEvent> for lambda:InvokeFunction$/, 'Provider framework'],
  // Its state machine gives up after CloudFormation does: the handler's own time limit comes first.
  [/^role policy of ProviderwaiterstatemachineRole: .*function:<ProviderframeworkisComplete>:\* for lambda:InvokeFunction$/, 'Provider framework'],
  [/^role policy of ProviderwaiterstatemachineRole: the statement for lambda:InvokeFunction$/, 'Provider framework'],
  [/^role policy of ProviderwaiterstatemachineRole: .*function:<ProviderframeworkonTimeout>(:\*)? for lambda:InvokeFunction$/, 'Provider framework'],
];
