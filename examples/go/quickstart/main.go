package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	export "github.com/cdk-personalize-dataset-export/cdk-personalize-dataset-export-go/cdkpersonalizedatasetexport"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Quickstart"), nil)

	dataset := export.Dataset_FromDatasetArn(stack, jsii.String("Interactions"), stack.FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("personalize"),
		Resource:     jsii.String("dataset"),
		ResourceName: jsii.String("movies/INTERACTIONS"),
	}))
	job := export.NewDatasetExportJob(stack, jsii.String("Export"), &export.DatasetExportJobProps{
		Dataset:       dataset,
		IngestionMode: export.IngestionMode_ALL,
	})

	awscdk.NewCfnOutput(stack, jsii.String("DatasetExportJobArn"), &awscdk.CfnOutputProps{Value: job.DatasetExportJobArn()})
	awscdk.NewCfnOutput(stack, jsii.String("OutputUri"), &awscdk.CfnOutputProps{Value: job.OutputUri()})

	app.Synth(nil)
}
