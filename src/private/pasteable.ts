import {
  CfnResource, DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, Reference, Stack, StringConcat, Token, Tokenization,
  aws_iam as iam, aws_s3 as s3, aws_sqs as sqs, region_info,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** The types in the library's statements whose Ref is an ARN. That of others is a name. */
const REF_IS_ARN = ['AWS::Personalize::Dataset', 'AWS::Personalize::DatasetGroup', 'AWS::StepFunctions::StateMachine'];

/** A value of the app as somebody can paste it into a policy elsewhere. */
export interface Pasteable {
  /** With `<…>` for what synthesis does not know. */
  readonly text: string;
  /** The paths of the app's resources in it, which may not exist before a deployment. */
  readonly ofApp: readonly string[];
  /** The `<…>` for attributes of these resources, and for account, Region and partition. */
  readonly attributes: readonly string[];
  readonly environment: readonly string[];
}

/** @param value text, or a JSON value */
export function pasteable(scope: Construct, value: unknown): Pasteable {
  const resolver = new LiteralResolver(Stack.of(scope));
  const resolved: unknown = Tokenization.resolve(value, { scope, resolver, preparing: false });
  const text = typeof resolved === 'string' ? resolved : JSON.stringify(resolved);
  const inText = (placeholders: Iterable<string>) => [...placeholders].filter(some => text.includes(some));
  return { text, ofApp: [...resolver.ofApp], attributes: inText(resolver.attributes), environment: inText(resolver.environment) };
}

/** Turns tokens into text: their values if they are known, and otherwise a name in angle brackets. */
class LiteralResolver extends DefaultTokenResolver {
  public readonly ofApp = new Set<string>();
  public readonly attributes = new Set<string>();
  public readonly environment = new Set<string>();

  constructor(private readonly stack: Stack) {
    super(new StringConcat());
  }

  public override resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): any {
    if (Reference.isReference(token) && CfnResource.isCfnResource(token.target)) { return this.attribute(token.target, token.displayName); }
    const value: unknown = super.resolveToken(token, context, postProcessor);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? this.intrinsic(value) : value;
  }

  private attribute(resource: CfnResource, attribute: string): string {
    const path = resource.node.path.replace(/\/Resource$/, '');
    this.ofApp.add(path);
    return knownAttribute(resource, attribute, this.partition()) ?? placeholder(this.attributes, `${kindOf(resource, attribute)} of ${path}`);
  }

  private intrinsic(value: object): unknown {
    const [[name, argument]] = Object.entries(value);
    if (name === 'Fn::Join' && Array.isArray(argument)) { return (argument[1] as string[]).join(argument[0] as string); }
    if (name !== 'Ref') { return /^Fn::/.test(name) ? placeholder(this.attributes, `${name} ${JSON.stringify(argument)}`.replace(/[<>"]/g, '')) : value; }
    switch (argument) {
      case 'AWS::Partition': return this.partition();
      case 'AWS::AccountId': return this.known(this.stack.account, 'account');
      case 'AWS::Region': return this.known(this.stack.region, 'region');
      case 'AWS::URLSuffix': return this.known(this.stack.urlSuffix, 'URL suffix');
      case 'AWS::StackId': return this.stackId();
      default: return placeholder(this.attributes, `value of ${argument}`);
    }
  }

  private partition(): string {
    return region_info.RegionInfo.get(this.stack.region).partition ?? this.known(this.stack.partition, 'partition');
  }

  /** For policies: the last part of the ID is known only once the stack exists. So is the name of a nested stack. */
  private stackId(): string {
    const { stackName, node } = this.stack;
    if (Token.isUnresolved(stackName)) {
      this.ofApp.add(node.path);
      return placeholder(this.attributes, `ARN of ${node.path}`);
    }
    return `arn:${this.partition()}:cloudformation:${this.known(this.stack.region, 'region')}:${this.known(this.stack.account, 'account')}:stack/${stackName}/*`;
  }

  private known(value: string, name: string): string {
    return Token.isUnresolved(value) ? placeholder(this.environment, name) : value;
  }
}

function placeholder(placeholders: Set<string>, name: string): string {
  placeholders.add(`<${name}>`);
  return `<${name}>`;
}

function kindOf({ cfnResourceType }: CfnResource, attribute: string): string {
  if (attribute === 'Ref') { return REF_IS_ARN.includes(cfnResourceType) ? 'ARN' : 'name'; }
  return /Arn$/.test(attribute) ? 'ARN' : attribute;
}

/** An attribute that follows from the name that the user has given. */
function knownAttribute(resource: CfnResource, attribute: string, partition: string): string | undefined {
  const { account, region } = Stack.of(resource);
  if (iam.CfnRole.isCfnRole(resource) && isKnown(resource.roleName) && isKnown(account)) {
    return attribute === 'Arn' ? `arn:${partition}:iam::${account}:role${resource.path ?? '/'}${resource.roleName}` : resource.roleName;
  }
  if (s3.CfnBucket.isCfnBucket(resource) && isKnown(resource.bucketName)) {
    return attribute === 'Arn' ? `arn:${partition}:s3:::${resource.bucketName}` : resource.bucketName;
  }
  if (sqs.CfnQueue.isCfnQueue(resource) && attribute === 'Arn' && isKnown(resource.queueName) && isKnown(region) && isKnown(account)) {
    return `arn:${partition}:sqs:${region}:${account}:${resource.queueName}`;
  }
  return undefined;
}

function isKnown(name: string | undefined): boolean {
  return name !== undefined && !Token.isUnresolved(name);
}
