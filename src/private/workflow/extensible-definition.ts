import { Lazy, Stack, aws_iam as iam, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** The definition of a state machine, or of what is in one of its states. */
export interface Definition {
  readonly States: { readonly [name: string]: any };
}

/** A definition to which states can be added after the state machine, until synthesis. The CDK renders its states at once. */
export class ExtensibleDefinition extends sfn.ChainDefinitionBody {
  /** @param extend returns the definition with what was added */
  constructor(chainable: sfn.IChainable, private readonly extend: (definition: Definition) => object) {
    super(chainable);
  }

  public override bind(scope: Construct, _role: iam.IPrincipal, props: sfn.StateMachineProps, graph?: sfn.StateGraph): sfn.DefinitionConfig {
    const { comment, queryLanguage } = props;
    const definition = { ...graph!.toGraphJson(queryLanguage) as Definition, Comment: comment, QueryLanguage: queryLanguage };
    return { definitionString: Lazy.uncachedString({ produce: () => Stack.of(scope).toJsonString(this.extend(definition)) }) };
  }
}
