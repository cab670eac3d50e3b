#!/usr/bin/env python3
"""Regenerates the price list of the embedded cloud from a table of prices.

    python3 cloud/scripts/prices.py PRICES.tsv            # writes cloud/src/services/pricing/prices.json
    python3 cloud/scripts/prices.py PRICES.tsv --check    # writes nothing, fails if the file would change

The table has the columns region, item, unit, usd, source, date and confidence, an item being a name of ours such as
`vpc.nat.hour`. The list has the same prices in AWS's terms: service codes, product families, usage types, operations and
attributes, as the Price List API returns them. `products` below is the way from one to the other. An item that it does not
know is an error, unless `LEFT_OUT` says why the list has none of it.

Where the table has no SKU for a price, one is made from the usage type, so that it stays the same.
"""

import argparse
import csv
import hashlib
import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src" / "services" / "pricing" / "prices.json"

# The regions of the table: the name in attributes, and the prefix of usage types.
REGIONS = {
    "eu-west-1": ("EU (Ireland)", "EU"),
    "us-east-1": ("US East (N. Virginia)", "USE1"),
    "us-west-2": ("US West (Oregon)", "USW2"),
    "eu-central-1": ("EU (Frankfurt)", "EUC1"),
    "global": ("Any", ""),
}

# The names of services in attributes, where they are known.
SERVICE_NAMES = {
    "AmazonCloudWatch": "AmazonCloudWatch",
    "AmazonEC2": "Amazon Elastic Compute Cloud",
    "AmazonS3": "Amazon Simple Storage Service",
    "AmazonS3GlacierDeepArchive": "Amazon S3 Glacier Deep Archive",
    "AmazonSageMaker": "Amazon SageMaker",
    "AmazonVPC": "Amazon Virtual Private Cloud",
    "AWSSecretsManager": "AWS Secrets Manager",
    "awskms": "AWS Key Management Service",
}

# Items without a product, and the reason. A pattern matches the whole item.
LEFT_OUT = {
    r"bedrock\..*": "their usage types differ from model to model and are known in part",
    r"budgets\..*": "their usage types are not known",
    r"cloudtrail\..*": "nothing in the embedded cloud uses them",
    r"datatransfer\.inter_region": "the price depends on both regions",
    r"ebs\.gp3\.throughput": "AWS prices it by another unit",
    r"elasticache_serverless\..*": "nothing in the embedded cloud uses them",
    r"events\..*": "nothing in the embedded cloud uses them",
    r"opensearch.*": "nothing in the embedded cloud uses them",
    r"rds\.storage\.gp3": "nothing in the embedded cloud uses it",
    r"s3\..*\.(transition|retrieval_standard)": "their usage types are not known",
    r"sagemaker\.processing\.storage": "its usage type is not known",
    r"sfn\.express\..*": "nothing in the embedded cloud uses them",
    r"cloudwatch\.metric\.tier2": "a tier of cloudwatch.metric",
}

ALWAYS, NOT_IN_FIRST, REGION, NEVER = "always", "not in us-east-1", "region", "never"


def product(service, family, prefix, usage, operation, unit, about, attributes=None, factor=1, tiers=None, named=None):
    """Returns a product.

    `tiers` are (begin, end, price), in which None stands for the price of the table. `named` has the whole usage type in
    regions where it is another one.
    """
    return {
        "service": service,
        "family": family,
        "prefix": prefix,
        "usage": usage,
        "operation": operation,
        "unit": unit,
        "about": about,
        "attributes": attributes or {},
        "factor": factor,
        "tiers": tiers or [("0", "Inf", None)],
        "named": named or {},
    }


def ml_instance(instance, usage, component, kind):
    """Returns an instance of SageMaker for one of its components."""
    attributes = {"instanceName": instance, "instanceType": f"{instance}-{kind}", "component": component}
    about = f"for {component} {instance} per hour"
    return product("AmazonSageMaker", "ML Instance", ALWAYS, f"{usage}:{instance}", "RunInstance", "Hrs", about, attributes)


def storage(usage, volume, about, service="AmazonS3"):
    """Returns a storage class of S3."""
    attributes = {"volumeType": volume, "storageClass": volume}
    tiers = None
    if volume == "Standard":
        attributes["storageClass"] = "General Purpose"
        tiers = [("0", "51200", None)]
    return product(service, "Storage", NOT_IN_FIRST, usage, "", "GB-Mo", about, attributes, tiers=tiers)


