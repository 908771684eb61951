export * from './dataset';
export * from './dataset-export-job';
export * from './dataset-export-job-grants';
export * from './dataset-export-provider';
export * from './export-destination';
export * from './export-trigger';
export * from './ingestion-mode';
