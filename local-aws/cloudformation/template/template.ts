import { NotSupportedError, ServiceError, found } from '../../core';
import { QUOTAS, checkLength, checkQuota, sizeOf } from '../../quotas';

export type DeletionPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate';

export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
  readonly Condition?: string;
  readonly Metadata?: unknown;
  readonly DeletionPolicy?: DeletionPolicy;
  readonly UpdateReplacePolicy?: DeletionPolicy;
}

export interface ParameterDefinition {
  readonly Type: string;
  readonly Default?: string | number;
  readonly Description?: string;
  readonly AllowedValues?: (string | number)[];
  readonly NoEcho?: boolean;
}

export interface OutputDefinition {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

export interface Template {
  readonly AWSTemplateFormatVersion?: string;
  readonly Description?: string;
  readonly Metadata?: unknown;
  readonly Parameters?: Record<string, ParameterDefinition>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  readonly Conditions?: Record<string, unknown>;
  readonly Rules?: Record<string, unknown>;
  readonly Resources: Record<string, ResourceDefinition>;
  readonly Outputs?: Record<string, OutputDefinition>;
}

const SECTIONS = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Mappings', 'Conditions', 'Rules', 'Resources', 'Outputs'];
const RESOURCE_KEYS = ['Type', 'Properties', 'DependsOn', 'Condition', 'Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'];
const PARAMETER_KEYS = ['Type', 'Default', 'Description', 'AllowedValues', 'NoEcho'];
const OUTPUT_KEYS = ['Value', 'Description', 'Condition', 'Export'];
const POLICIES: unknown[] = [undefined, 'Delete', 'Retain', 'RetainExceptOnCreate'];
/** The CDK's; its CLI checks the same. */
const IGNORED_RULE = 'CheckBootstrapVersion';

/** Parses a JSON template. Refuses by name whatever is not supported. */
export function parseTemplate(text: string): Template {
  checkLength('stackTemplateInS3', 'templateBody', text);
  let template: Template;
  try {
    template = JSON.parse(text);
  } catch {
    throw new NotSupportedError('templates that are not JSON');
  }
  refuseOthers(template, SECTIONS, 'the template section');
  const rule = Object.keys(template.Rules ?? {}).find(name => name !== IGNORED_RULE);
  if (rule) { throw new NotSupportedError(`the rule ${rule}`); }
  const resources = Object.entries(template.Resources ?? {});
  if (resources.length === 0) { throw invalid('Template format error: At least one Resources member must be defined.'); }
  checkQuotas(template);
  for (const [logicalId, definition] of resources) { checkResource(logicalId, definition); }
  for (const [name, parameter] of Object.entries(template.Parameters ?? {})) { refuseOthers(parameter, PARAMETER_KEYS, `parameter ${name}: `); }
  for (const [name, output] of Object.entries(template.Outputs ?? {})) { refuseOthers(output, OUTPUT_KEYS, `output ${name}: `); }
  return template;
}

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}

export function dependsOn({ DependsOn = [] }: ResourceDefinition): string[] {
  return Array.isArray(DependsOn) ? DependsOn : [DependsOn];
}

function checkQuotas({ Description = '', Resources, Outputs = {}, Parameters = {}, Mappings = {} }: Template): void {
  const sections = { resources: Resources, outputs: Outputs, parameters: Parameters, mappings: Mappings };
  const counts = { resources: 'stackResources', outputs: 'stackOutputs', parameters: 'stackParameters', mappings: 'stackMappings' } as const;
  for (const [section, members] of Object.entries(sections)) {
    const names = Object.keys(members);
    checkQuota(counts[section as keyof typeof counts], names.length, most => (
      `Template format error: Number of ${section}, ${names.length}, is greater than maximum allowed, ${most}`));
    names.forEach(name => checkTemplateText('stackLogicalId', name, `the name ${name} in the section ${section}`));
  }
  for (const [name, mapping] of Object.entries(Mappings)) {
    const attributes = Object.keys(mapping).length;
    checkQuota('stackMappingAttributes', attributes, most => (
      `Template format error: Number of attributes of the mapping ${name}, ${attributes}, is greater than maximum allowed, ${most}`));
  }
  checkTemplateText('stackDescription', Description, 'Description');
  for (const [name, output] of Object.entries(Outputs)) {
    checkTemplateText('stackOutputDescription', output.Description ?? '', `Description of the output ${name}`);
  }
}

function checkTemplateText(name: 'stackLogicalId' | 'stackDescription' | 'stackOutputDescription', text: string, what: string): void {
  checkQuota(name, sizeOf(name, text), most => `Template format error: ${what} is longer than ${most} ${QUOTAS[name].unit}`);
}

function checkResource(logicalId: string, definition: ResourceDefinition): void {
  if (!/^[A-Za-z0-9]+$/.test(logicalId)) { throw invalid(`Template format error: Resource name ${logicalId} is non alphanumeric.`); }
  if (typeof definition.Type !== 'string') {
    throw invalid(`Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`);
  }
  refuseOthers(definition, RESOURCE_KEYS, `${definition.Type} (${logicalId}): `);
  for (const key of ['DeletionPolicy', 'UpdateReplacePolicy'] as const) {
    if (!POLICIES.includes(definition[key])) {
      throw new NotSupportedError(`${definition.Type} (${logicalId}): ${key} ${JSON.stringify(definition[key])}`);
    }
  }
}

function refuseOthers(value: object, known: string[], what: string): void {
  const unknown = Object.keys(value).find(key => !known.includes(key));
  if (unknown) { throw new NotSupportedError(`${what} ${unknown}`.replace('  ', ' ')); }
}

/** The name of the intrinsic function, if the object is one. */
export function intrinsicName(value: object): string | undefined {
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0].startsWith('Fn::')) ? keys[0] : undefined;
}

/** The branch that a Fn::If chooses. */
export function chosen(argument: unknown, conditions: ReadonlyMap<string, boolean>): unknown {
  const [condition, whenTrue, whenFalse] = argument as [string, unknown, unknown];
  return found(conditions.get(condition), () => invalid(`Template error: unresolved condition dependency ${condition} in Fn::If`)) ? whenTrue : whenFalse;
}

/** A piece of a Fn::Sub text: literal text, or the content of `${…}`. */
export type SubPiece = { readonly text: string } | { readonly variable: string };

export function subPieces(text: string): SubPiece[] {
  return text.split(/(\$\{[^}]*\})/).filter(piece => piece !== '').map(piece => {
    const inner = /^\$\{(.*)\}$/s.exec(piece)?.[1];
    if (inner === undefined) { return { text: piece }; }
    // `${!Literal}` means a literal `${Literal}`
    return inner.startsWith('!') ? { text: `\${${inner.slice(1)}}` } : { variable: inner.trim() };
  });
}