def products(item):
    """Returns the products of an item; none if the item is not known."""
    ec2 = {
        "operatingSystem": "Linux", "tenancy": "Shared", "capacitystatus": "Used", "preInstalledSw": "NA",
        "licenseModel": "No License required", "marketoption": "OnDemand",
    }
    if match := re.fullmatch(r"sagemaker\.(hosting|async|training|processing)\.(ml\..+)", item):
        kind, instance = match.groups()
        return {
            "hosting": [ml_instance(instance, "Host", "Hosting", "Hosting")],
            "async": [ml_instance(instance, "AsyncInf", "AsyncInf", "AsyncInf")],
            "training": [ml_instance(instance, "Train", "Training", "Training")],
            "processing": [ml_instance(instance, "Processing", "Processing", "Processing")],
        }[kind]
    if match := re.fullmatch(r"ec2\.(.+)", item):
        attributes = {"instanceType": match[1], **ec2}
        about = f"per On Demand Linux {match[1]} Instance Hour"
        return [product("AmazonEC2", "Compute Instance", NOT_IN_FIRST, f"BoxUsage:{match[1]}", "RunInstances", "Hrs", about, attributes)]
    if match := re.fullmatch(r"rds\.(postgresql|mysql)\.(db\..+)", item):
        engine = {"postgresql": "PostgreSQL", "mysql": "MySQL"}[match[1]]
        operation = {"PostgreSQL": "CreateDBInstance:0014", "MySQL": "CreateDBInstance:0002"}[engine]
        attributes = {"instanceType": match[2], "databaseEngine": engine, "deploymentOption": "Single-AZ"}
        about = f"per RDS {match[2]} Single-AZ instance hour running {engine}"
        return [product("AmazonRDS", "Database Instance", NOT_IN_FIRST, f"InstanceUsage:{match[2]}", operation, "Hrs", about, attributes)]
    if item == "sagemaker.serverless.gb_second":
        return [
            product("AmazonSageMaker", "ML Serverless", ALWAYS, f"ServerlessInf:Mem-{size}GB", "Invoke-Endpoint", "seconds",
                    f"per second of serverless inference with {size} GB", {"component": "Serverless Inference"}, factor=size)
            for size in range(1, 7)
        ]
    if item == "vpc.public_ipv4.hour":
        return [
            product("AmazonVPC", None, ALWAYS, f"PublicIPv4:{usage}Address", "", "Hrs", f"per {word} public IPv4 address per hour",
                    {"group": "VPCPublicIPv4Address", "groupDescription": f"Hourly charge for {word.capitalize()} Public IPv4 Addresses"})
            for usage, word in [("InUse", "In-use"), ("Idle", "Idle")]
        ]
    if item == "cloudwatch.dashboard":
        free = [("0", "3", "0"), ("3", "Inf", None)]
        return [
            product("AmazonCloudWatch", "Dashboard", NEVER, "DashboardsUsageHour-Basic", "DashboardHour", "Dashboards",
                    "per Dashboard per Month for up to 50 metrics", tiers=free),
            product("AmazonCloudWatch", "Dashboard", NEVER, "DashboardsUsageHour", "DashboardHour", "Dashboards", "per Dashboard per Month"),
        ]
    found = SINGLE.get(item)
    return [found] if found else []


CW, S3 = "AmazonCloudWatch", "AmazonS3"


def request(service, prefix, usage, about, family="API Request", unit="Requests", named=None, **more):
    """Returns a product that is billed by the call."""
    return product(service, family, prefix, usage, "", unit, about, more or None, named=named)


