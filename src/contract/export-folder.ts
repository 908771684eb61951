/** What the folder of an export is named after. */
export interface ExportFolder {
  readonly datasetGroup: string;
  /** As in the dataset's ARN: `INTERACTIONS`. */
  readonly datasetType: string;
  /** `2026-11-24` */
  readonly date: string;
  readonly jobName: string;
}

/**
 * The folder of an export below the destination's prefix. Dataset group, dataset and date are partitions in the style of Hive, which query
 * engines find in the path alone.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partitions.html
 */
export function exportFolder({ datasetGroup, datasetType, date, jobName }: ExportFolder): string {
  return `${datasetFolder({ datasetGroup, datasetType })}date=${date}/${jobName}/`;
}

/** The folder of all exports of a dataset. */
export function datasetFolder({ datasetGroup, datasetType }: Pick<ExportFolder, 'datasetGroup' | 'datasetType'>): string {
  return `dataset_group=${datasetGroup}/dataset=${datasetType}/`;
}

/** An IAM pattern for the date in the folder of an export. */
export const DATE_PATTERN = '????-??-??';
