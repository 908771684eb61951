import type { VpcConfig } from './store';
import { ServiceError, type Clock } from '../../core';

/** Lambda needs up to 20 minutes: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html */
const LAMBDA_TAKES_MS = 10 * 60_000;
/** How long CloudFormation tries to delete what network interfaces use, and Lambda to delete the interfaces. AWS documents neither. */
const TRIES_MS = 20 * 60_000;
const RETRY_MS = 60_000;

/** Lambda's network interfaces. While there is one, its subnets and security groups cannot be deleted. */
export class NetworkInterfaces {
  private readonly used = new Set<VpcConfig>();

  constructor(private readonly clock: Clock) {}

  /** AWS's functions share interfaces. Here each has its own. */
  public add(vpc: VpcConfig): void {
    this.used.add(vpc);
  }

  /** Ends when the interface is gone, or when Lambda has given up because it never may delete it. */
  public async delete(vpc: VpcConfig, mayDelete: () => Promise<boolean>): Promise<void> {
    await this.clock.sleep(LAMBDA_TAKES_MS);
    const may = await this.eventually(mayDelete);
    if (may) { this.used.delete(vpc); }
  }

  /** Throws what EC2 answers as long as something is in use. */
  public async released(id: string): Promise<void> {
    const uses = ({ subnetIds, securityGroupIds }: VpcConfig) => [...subnetIds, ...securityGroupIds].includes(id);
    if (!await this.eventually(async () => ![...this.used].some(uses))) { throw new ServiceError('DependencyViolation', `resource ${id} has a dependent object`); }
  }

  private async eventually(condition: () => Promise<boolean>): Promise<boolean> {
    const end = this.clock.now() + TRIES_MS;
    while (!await condition()) {
      if (this.clock.now() >= end) { return false; }
      await this.clock.sleep(RETRY_MS);
    }
    return true;
  }
}
