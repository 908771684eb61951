import { invalid, type ParameterDefinition, type Template } from './template';
import { NotSupportedError, found } from '../../core';
import { checkLength } from '../../quotas';

const SSM_TYPE = 'AWS::SSM::Parameter::Value<String>';

/** Parameters as they were given; SSM parameters by their names. */
export type GivenParameters = ReadonlyMap<string, string>;

export interface ParameterReader {
  parameter(name: string): string | undefined;
}

/** The parameters as given, as before (`UsePreviousValue`) or by default. Refuses missing and unknown ones. */
export function givenParameters(template: Template, given: ReadonlyMap<string, string | undefined>, previous?: GivenParameters): GivenParameters {
  const definitions = template.Parameters ?? {};
  const unknown = [...given.keys()].filter(name => !(name in definitions));
  if (unknown.length > 0) { throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template`); }
  const values = new Map<string, string>();
  const missing: string[] = [];
  for (const [name, definition] of Object.entries(definitions)) {
    const usePrevious = given.has(name) && given.get(name) === undefined;
    const value = usePrevious ? previous?.get(name) : given.get(name) ?? definition.Default;
    if (value === undefined) {
      missing.push(name);
    } else {
      values.set(name, String(value));
      checkLength('stackParameterValue', `parameters.${name}`, String(value));
      checkAllowed(name, definition, String(value));
    }
  }
  if (missing.length > 0) { throw invalid(`Parameters: [${missing.join(', ')}] must have values`); }
  return values;
}

/** The values that Ref sees. */
export function parameterValues(template: Template, given: GivenParameters, ssm: ParameterReader): Map<string, string | string[]> {
  return new Map([...given].map(([name, value]) => [name, valueOf(name, template.Parameters![name], value, ssm)]));
}

function valueOf(name: string, { Type }: ParameterDefinition, value: string, ssm: ParameterReader): string | string[] {
  switch (Type) {
    case 'String':
    case 'Number':
      return value;
    case 'CommaDelimitedList':
      return value.split(',').map(element => element.trim());
    case SSM_TYPE:
      return found(ssm.parameter(value), () => invalid(`Unable to fetch parameters [${value}] from parameter store for this account.`));
    default:
      throw new NotSupportedError(`the parameter type ${Type} (parameter ${name})`);
  }
}

function checkAllowed(name: string, { AllowedValues }: ParameterDefinition, value: string): void {
  if (AllowedValues && !AllowedValues.map(String).includes(value)) { throw invalid(`Parameter '${name}' must be one of AllowedValues`); }
}
