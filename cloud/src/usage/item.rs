//! The items of AWS's bill that the cloud can use.

use serde::{Deserialize, Serialize};

use super::prefix::Prefix;

/// An item of AWS's bill.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Item {
    /// An instance of a real-time endpoint, of this type.
    Hosting(String),
    /// An instance of an asynchronous endpoint, of this type.
    AsyncHosting(String),
    /// A gigabyte of the volume of such an instance.
    HostingVolume,
    /// A NAT gateway.
    NatGateway,
    /// An interface endpoint in one zone.
    VpcEndpoint,
    /// A public address that something uses.
    AddressInUse,
    /// A public address that nothing uses.
    IdleAddress,
    /// A customer's key of KMS.
    Key,
    /// A metric of an alarm of standard resolution.
    Alarm,
    /// A metric of an alarm of high resolution.
    HighResolutionAlarm,
    /// A composite alarm.
    CompositeAlarm,
    /// A dashboard of at most 50 metrics.
    Dashboard,
    /// A dashboard of more than 50 metrics.
    LargeDashboard,
    /// A secret.
    Secret,
    /// A gigabyte in the standard storage class of S3.
    StandardStorage,
    /// An Application Load Balancer.
    ApplicationLoadBalancer,
    /// A Network Load Balancer.
    NetworkLoadBalancer,
    /// The control plane of a cluster of EKS.
    EksCluster,
}

/// How time becomes a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Hours, billed by the second.
    Hours,
    /// Hours, of which a part of one counts as a whole one.
    WholeHours,
    /// Months, as the share of the hours of the calendar month.
    Months,
}

/// How AWS bills an item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Billing {
    /// The name of the service in Cost Explorer.
    pub service: &'static str,
    /// The code of the service in the price list.
    pub offer: &'static str,
    /// The operation in Cost Explorer.
    pub operation: &'static str,
    /// The unit of quantities.
    pub unit: &'static str,
    /// How time becomes a quantity.
    pub measure: Measure,
    prefix: Prefix,
}

const SAGEMAKER: Billing = Billing {
    service: "Amazon SageMaker",
    offer: "AmazonSageMaker",
    operation: "RunInstance",
    unit: "Hrs",
    measure: Measure::Hours,
    prefix: Prefix::Always,
};
const VPC: Billing =
    Billing { service: "Amazon Virtual Private Cloud", offer: "AmazonVPC", operation: "", ..SAGEMAKER };
const CLOUDWATCH: Billing = Billing {
    service: "AmazonCloudWatch",
    offer: "AmazonCloudWatch",
    operation: "Unknown",
    unit: "Alarms",
    measure: Measure::Months,
    prefix: Prefix::NotInFirst,
};

const LOAD_BALANCER: Billing = Billing {
    service: "Amazon Elastic Load Balancing",
    offer: "AWSELB",
    operation: "LoadBalancing:Application",
    measure: Measure::WholeHours,
    prefix: Prefix::NotInFirst,
    ..SAGEMAKER
};

