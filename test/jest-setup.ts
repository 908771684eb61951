// aws-cdk-lib validates each synthesized template against the CloudFormation schemas, which takes longer than all the rest of
// the tests; schema-validation.test.ts turns it on.
process.env.CDK_VALIDATION = 'false';
