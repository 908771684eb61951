import type { DatabaseInput, TableInput } from './store';
import { NothingDone, physicalName, record, text, type Properties, type ResourceContext, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT, NotSupportedError } from '../../core';
import { quota } from '../../quotas';

export const glueResources: ResourceTypes = {
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-database.html */
  'AWS::Glue::Database': {
    properties: ['CatalogId', 'DatabaseInput'],
    create(properties, context) {
      const input = named<DatabaseInput>(properties, 'DatabaseInput', generatedName(context));
      context.world.glue.createDatabase(input);
      return { physicalId: input.Name };
    },
    update(properties, { physicalId }, { world }) {
      world.glue.updateDatabase(renamedNever(named<DatabaseInput>(properties, 'DatabaseInput', physicalId), physicalId));
    },
    delete({ physicalId }, { world }) {
      world.glue.deleteDatabase(physicalId);
    },
  },

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-table.html: a Ref gives its name */
  'AWS::Glue::Table': {
    properties: ['CatalogId', 'DatabaseName', 'TableInput'],
    create(properties, context) {
      const input = named<TableInput>(properties, 'TableInput', generatedName(context));
      context.world.glue.createTable(String(properties.DatabaseName), input);
      return { physicalId: input.Name };
    },
    update(properties, { physicalId }, { world }) {
      world.glue.updateTable(String(properties.DatabaseName), renamedNever(named<TableInput>(properties, 'TableInput', physicalId), physicalId));
    },
    delete({ physicalId, properties }, { world }) {
      world.glue.deleteTable(String(properties.DatabaseName), physicalId);
    },
  },
};

function named<T extends { Name: string }>(properties: Properties, property: string, otherwise: string): T {
  const catalog = text(properties, 'CatalogId');
  if (catalog !== ACCOUNT) { throw new NotSupportedError(`another catalog than that of the account: ${catalog}`); }
  return { Name: otherwise, ...record(properties[property]) } as T;
}

function generatedName(context: ResourceContext): string {
  return physicalName(context, quota('glueName')).toLowerCase();
}

/** The specification says that changes of the input need no replacement, and the API cannot rename. */
function renamedNever<T extends { Name: string }>(input: T, before: string): T {
  if (input.Name !== before) { throw new NothingDone(`${before} cannot be renamed to ${input.Name}`); }
  return input;
}
