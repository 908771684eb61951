import { Token, UnscopedValidationError } from 'aws-cdk-lib';
import { literal } from './private/validation';

/**
 * When a deployment exports the dataset again.
 *
 * The first deployment always exports. A change of the export's inputs (dataset, ingestion mode, destination, role, key or
 * job name) always exports again, whatever the trigger.
 */
export class ExportTrigger {
  /**
   * Export again only when an input of the export changes.
   */
  public static onInputChange(): ExportTrigger {
    return new ExportTrigger();
  }

  /**
   * Export again on each deployment of a newly synthesized app.
   *
   * The moment of the synthesis becomes part of the template: of all settings this is the only one by which the same app
   * synthesizes to different templates. A rollback does not export.
   */
  public static everyDeployment(): ExportTrigger {
    return new ExportTrigger(() => new Date().toISOString(), true);
  }

  /**
   * Export again whenever this text changes, for example a month or the version of a model.
   *
   * @param token any text that is not empty, which fails at synth; a CDK token (such as a CloudFormation parameter) may be passed too
   */
  public static token(token: string): ExportTrigger {
    if (!Token.isUnresolved(token) && token === '') {
      throw new UnscopedValidationError(literal`InvalidTriggerToken`, 'ExportTrigger.token must not be empty, got ""');
    }
    return new ExportTrigger(() => token);
  }

  /**
   * Whether each deployment exports again.
   *
   * @internal
   */
  public readonly _isEveryDeployment: boolean;

  private constructor(private readonly makeToken?: () => string, isEveryDeployment = false) {
    this._isEveryDeployment = isEveryDeployment;
  }

  /**
   * The text whose change starts a new export; undefined when there is none.
   *
   * @internal
   */
  public _token(): string | undefined {
    return this.makeToken?.();
  }
}
