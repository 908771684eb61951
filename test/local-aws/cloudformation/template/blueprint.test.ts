import { Blueprint } from '../../../../local-aws/cloudformation/template/blueprint';
import { givenParameters } from '../../../../local-aws/cloudformation/template/parameters';
import { parseTemplate } from '../../../../local-aws/cloudformation/template/template';

const topic = (rest: object = {}) => ({ Type: 'AWS::SNS::Topic', ...rest });

function blueprint(template: object, given: Record<string, string> = {}): Blueprint {
  const text = JSON.stringify(template);
  const parsed = parseTemplate(text);
  const ssm = { parameter: (name: string) => name === '/version' ? '30' : undefined };
  const stack = { id: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/1', name: 'Stack' };
  return new Blueprint(parsed, text, givenParameters(parsed, new Map(Object.entries(given))), stack, 'us-east-1', ssm);
}

test('dependencies come from Ref, GetAtt, Sub and DependsOn', () => {
  const made = blueprint({
    Resources: {
      A: topic(),
      B: topic(),
      C: topic(),
      D: topic({ DependsOn: 'A', Properties: { TopicName: { Ref: 'B' }, DisplayName: { 'Fn::Sub': '${C.TopicName}' } } }),
    },
  });
  expect([...made.dependencies('D')].sort()).toEqual(['A', 'B', 'C']);
});

test('conditions leave out resources, and what depends on them goes on without', () => {
  const template = {
    Parameters: { Stage: { Type: 'String', Default: 'test' } },
    Conditions: {
      IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      Both: { 'Fn::And': [{ Condition: 'IsProd' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] },
    },
    Resources: { A: topic({ Condition: 'Both' }), B: topic({ DependsOn: ['A'] }) },
  };
  expect([...blueprint(template).resources.keys()]).toEqual(['B']);
  expect(blueprint(template).dependencies('B')).toEqual([]);
  expect([...blueprint(template, { Stage: 'prod' }).resources.keys()]).toEqual(['A', 'B']);
});

test('the bootstrap version is read from Parameter Store, its rule is ignored', () => {
  const made = blueprint({
    Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/version' } },
    Rules: { CheckBootstrapVersion: {} },
    Resources: { A: topic() },
  });
  expect(made.parameters.get('BootstrapVersion')).toBe('30');
});

const exporting = (...names: unknown[]) => ({ Resources: { A: topic() }, Outputs: Object.fromEntries(names.map((Name, index) => [`O${index}`, { Value: 'x', Export: { Name } }])) });

const NEVER = { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } };

test.each<[string, object, string]>([
  ['a cycle', { Resources: { A: topic({ DependsOn: 'B' }), B: topic({ DependsOn: 'A' }) } }, 'Circular dependency between resources: [A, B]'],
  ['a resource that depends on itself', { Resources: { A: topic({ DependsOn: 'A' }) } }, 'Circular dependency between resources: [A]'],
  ['a reference to nothing', { Resources: { A: topic({ Properties: { TopicName: { Ref: 'Nobody' } } }) } }, 'Unresolved resource dependencies [Nobody]'],
  ['a reference to nothing in a branch not taken', { ...NEVER, Resources: { A: topic({ Properties: { TopicName: { 'Fn::If': ['Never', { Ref: 'Nobody' }, 'x'] } } }) } }, 'Unresolved resource dependencies [Nobody]'],
  ['a condition of nothing in a branch not taken', { ...NEVER, Resources: { A: topic({ Properties: { TopicName: { 'Fn::If': ['Never', { 'Fn::If': ['No', 'x', 'y'] }, 'x'] } } }) } }, 'Unresolved condition dependencies [No]'],
  ['a reference to nothing in a resource left out', { ...NEVER, Resources: { A: topic(), B: topic({ Condition: 'Never', Properties: { TopicName: { Ref: 'Nobody' } } }) } }, 'Unresolved resource dependencies [Nobody]'],
  ['a dependency on nothing of a resource left out', { ...NEVER, Resources: { A: topic(), B: topic({ Condition: 'Never', DependsOn: 'Nobody' }) } }, 'Unresolved resource dependencies [Nobody]'],
  ['an output of nothing', { Resources: { A: topic() }, Outputs: { O: { Value: { Ref: 'Nobody' } } } }, 'Unresolved resource dependencies [Nobody] in the Outputs'],
  ['an export named by a resource', exporting({ 'Fn::GetAtt': ['A', 'TopicName'] }), 'Output O0 is malformed. The Name field of Export must not depend'],
  ['an export named by an import', exporting({ 'Fn::ImportValue': 'x' }), 'Output O0 is malformed. The Name field of Export must not depend'],
  ['an export name with a space', exporting('a b'), 'Output O0 is malformed. The Name field of every Export member'],
  ['an export name used twice', exporting('a', { 'Fn::Sub': 'a' }), 'duplicate Export names: [a]'],
  ['an import named by a resource', { Resources: { A: topic(), B: topic({ Properties: { TopicName: { 'Fn::ImportValue': { 'Fn::Sub': '${A}' } } } }) } }, 'Fn::ImportValue must not depend'],
  ['no resources', { Resources: {} }, 'At least one Resources member'],
  ['sections nobody carries out', { Transform: 'x', Resources: { A: topic() } }, 'does not support the template section Transform'],
  ['other rules', { Rules: { Mine: {} }, Resources: { A: topic() } }, 'does not support the rule Mine'],
  ['attributes nobody carries out', { Resources: { A: topic({ CreationPolicy: {} }) } }, 'does not support AWS::SNS::Topic (A): CreationPolicy'],
  ['snapshots', { Resources: { A: topic({ DeletionPolicy: 'Snapshot' }) } }, 'DeletionPolicy "Snapshot"'],
  ['a parameter without a value', { Parameters: { P: { Type: 'String' } }, Resources: { A: topic() } }, 'Parameters: [P] must have values'],
  ['other parameter types', { Parameters: { P: { Type: 'AWS::EC2::VPC::Id', Default: 'x' } }, Resources: { A: topic() } }, 'the parameter type AWS::EC2::VPC::Id'],
  ['a value that is not allowed', { Parameters: { P: { Type: 'String', Default: 'x', AllowedValues: ['y'] } }, Resources: { A: topic() } }, "Parameter 'P' must be one of AllowedValues"],
])('refuses %s', (_, template, message) => {
  expect(() => blueprint(template)).toThrow(message);
});

test('refuses parameters that the template does not have', () => {
  expect(() => blueprint({ Resources: { A: topic() } }, { Q: 'x' })).toThrow('Parameters: [Q] do not exist in the template');
});
