import { isTrue, randomSuffix, text, texts, type Properties, type ResourceType, type ResourceTypes } from '../../cloudformation/resource-type';
import { NotSupportedError } from '../../core';
import type { World } from '../../world';

export const ec2Resources: ResourceTypes = {
  'AWS::EC2::VPC': part('vpc', 'VpcId', ['CidrBlock', 'EnableDnsHostnames', 'EnableDnsSupport', 'InstanceTenancy', 'Tags']),
  'AWS::EC2::Subnet': part('subnet', 'SubnetId', ['VpcId', 'CidrBlock', 'AvailabilityZone', 'MapPublicIpOnLaunch', 'Tags']),
  'AWS::EC2::RouteTable': part('rtb', 'RouteTableId', ['VpcId', 'Tags']),
  'AWS::EC2::SecurityGroup': part('sg', 'GroupId', ['VpcId', 'GroupDescription', 'SecurityGroupEgress', 'SecurityGroupIngress', 'Tags']),

  'AWS::EC2::SubnetRouteTableAssociation': {
    properties: ['SubnetId', 'RouteTableId'],
    create({ SubnetId, RouteTableId }, { world }) {
      world.ec2.associate(String(SubnetId), String(RouteTableId));
      return { physicalId: idOf('rtbassoc') };
    },
    delete({ properties }, { world }) {
      world.ec2.associate(String(properties.SubnetId), undefined);
    },
  },

  'AWS::EC2::VPCEndpoint': {
    properties: ['VpcId', 'ServiceName', 'VpcEndpointType', 'SubnetIds', 'SecurityGroupIds', 'RouteTableIds', 'PrivateDnsEnabled', 'Tags'],
    create(properties, { world }) {
      const id = idOf('vpce');
      world.ec2.addEndpoint(id, endpoint(properties, world));
      return { physicalId: id, attributes: { Id: id } };
    },
    update(properties, { physicalId }, { world }) {
      world.ec2.addEndpoint(physicalId, endpoint(properties, world));
    },
    delete({ physicalId }, { world }) {
      world.ec2.removeEndpoint(physicalId);
    },
  },
};

/** A part of a VPC, or a VPC. Only what it belongs to counts. */
function part(prefix: string, attribute: string, properties: string[]): ResourceType {
  return {
    properties,
    create(given, { world }) {
      const id = idOf(prefix);
      world.ec2.add(id, text(given, 'VpcId'));
      const { VpcId, AvailabilityZone, CidrBlock } = given;
      return { physicalId: id, attributes: { VpcId, AvailabilityZone, CidrBlock, [attribute]: id } };
    },
    update: () => undefined,
    async delete({ physicalId }, { world }) {
      await world.ec2.interfaces.released(physicalId);
      world.ec2.remove(physicalId);
    },
  };
}

/** A name without private DNS is not the one that the SDKs use. */
function endpoint(properties: Properties, { region }: World): { vpcId: string; service: string; routeTableIds?: string[] } {
  const { VpcId, VpcEndpointType = 'Gateway', ServiceName, PrivateDnsEnabled } = properties;
  if (VpcEndpointType === 'Interface' && !isTrue(PrivateDnsEnabled)) { throw new NotSupportedError('interface endpoints without private DNS'); }
  return {
    vpcId: String(VpcId),
    service: String(ServiceName).replace(`com.amazonaws.${region}.`, ''),
    routeTableIds: VpcEndpointType === 'Interface' ? undefined : texts(properties, 'RouteTableIds'),
  };
}

function idOf(prefix: string): string {
  return `${prefix}-0${randomSuffix(16).toLowerCase()}`;
}