impl Item {
    /// Returns how AWS bills the item.
    ///
    /// Usage types and units are those of the price lists and of published bills. "Each partial NAT Gateway-hour consumed is
    /// billed as a full hour" (Amazon VPC pricing), and so is a partial hour of an interface endpoint (AWS PrivateLink
    /// pricing). Instances and addresses are billed by the second. Charges by the month are prorated by the hour.
    pub(crate) fn billing(&self) -> Billing {
        match self {
            Self::Hosting(_) | Self::AsyncHosting(_) => SAGEMAKER,
            Self::HostingVolume => Billing { unit: "GB-Mo", measure: Measure::Months, ..SAGEMAKER },
            Self::NatGateway => Billing {
                service: "EC2 - Other",
                offer: "AmazonEC2",
                operation: "NatGateway",
                measure: Measure::WholeHours,
                prefix: Prefix::NotInFirst,
                ..SAGEMAKER
            },
            Self::VpcEndpoint => Billing { operation: "VpcEndpoint", measure: Measure::WholeHours, ..VPC },
            Self::AddressInUse | Self::IdleAddress => VPC,
            Self::Key => Billing {
                service: "AWS Key Management Service",
                offer: "awskms",
                unit: "Keys",
                prefix: Prefix::Region,
                ..CLOUDWATCH
            },
            Self::Alarm | Self::HighResolutionAlarm | Self::CompositeAlarm => CLOUDWATCH,
            Self::Dashboard | Self::LargeDashboard => {
                Billing { operation: "DashboardHour", unit: "Dashboards", prefix: Prefix::Never, ..CLOUDWATCH }
            }
            Self::Secret => Billing {
                service: "AWS Secrets Manager",
                offer: "AWSSecretsManager",
                operation: "",
                unit: "Secrets",
                prefix: Prefix::Always,
                ..CLOUDWATCH
            },
            Self::StandardStorage => Billing {
                service: "Amazon Simple Storage Service",
                offer: "AmazonS3",
                operation: "StandardStorage",
                unit: "GB-Mo",
                ..CLOUDWATCH
            },
            Self::ApplicationLoadBalancer => LOAD_BALANCER,
            Self::NetworkLoadBalancer => Billing { operation: "LoadBalancing:Network", ..LOAD_BALANCER },
            Self::EksCluster => Billing {
                service: "Amazon Elastic Container Service for Kubernetes",
                offer: "AmazonEKS",
                operation: "CreateOperation",
                unit: "Hours",
                ..SAGEMAKER
            },
        }
    }

    /// Returns the usage type in a region.
    pub fn usage_type(&self, region: &str) -> String {
        let of_instance;
        let name = match self {
            Self::Hosting(instance) => {
                of_instance = format!("Host:{instance}");
                &of_instance
            }
            Self::AsyncHosting(instance) => {
                of_instance = format!("AsyncInf:{instance}");
                &of_instance
            }
            Self::HostingVolume => "Host:VolumeUsage.gp2",
            Self::NatGateway => "NatGateway-Hours",
            Self::VpcEndpoint => "VpcEndpoint-Hours",
            Self::AddressInUse => "PublicIPv4:InUseAddress",
            Self::IdleAddress => "PublicIPv4:IdleAddress",
            Self::Key => "KMS-Keys",
            Self::Alarm => "CW:AlarmMonitorUsage",
            Self::HighResolutionAlarm => "CW:HighResAlarmMonitorUsage",
            Self::CompositeAlarm => "CW:CompositeAlarmMonitorUsage",
            Self::Dashboard => "DashboardsUsageHour-Basic",
            Self::LargeDashboard => "DashboardsUsageHour",
            Self::Secret => "AWSSecretsManager-Secrets",
            Self::StandardStorage => "TimedStorage-ByteHrs",
            Self::ApplicationLoadBalancer | Self::NetworkLoadBalancer => "LoadBalancerUsage",
            Self::EksCluster => "AmazonEKS-Hours:perCluster",
        };
        self.billing().prefix.before(name, region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_types_name_their_region_as_bills_do() {
        let instance = Item::Hosting("ml.g5.xlarge".to_owned());
        for (item, region, expected) in [
            (&instance, "eu-west-1", "EU-Host:ml.g5.xlarge"),
            (&instance, "us-east-1", "USE1-Host:ml.g5.xlarge"),
            (&Item::NatGateway, "us-east-1", "NatGateway-Hours"),
            (&Item::NatGateway, "eu-west-1", "EU-NatGateway-Hours"),
            (&Item::AddressInUse, "us-east-1", "USE1-PublicIPv4:InUseAddress"),
            (&Item::Alarm, "eu-central-1", "EUC1-CW:AlarmMonitorUsage"),
            (&Item::Key, "us-east-1", "us-east-1-KMS-Keys"),
            (&Item::Dashboard, "eu-west-1", "DashboardsUsageHour-Basic"),
            (&Item::Secret, "us-west-2", "USW2-AWSSecretsManager-Secrets"),
            (&Item::StandardStorage, "xx-north-9", "xx-north-9-TimedStorage-ByteHrs"),
        ] {
            assert_eq!(item.usage_type(region), expected);
        }
    }
}