SINGLE = {
    "sagemaker.endpoint.storage": product(
        "AmazonSageMaker", "Storage", ALWAYS, "Host:VolumeUsage.gp2", "RunInstance", "GB-Mo", "per GB-Mo of Endpoint ML storage",
        {"volumeType": "General Purpose-Hosting", "platoclassificationtype": "Host:VolumeUsage"}),
    "sagemaker.endpoint.data_in": product(
        "AmazonSageMaker", "ML Instance", ALWAYS, "Hst:Data-Bytes-In", "Invoke-Endpoint", "GB", "per GB for Endpoint Data IN", {"group": "Hosting:IN"}),
    "sagemaker.endpoint.data_out": product(
        "AmazonSageMaker", "ML Instance", ALWAYS, "Hst:Data-Bytes-Out", "Invoke-Endpoint", "GB", "per GB for Endpoint Data OUT", {"group": "Hosting:OUT"}),
    "ebs.gp3.storage": product(
        "AmazonEC2", "Storage", NOT_IN_FIRST, "EBS:VolumeUsage.gp3", "", "GB-Mo", "per GB-month of General Purpose (gp3) provisioned storage",
        {"volumeApiName": "gp3", "volumeType": "General Purpose"}),
    "ebs.gp3.iops": product(
        "AmazonEC2", "System Operation", NOT_IN_FIRST, "EBS:VolumeP-IOPS.gp3", "", "IOPS-Mo", "per IOPS-month provisioned (gp3)", {"volumeApiName": "gp3"}),
    "vpc.nat.hour": product(
        "AmazonEC2", "NAT Gateway", NOT_IN_FIRST, "NatGateway-Hours", "NatGateway", "Hrs", "per NAT Gateway Hour",
        {"group": "NGW:NatGateway", "groupDescription": "Hourly charge for NAT Gateways"}),
    "vpc.nat.data": product(
        "AmazonEC2", "NAT Gateway", NOT_IN_FIRST, "NatGateway-Bytes", "NatGateway", "GB", "per GB Data Processed by NAT Gateways",
        {"group": "NGW:NatGateway", "groupDescription": "Charge for per GB data processed by NatGateways"}),
    "vpc.endpoint.interface.hour": product(
        "AmazonVPC", "VpcEndpoint", ALWAYS, "VpcEndpoint-Hours", "VpcEndpoint", "Hrs", "per VPC Endpoint Hour", {"endpointType": "PrivateLink"}),
    "vpc.endpoint.interface.data": product(
        "AmazonVPC", "VpcEndpoint", ALWAYS, "VpcEndpoint-Bytes", "VpcEndpoint", "GB", "per GB Data Processed by VPC Endpoints",
        {"endpointType": "PrivateLink"}, tiers=[("0", "1048576", None)]),
    "elb.alb.hour": product("AWSELB", "Load Balancer-Application", NOT_IN_FIRST, "LoadBalancerUsage", "LoadBalancing:Application", "Hrs", "per Application LoadBalancer-hour"),
    "elb.alb.lcu": product("AWSELB", "Load Balancer-Application", NOT_IN_FIRST, "LCUUsage", "LoadBalancing:Application", "LCU-Hrs", "per used Application load balancer capacity unit-hour"),
    "elb.nlb.hour": product("AWSELB", "Load Balancer-Network", NOT_IN_FIRST, "LoadBalancerUsage", "LoadBalancing:Network", "Hrs", "per Network LoadBalancer-hour"),
    "elb.nlb.lcu": product("AWSELB", "Load Balancer-Network", NOT_IN_FIRST, "LCUUsage", "LoadBalancing:Network", "LCU-Hrs", "per used Network load balancer capacity unit-hour"),
    "eks.cluster.standard.hour": product("AmazonEKS", "Compute", ALWAYS, "AmazonEKS-Hours:perCluster", "CreateOperation", "Hours", "per cluster per hour"),
    # The table has the whole hour. AWS's list has the surcharge alone: a cluster in extended support pays both products (price
    # list of AmazonEKS).
    "eks.cluster.extended.hour": product(
        "AmazonEKS", "Compute", ALWAYS, "AmazonEKS-Hours:extendedSupport", "ExtendedSupport", "Hours", "per cluster per hour in extended support",
        tiers=[("0", "Inf", "0.5")]),
    "datatransfer.out.internet": product(
        "AWSDataTransfer", "Data Transfer", NOT_IN_FIRST, "DataTransfer-Out-Bytes", "", "GB", "per GB - first 10 TB / month data transfer out",
        {"transferType": "AWS Outbound", "toLocation": "External"}, tiers=[("0", "10240", None)]),
    "datatransfer.inter_zone": product(
        "AWSDataTransfer", "Data Transfer", NOT_IN_FIRST, "DataTransfer-Regional-Bytes", "", "GB", "per GB - regional data transfer",
        {"transferType": "IntraRegion"}),
    "s3.standard.storage": storage("TimedStorage-ByteHrs", "Standard", "per GB - first 50 TB / month of storage used"),
    "s3.standard_ia.storage": storage("TimedStorage-SIA-ByteHrs", "Standard - Infrequent Access", "per GB-Month of storage used in Standard-Infrequent Access"),
    "s3.glacier_ir.storage": storage("TimedStorage-GIR-ByteHrs", "Glacier Instant Retrieval", "per GB-Month of storage used in Glacier Instant Retrieval"),
    "s3.glacier_flexible.storage": storage("TimedStorage-GlacierByteHrs", "Amazon Glacier", "per GB-Month of storage used in Glacier Flexible Retrieval"),
    "s3.deep_archive.storage": storage("TimedStorage-GDA-ByteHrs", "Glacier Deep Archive", "per GB-Month of storage used in Glacier Deep Archive", "AmazonS3GlacierDeepArchive"),
    "s3.standard.put": request(S3, NOT_IN_FIRST, "Requests-Tier1", "per PUT, COPY, POST, or LIST request", group="S3-API-Tier1"),
    "s3.standard.get": request(S3, NOT_IN_FIRST, "Requests-Tier2", "per GET and all other requests", group="S3-API-Tier2"),
    "s3.standard_ia.put": request(S3, NOT_IN_FIRST, "Requests-SIA-Tier1", "per PUT, COPY, POST, or LIST request to Standard-Infrequent Access", group="S3-API-SIA-Tier1"),
    "s3.standard_ia.get": request(S3, NOT_IN_FIRST, "Requests-SIA-Tier2", "per GET and all other requests to Standard-Infrequent Access", group="S3-API-SIA-Tier2"),
    "s3.standard_ia.retrieval": request(S3, NOT_IN_FIRST, "Retrieval-SIA", "per GB retrieved from Standard-Infrequent Access", "Fee", "GB", group="S3-API-SIA-Retrieval"),
    "s3.glacier_ir.put": request(S3, NOT_IN_FIRST, "Requests-GIR-Tier1", "per PUT, COPY, POST, or LIST request to Glacier Instant Retrieval", group="S3-API-GIR-Tier1"),
    "s3.glacier_ir.get": request(S3, NOT_IN_FIRST, "Requests-GIR-Tier2", "per GET and all other requests to Glacier Instant Retrieval", group="S3-API-GIR-Tier2"),
    "s3.glacier_ir.retrieval": request(S3, NOT_IN_FIRST, "Retrieval-GIR", "per GB retrieved from Glacier Instant Retrieval", "Fee", "GB", group="S3-API-GIR-Retrieval"),
    "ecr.storage": product("AmazonECR", "EC2 Container Registry", NOT_IN_FIRST, "TimedStorage-ByteHrs", "", "GB-Mo", "per GB-month of data storage"),
    "secretsmanager.secret": product("AWSSecretsManager", "Secret", ALWAYS, "AWSSecretsManager-Secrets", "", "Secrets", "per Secret", {"group": "SecretsManager-Secret"}),
    "secretsmanager.request": request("AWSSecretsManager", ALWAYS, "AWSSecretsManagerAPIRequest", "per API Request", unit="API Requests",
                                      named={"eu-west-1": "EU-AWSSecretsManager-APIRequests"}),
    "kms.key": product("awskms", "Encryption Key", REGION, "KMS-Keys", "", "Keys", "per KMS key version"),
    "kms.request": request("awskms", REGION, "KMS-Requests", "per KMS request"),
    "cloudwatch.alarm.standard": product(CW, "Alarm", NOT_IN_FIRST, "CW:AlarmMonitorUsage", "", "Alarms", "per alarm metric month (standard resolution)", {"alarmType": "Standard"}),
    "cloudwatch.alarm.high_resolution": product(CW, "Alarm", NOT_IN_FIRST, "CW:HighResAlarmMonitorUsage", "", "Alarms", "per alarm metric month (high resolution)", {"alarmType": "High Resolution"}),
    "cloudwatch.alarm.composite": product(CW, "Alarm", NOT_IN_FIRST, "CW:CompositeAlarmMonitorUsage", "", "Alarms", "per composite alarm month", {"alarmType": "Composite"}),
    "cloudwatch.metric": product(CW, "Metric", NOT_IN_FIRST, "CW:MetricMonitorUsage", "MetricStorage", "Metrics", "per metric-month"),
    "cloudwatch.getmetricdata": product(CW, "Metric", NOT_IN_FIRST, "CW:GMD-Metrics", "GetMetricData", "Metrics", "per metric requested using GetMetricData API"),
    "cloudwatch.logs.ingest": product(CW, "Data Payload", NOT_IN_FIRST, "DataProcessing-Bytes", "PutLogEvents", "GB", "per GB custom log data ingested in Standard log class"),
    "cloudwatch.logs.ingest_ia": product(CW, "Data Payload", NOT_IN_FIRST, "DataProcessingIA-Bytes", "PutLogEvents", "GB", "per GB log data ingested in Infrequent Access log class"),
    "cloudwatch.logs.insights": product(CW, "Data Payload", NOT_IN_FIRST, "DataScanned-Bytes", "StartQuery", "GB", "per GB log data scanned by CloudWatch Logs Insights queries"),
    "cloudwatch.logs.storage": product(CW, "Storage Snapshot", NOT_IN_FIRST, "TimedStorage-ByteHrs", "", "GB-Mo", "per GB-mo of log storage"),
    "sns.request": request("AmazonSNS", NOT_IN_FIRST, "Requests-Tier1", "per API request", group="SNS-Requests-Tier1"),
    "sns.http": request("AmazonSNS", NOT_IN_FIRST, "DeliveryAttempts-HTTP", "per notification over HTTP", "Message Delivery", "Notifications", endpointType="HTTP"),
    "sns.email": request("AmazonSNS", NOT_IN_FIRST, "DeliveryAttempts-SMTP", "per notification over e-mail", "Message Delivery", "Notifications", endpointType="SMTP"),
    "sns.lambda": request("AmazonSNS", NOT_IN_FIRST, "DeliveryAttempts-LAMBDA", "per notification to Lambda", "Message Delivery", "Notifications", endpointType="AWS Lambda"),
    "sns.sqs": request("AmazonSNS", NOT_IN_FIRST, "DeliveryAttempts-SQS", "per notification to SQS", "Message Delivery", "Notifications", endpointType="Amazon SQS"),
    "sqs.standard": request("AWSQueueService", ALWAYS, "Requests-Tier1", "per request to standard queues", named={"us-east-1": "Requests-RBP"}, queueType="Standard"),
    "sqs.fifo": request("AWSQueueService", ALWAYS, "Requests-FIFO-Tier1", "per request to FIFO queues", named={"us-east-1": "Requests-FIFO-RBP"}, queueType="FIFO (first-in, first-out)"),
    "dynamodb.read": product("AmazonDynamoDB", "Amazon DynamoDB PayPerRequest Throughput", NOT_IN_FIRST, "ReadRequestUnits", "PayPerRequestThroughput", "ReadRequestUnits", "per read request unit", {"group": "DDB-ReadUnits"}),
    "dynamodb.write": product("AmazonDynamoDB", "Amazon DynamoDB PayPerRequest Throughput", NOT_IN_FIRST, "WriteRequestUnits", "PayPerRequestThroughput", "WriteRequestUnits", "per write request unit", {"group": "DDB-WriteUnits"}),
    "dynamodb.storage": product("AmazonDynamoDB", "Database Storage", NOT_IN_FIRST, "TimedStorage-ByteHrs", "", "GB-Mo", "per GB-Month of storage used"),
    "dynamodb.pitr": product("AmazonDynamoDB", "Database Storage", NOT_IN_FIRST, "TimedPITRStorage-ByteHrs", "", "GB-Mo", "per GB-Month for point in time restore"),
    "lambda.request": product("AWSLambda", "Serverless", ALWAYS, "Request", "", "Requests", "per request", {"group": "AWS-Lambda-Requests"}),
    "lambda.gb_second": product("AWSLambda", "Serverless", ALWAYS, "Lambda-GB-Second", "", "Lambda-GB-Second", "per GB-second of compute", {"group": "AWS-Lambda-Duration"}, tiers=[("0", "6000000000", None)]),
    "lambda.gb_second.arm": product("AWSLambda", "Serverless", ALWAYS, "Lambda-GB-Second-ARM", "", "Lambda-GB-Second", "per GB-second of compute on Arm", {"group": "AWS-Lambda-Duration-ARM"}, tiers=[("0", "7500000000", None)]),
    "apigateway.http.request": product("AmazonApiGateway", "API Calls", ALWAYS, "ApiGatewayHttpRequest", "ApiGatewayHttpApi", "Requests", "per HTTP API request", tiers=[("0", "300000000", None)]),
    "apigateway.rest.request": product("AmazonApiGateway", "API Calls", ALWAYS, "ApiGatewayRequest", "ApiGatewayRequest", "Requests", "per REST API request", tiers=[("0", "333000000", None)]),
    "sfn.standard.transition": product("AmazonStates", "AWS Step Functions", ALWAYS, "StateTransition", "", "StateTransitions", "per state transition"),
}


