import {
  CfnOutput, CfnParameter, CfnResource, CustomResource, Fn, IResolvable, IResolveContext, Names, Reference, Stack, Token, aws_ssm as ssm,
} from 'aws-cdk-lib';
import { DatasetExportJobResourceAttributes } from '../contract/resource-properties';

/**
 * An attribute of a job, for use in any stack.
 *
 * Its value is another one after each export, and CloudFormation refuses to change an exported value while another stack imports it: the
 * CDK's own references between stacks, by export unless the app says otherwise, would make every later export fail. So another stack
 * gets the value from a Systems Manager parameter, which it reads anew at each deployment; one in another Region from an output of the
 * job's stack.
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
    // between accounts, the CDK's references are not exports; and it says why another Region cannot read from one that is not known
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
    // of the job, whichever of its resources is the last one
    return `${Names.uniqueResourceName(this.resource.node.scope!, { maxLength: 180 })}${this.name}`;
  }

  /** A stack with such a parameter is deployed even if its template is the same as before; one nested in it gets the value from there. */
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
   * The value in the outermost stack. A nested stack hands it to its parent by an output that is made here: the CDK would make it only
   * after it has named the nested stack's template by its content.
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

/** Newer versions of the CDK have another name for it, and warn of the old one. */
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
