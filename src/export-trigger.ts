import { Token, UnscopedValidationError } from 'aws-cdk-lib';
import { literal } from './private/validation';

/**
 * Decides when a deployment exports the dataset again.
 *
 * With every trigger, the first deployment exports, and so does each change of the export's inputs: dataset, ingestion mode,
 * destination, role, key or job name.
 */
export class ExportTrigger {
  /**
   * Exports again only when an input of the export changes.
   */
  public static onInputChange(): ExportTrigger {
    return new ExportTrigger();
  }

  /**
   * Exports again in each deployment of a newly synthesized app.
   *
   * The time of the synthesis becomes part of the template: this is the only setting with which the same app synthesizes to different
   * templates. A rollback does not export.
   */
  public static everyDeployment(): ExportTrigger {
    return new ExportTrigger(() => new Date().toISOString(), true);
  }

  /**
   * Exports again whenever this text changes, for example a month or the version of a model.
   *
   * @param token a non-empty string, which may be a CDK token such as a CloudFormation parameter; an empty string fails synthesis
   */
  public static token(token: string): ExportTrigger {
    if (!Token.isUnresolved(token) && token === '') {
      throw new UnscopedValidationError(literal`InvalidTriggerToken`, 'ExportTrigger.token must be a non-empty string, got ""');
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
   * The text whose change starts a new export, if any.
   *
   * @internal
   */
  public _token(): string | undefined {
    return this.makeToken?.();
  }
}