def fixed(price, *arguments, **more):
    """Returns a product at a price of its own."""
    return product(*arguments, tiers=[("0", "Inf", price)], **more)


# Products that AWS's list has beside those of the items, and that only look like them: by region (us-east-1 and us-west-2 price
# lists of AmazonS3, AWSELB, AmazonDynamoDB, AWSDataTransfer and AWSQueueService, September and October 2026). A search for the
# price of an item has to tell them apart. The operation `Unpaid` is made up.
OVERHEAD = fixed("0.021", S3, "Storage", NOT_IN_FIRST, "TimedStorage-ByteHrs", "IntAAS3ObjectOverhead", "GB-Mo",
                 "per GB-Month of overhead of Intelligent-Tiering Archive Access", {"volumeType": "INTAAS3ObjectOverhead"})
UNPAID = fixed("0", "AWSDataTransfer", "Data Transfer", NOT_IN_FIRST, "DataTransfer-Out-Bytes", "Unpaid", "GB",
               "per GB of data transfer out without charge", {"transferType": "AWS Outbound", "toLocation": "External"})
THROUGHPUT = "Amazon DynamoDB PayPerRequest Throughput"
ALB = ["AWSELB", "Load Balancer-Application", NOT_IN_FIRST]
NEIGHBOURS = {
    "eu-west-1": [OVERHEAD, UNPAID],
    "eu-central-1": [UNPAID],
    "us-west-2": [
        OVERHEAD, UNPAID,
        fixed("0.0063", *ALB, "TS-LoadBalancerUsage", "LoadBalancing:Application", "Hrs", "per Trust Store-hour"),
    ],
    "us-east-1": [
        OVERHEAD, UNPAID,
        fixed("0.005", *ALB, "TS-LoadBalancerUsage", "LoadBalancing:Application", "Hrs", "per Trust Store-hour"),
        fixed("0", *ALB, "Outposts-LCUUsage", "LoadBalancing:Application", "LCU-Hrs", "per load balancer capacity unit-hour on Outposts"),
        fixed("0.000000155", "AmazonDynamoDB", THROUGHPUT, NOT_IN_FIRST, "IA-ReadRequestUnits", "PayPerRequestThroughput",
              "ReadRequestUnits", "per read request unit of Standard-IA", {"group": "DDB-ReadUnitsIA"}),
        fixed("0.00000078", "AmazonDynamoDB", THROUGHPUT, NOT_IN_FIRST, "IA-WriteRequestUnits", "PayPerRequestThroughput",
              "WriteRequestUnits", "per write request unit of Standard-IA", {"group": "DDB-WriteUnitsIA"}),
        fixed("0.1", "AmazonDynamoDB", "Database Storage", NOT_IN_FIRST, "IA-TimedStorage-ByteHrs", "", "GB-Mo", "per GB-Month of storage used in Standard-IA"),
        fixed("0.0000001", "AWSQueueService", "API Request", NOT_IN_FIRST, "Requests-Fair-RBP", "", "Requests", "per request to fair queues", {"queueType": "Fair"}),
    ],
}
NEIGHBOURS_DATE = "2026-10-08"


