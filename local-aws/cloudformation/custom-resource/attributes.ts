/** What CloudFormation says when a Fn::GetAtt asks for what the response's Data does not have. */
export function missingAttribute(name: string, stackId: string, logicalId: string): Error {
  return new Error(`CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${stackId}|${logicalId}`);
}
