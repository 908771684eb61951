import { ServiceError } from '../../core';
import { checkQuota, sizeOf } from '../../quotas';

/** Parameters of type String. */
export class ParameterStore {
  private readonly parameters = new Map<string, string>();

  public createParameter(name: string, value: string): void {
    if (this.parameters.has(name)) {
      throw new ServiceError('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
    }
    this.setParameter(name, value);
  }

  public setParameter(name: string, value: string): void {
    checkQuota('ssmParameterValue', sizeOf('ssmParameterValue', value), most => (
      `Standard tier parameters support a maximum parameter value of ${most} characters.`));
    this.parameters.set(name, value);
  }

  public deleteParameter(name: string): void {
    if (!this.parameters.delete(name)) { throw new ServiceError('ParameterNotFound', ''); }
  }

  public parameter(name: string): string | undefined {
    return this.parameters.get(name);
  }
}