def usage_type(found, region):
    """Returns the usage type of a product in a region."""
    if region in found["named"]:
        return found["named"][region]
    prefix = REGIONS[region][1]
    if found["prefix"] == NEVER or found["prefix"] == NOT_IN_FIRST and region == "us-east-1":
        return found["usage"]
    return f"{region if found['prefix'] == REGION else prefix}-{found['usage']}"


def decimal(text, factor=1):
    """Returns a price as AWS writes it, with ten digits after the point."""
    return f"{float(text) * factor:.10f}"


def effective(date):
    """Returns the whole date of one that may have no day or month."""
    return (date + "-01-01")[:10] if len(date) == 4 else (date + "-01")[:10]


def sku(row, service, usage, operation):
    """Returns the SKU that the source of a price names, or one made from the usage type."""
    named = re.search(r"SKU ([A-Z0-9]{16})", row["source"])
    if named and row["confidence"] == "official":
        return named[1]
    digest = hashlib.sha256(f"{service} {usage} {operation}".encode()).digest()
    return "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789"[byte % 34] for byte in digest[:16])


def entry(row, found, tier2):
    """Returns the entry of the price list for a product at the price of a row."""
    usage = usage_type(found, row["region"])
    location = REGIONS[row["region"]][0]
    tiers = [[begin, end, decimal(price or row["usd"], found["factor"])] for begin, end, price in found["tiers"]]
    if tier2:
        tiers = [["0", "10000", decimal(row["usd"])], ["10000", "250000", decimal(tier2)]]
    attributes = {
        **found["attributes"],
        "usagetype": usage,
        "operation": found["operation"],
        "location": location,
        "locationType": "AWS Region" if row["region"] != "global" else "Other",
        "regionCode": row["region"] if row["region"] != "global" else "",
        "servicecode": found["service"],
    }
    if found["service"] == "AWSDataTransfer":
        # Transfer has two ends instead of a region: `fromRegionCode`, and `toRegionCode` where it stays in AWS. Tools that
        # ask GetProducts for transfer filter by it.
        for name in ["location", "locationType", "regionCode"]:
            del attributes[name]
        ends = ["from", "to"] if "toLocation" not in attributes else ["from"]
        for end in ends:
            attributes |= {f"{end}Location": location, f"{end}LocationType": "AWS Region", f"{end}RegionCode": row["region"]}
    if found["service"] in SERVICE_NAMES:
        attributes["servicename"] = SERVICE_NAMES[found["service"]]
    return {
        "service": found["service"],
        "family": found["family"],
        "unit": found["unit"],
        "sku": sku(row, found["service"], usage, found["operation"]) if len(products(row["item"])) == 1
        else sku({"source": "", "confidence": ""}, found["service"], usage, found["operation"]),
        "date": effective(row["date"]),
        "about": found["about"],
        "tiers": tiers,
        "attributes": attributes,
    }


