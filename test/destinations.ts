import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ExportDestination, ExportDestinationProps } from '../src';

/** What Personalize may do with a key, and who it is, in the policies of a template. */
export const KEY_ACTIONS = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'];
export const SERVICE = { Service: 'personalize.amazonaws.com' };

export function destinationIn(stack: Stack, props: ExportDestinationProps = {}): ExportDestination {
  return new ExportDestination(stack, 'Exports', props);
}

export function statementsOf(template: Template, type: string): any[] {
  const properties = Object.values(template.findResources(type))[0].Properties;
  return (properties.PolicyDocument ?? properties.KeyPolicy).Statement;
}
