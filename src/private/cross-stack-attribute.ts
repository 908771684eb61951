import {
  CfnOutput, CfnParameter, CfnResource, CustomResource, Fn, IResolvable, IResolveContext, Names, Reference, Stack, Token, aws_ssm as ssm,
} from 'aws-cdk-lib';
import { DatasetExportJobResourceAttributes } from '../contract/resource-properties';

/**
 * An attribute of a job, for use in any stack.
 *
 * Each export changes its value, and CloudFormation refuses to change an exported value while another stack imports it. With the CDK's
 * references between stacks, which are exports by default, every later export would fail. So another stack gets the value from a Systems
 * Manager parameter, which it reads in each of its deployments; a stack in another Region from an output of the job's stack.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
 */
export function attributeOf(resource: CustomResource, name: keyof DatasetExportJobResourceAttributes): string {
  return Token.asString(new ChangingAttribute(resource, name));
}

class ChangingAttribute implements IResolvable {
  public readonly creationStack: string[] = [];
  private readonly reference: Reference;

  constructor(private readonly resource: CustomResource, private readonly name: keyof DatasetExportJobResourceAttributes) {
    this.reference = resource.getAtt(name);
  }

  public resolve(context: IResolveContext): unknown {
    const [producer, consumer] = [outermost(Stack.of(this.resource)), outermost(Stack.of(context.scope))];
    const isOtherRegion = producer.region !== consumer.region;
    // the CDK's references between accounts are not exports; and for an unknown Region, its error says why no other Region can read from it
    const isUnknownRegion = isOtherRegion && Token.isUnresolved(producer.region);
    if (producer === consumer || producer.account !== consumer.account || isUnknownRegion) { return this.reference; }

    const reason = `${context.scope.node.path} needs ${this.name} of ${this.resource.node.scope!.node.path}`;
    if (context.preparing) { dependOn(consumer, producer, reason); }
    return isOtherRegion ? this.output(producer) : this.parameter(producer, consumer);
  }

  public toString(): string {
    return Token.asString(this);
  }

  private get id(): string {
    // of the job, not of its last resource: with another timeout, that is another one
    return `${Names.uniqueResourceName(this.resource.node.scope!, { maxLength: 180 })}${this.name}`;
  }

  /** The CDK deploys a stack with such a parameter even if its template is unchanged. A stack nested in it gets the value from it. */
  private parameter(producer: Stack, consumer: Stack): string {
    const name = `/cdk-personalize-dataset-export/${producer.stackName}/${this.id}`;
    if (producer.node.tryFindChild(this.id) === undefined) {
      new ssm.CfnParameter(producer, this.id, { type: 'String', name, value: this.handedOut() });
    }
    const parameter = consumer.node.tryFindChild(this.id) as CfnParameter | undefined
      ?? new CfnParameter(consumer, this.id, { type: 'AWS::SSM::Parameter::Value<String>', default: name });
    return parameter.valueAsString;
  }

  private output(producer: Stack): string {
    return Fn.getStackOutput(producer.stackName, this.outputOf(producer, this.handedOut()).logicalId, producer.region);
  }

  /**
   * The value in the outermost stack. A nested stack passes it to its parent in an output. The CDK would add that output only after it has
   * named the nested stack's template by a hash of its content.
   */
  private handedOut(stack = Stack.of(this.resource), value = this.reference): string {
    const { nestedStackParent, nestedStackResource } = stack;
    if (nestedStackParent === undefined) { return value.toString(); }
    const { logicalId } = this.outputOf(stack, value.toString());
    return this.handedOut(nestedStackParent, (nestedStackResource as CfnResource).getAtt(`Outputs.${stack.resolve(logicalId)}`));
  }

  private outputOf(stack: Stack, value: string): CfnOutput {
    const id = `${this.id}Output`;
    return stack.node.tryFindChild(id) as CfnOutput | undefined ?? new CfnOutput(stack, id, { value });
  }
}

/** Newer versions of the CDK have another name for it, and the old one is deprecated. */
function dependOn(consumer: Stack & { addStackDependency?: Stack['addDependency'] }, producer: Stack, reason: string): void {
  if (consumer.addStackDependency) {
    consumer.addStackDependency(producer, reason);
  } else {
    consumer.addDependency(producer, reason);
  }
}

function outermost(stack: Stack): Stack {
  return stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack;
}
