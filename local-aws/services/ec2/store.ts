import { NetworkInterfaces } from './network-interfaces';
import { ServiceError, found } from '../../core';
import type { World } from '../../world';

/** What a function is attached to. */
export interface VpcConfig {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

interface Endpoint {
  readonly vpcId: string;
  /** as in `com.amazonaws.<region>.<service>` */
  readonly service: string;
  /** of a gateway endpoint; an interface endpoint serves the whole VPC */
  readonly routeTableIds?: readonly string[];
}

/** Networks without a way to the internet: from there, functions reach only what VPC endpoints lead to. The rules of security groups let everything through. */
export class NetworkStore {
  public readonly interfaces: NetworkInterfaces;
  /** the VPC of each subnet, security group and route table; a VPC is its own */
  private readonly vpcOf = new Map<string, string>();
  private readonly routeTableOf = new Map<string, string>();
  private readonly endpoints = new Map<string, Endpoint>();

  constructor({ clock }: Pick<World, 'clock'>) {
    this.interfaces = new NetworkInterfaces(clock);
  }

  public add(id: string, vpcId = id): void {
    this.vpcOf.set(id, vpcId);
  }

  public remove(id: string): void {
    this.vpcOf.delete(id);
  }

  public associate(subnetId: string, routeTableId: string | undefined): void {
    if (routeTableId === undefined) {
      this.routeTableOf.delete(subnetId);
    } else {
      this.routeTableOf.set(subnetId, routeTableId);
    }
  }

  public addEndpoint(id: string, endpoint: Endpoint): void {
    this.endpoints.set(id, endpoint);
  }

  public removeEndpoint(id: string): void {
    this.endpoints.delete(id);
  }

  /** Refuses what Lambda refuses to attach a function to. */
  public check({ subnetIds, securityGroupIds }: VpcConfig): void {
    for (const id of [...subnetIds, ...securityGroupIds]) {
      found(this.vpcOf.get(id), () => invalid(`Error occurred while DescribeSecurityGroups or DescribeSubnets. EC2 Error Message: The ID '${id}' does not exist`));
    }
    if (subnetIds.length === 0 || securityGroupIds.length === 0) { throw invalid('SubnetIds and SecurityGroupIds must coexist or be both empty list.'); }
    if (new Set([...subnetIds, ...securityGroupIds].map(id => this.vpcOf.get(id))).size > 1) {
      throw invalid('Security Groups are required to be in the same VPC.');
    }
  }

  /** Whether there is a way from all of these subnets. */
  public reaches({ subnetIds }: VpcConfig, service: string): boolean {
    const ways = [...this.endpoints.values()].filter(endpoint => endpoint.service === service && endpoint.vpcId === this.vpcOf.get(subnetIds[0]));
    return subnetIds.every(id => ways.some(({ routeTableIds }) => routeTableIds === undefined || routeTableIds.includes(this.routeTableOf.get(id) ?? '')));
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message);
}
