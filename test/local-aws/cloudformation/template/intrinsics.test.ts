import { resolve } from '../../../../local-aws/cloudformation/template/intrinsics';
import { references } from '../../../../local-aws/cloudformation/template/references';
import type { Scope } from '../../../../local-aws/cloudformation/template/scope';

const scope: Scope = {
  template: { Resources: {}, Mappings: { Map: { a: { b: 'mapped' } } } },
  parameters: new Map<string, string | string[]>([['AWS::Region', 'us-east-1'], ['Name', 'value'], ['List', ['x', 'y']]]),
  conditions: new Map([['Yes', true], ['No', false]]),
  physicalId: logicalId => `${logicalId}-id`,
  attribute: (logicalId, name) => `${logicalId}.${name}`,
  importValue: name => `imported ${name}`,
  stackOutput: ({ stackName, outputName }) => `${outputName} of ${stackName}`,
};

test.each<[string, unknown, unknown]>([
  ['Ref of a parameter', { Ref: 'Name' }, 'value'],
  ['Ref of a resource', { Ref: 'Thing' }, 'Thing-id'],
  ['Fn::GetAtt', { 'Fn::GetAtt': ['Thing', 'Arn'] }, 'Thing.Arn'],
  ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Thing.Some.Attribute' }, 'Thing.Some.Attribute'],
  ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Thing' }, 1]] }, 'a-Thing-id-1'],
  ['Fn::Join of a list parameter', { 'Fn::Join': [',', { Ref: 'List' }] }, 'x,y'],
  ['Fn::Sub', { 'Fn::Sub': '${AWS::Region}/${Thing}/${Thing.Arn}/${!Literal}' }, 'us-east-1/Thing-id/Thing.Arn/${Literal}'],
  ['Fn::Sub with variables', { 'Fn::Sub': ['${Own} ${Name}', { Own: { Ref: 'Thing' } }] }, 'Thing-id value'],
  ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
  ['Fn::If', [{ 'Fn::If': ['Yes', 1, 2] }, { 'Fn::If': ['No', 1, 2] }], [1, 2]],
  ['AWS::NoValue in an object', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
  ['AWS::NoValue in a list', [{ 'Fn::If': ['No', 'x', { Ref: 'AWS::NoValue' }] }, 'y'], ['y']],
  ['Fn::FindInMap', { 'Fn::FindInMap': ['Map', 'a', 'b'] }, 'mapped'],
  ['Fn::ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': 'x-${Name}' } }, 'imported x-value'],
  ['Fn::GetStackOutput', { 'Fn::GetStackOutput': { StackName: { Ref: 'Name' }, OutputName: 'Out', Region: 'us-east-1' } }, 'Out of value'],
  ['Fn::Base64', { 'Fn::Base64': 'text' }, 'dGV4dA=='],
])('%s', (_, value, expected) => {
  expect(resolve(value, scope)).toEqual(expected);
});

test.each<[string, unknown, string]>([
  ['unknown functions', { 'Fn::GetAZs': '' }, 'local AWS does not support the intrinsic function Fn::GetAZs'],
  ['dynamic references', '{{resolve:ssm:x}}', 'local AWS does not support dynamic references'],
  ['an index out of range', { 'Fn::Select': [5, ['a']] }, 'Fn::Select cannot select nonexistent value at index 5'],
  ['an unknown map', { 'Fn::FindInMap': ['Map', 'a', 'c'] }, 'Unable to get mapping for Map::a::c'],
  ['an unknown condition', { 'Fn::If': ['Maybe', 1, 2] }, 'unresolved condition dependency Maybe'],
  ['lists among joined strings', { 'Fn::Join': ['', [{ Ref: 'List' }]] }, 'Fn::Join needs strings'],
])('refuses %s', (_, value, message) => {
  expect(() => resolve(value, scope)).toThrow(message);
});

test('references are found in the branch that counts, wherever they hide', () => {
  const value = [
    { Ref: 'A' }, { 'Fn::GetAtt': ['B', 'Arn'] }, { 'Fn::GetAtt': 'C.Arn' }, { 'Fn::Sub': ['${D} ${E.Arn} ${Own} ${!F}', { Own: { Ref: 'G' } }] },
    { 'Fn::If': ['Yes', { Ref: 'H' }, { Ref: 'I' }] }, { nested: { 'Fn::Join': ['', [{ Ref: 'J' }]] } },
  ];
  expect(references(value, scope.conditions).map(({ name }) => name).sort()).toEqual(['A', 'B', 'C', 'D', 'E', 'G', 'H', 'J']);
});
