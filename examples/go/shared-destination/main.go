package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	export "github.com/cdk-personalize-dataset-export/cdk-personalize-dataset-export-go/cdkpersonalizedatasetexport"
)

func NewSharedDestination(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), nil)

	// one bucket, key and role for all exports
	destination := export.NewExportDestination(stack, jsii.String("Exports"), &export.ExportDestinationProps{
		Prefix:     jsii.String("personalize/"),
		Expiration: awscdk.Duration_Days(jsii.Number(90)),
	})
	analyst := awsiam.NewRole(stack, jsii.String("Analyst"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewAccountRootPrincipal(),
	})

	for _, datasetType := range []string{"INTERACTIONS", "ITEMS", "USERS"} {
		dataset := export.Dataset_FromDatasetArn(stack, jsii.String(datasetType+"-Dataset"), stack.FormatArn(&awscdk.ArnComponents{
			Service:      jsii.String("personalize"),
			Resource:     jsii.String("dataset"),
			ResourceName: jsii.String("movies/" + datasetType),
		}))
		job := export.NewDatasetExportJob(stack, jsii.String(datasetType+"-Export"), &export.DatasetExportJobProps{
			Dataset:       dataset,
			Destination:   destination,
			IngestionMode: export.IngestionMode_ALL,
		})
		job.Grants().Read(analyst)
	}

	awscdk.NewCfnOutput(stack, jsii.String("BucketName"), &awscdk.CfnOutputProps{Value: destination.Bucket().BucketName()})
	return stack
}

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	NewSharedDestination(app, "SharedDestination")
	app.Synth(nil)
}