def region_of(one):
    """Returns the region of an entry."""
    attributes = one["attributes"]
    return attributes.get("regionCode", attributes.get("fromRegionCode", ""))


def generate(path):
    """Returns the text of the price list."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    # "Async = hosting where both are seen": the list has each type for both, at the price for hosting.
    asynchronous = {(row["region"], row["item"]) for row in rows if row["item"].startswith("sagemaker.async.")}
    for row in list(rows):
        item = row["item"].replace("sagemaker.hosting.", "sagemaker.async.")
        if item != row["item"] and (row["region"], item) not in asynchronous:
            rows.append({**row, "item": item, "source": "", "confidence": "derived"})
    metrics = {row["region"]: row["usd"] for row in rows if row["item"] == "cloudwatch.metric.tier2"}
    entries = []
    for row in rows:
        if any(re.fullmatch(pattern, row["item"]) for pattern in LEFT_OUT):
            continue
        if row["region"] not in REGIONS:
            sys.exit(f"{row['item']}: the region {row['region']} is not known")
        found = products(row["item"])
        if not found:
            sys.exit(f"{row['item']} is not known; add it to `products` or to LEFT_OUT")
        tier2 = metrics.get(row["region"]) if row["item"] == "cloudwatch.metric" else None
        entries += [entry(row, one, tier2) for one in found]
    for region, neighbours in NEIGHBOURS.items():
        row = {"region": region, "item": "", "usd": "0", "source": "", "confidence": "", "date": NEIGHBOURS_DATE}
        entries += [entry(row, one, None) for one in neighbours]
    entries.sort(key=lambda one: (one["service"], region_of(one), one["attributes"]["usagetype"], one["attributes"]["operation"]))
    if len({one["sku"] for one in entries}) != len(entries):
        seen = set()
        twice = [one for one in entries if one["sku"] in seen or seen.add(one["sku"])]
        sys.exit(f"two products have one SKU: {twice}")
    return "[\n" + ",\n".join(json.dumps(one) for one in entries) + "\n]\n"


def main():
    """Runs the script."""
    parser = argparse.ArgumentParser(description="Regenerates the price list of the embedded cloud.")
    parser.add_argument("table", help="the table of prices, tab-separated")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file would change")
    arguments = parser.parse_args()
    text = generate(arguments.table)
    same = TARGET.exists() and TARGET.read_text() == text
    if not same and not arguments.check:
        TARGET.write_text(text)
    print(f"{text.count(chr(10)) - 2} products, {'unchanged' if same else 'changed'}")
    if arguments.check and not same:
        sys.exit(1)


if __name__ == "__main__":
    main()
