// aws-cdk-lib validates each template against the CloudFormation schemas, which takes longer than all tests together;
// test/package/rule-packs.test.ts turns it on.
process.env.CDK_VALIDATION = 'false';
