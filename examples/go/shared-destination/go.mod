module shared-destination

go 1.25

// go mod tidy adds the newest release of cdk-personalize-dataset-export
require (
	github.com/aws/aws-cdk-go/awscdk/v2 v2.257.0
	github.com/aws/constructs-go/constructs/v10 v10.5.1
	github.com/aws/jsii-runtime-go v1.140.0
)
