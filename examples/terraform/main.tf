# The kinds of resources that the shipped stack `adeptai` uses, declared for Terraform.
#
# `cloud/scripts/terraform` applies this to the embedded cloud, plans again, and destroys. Terraform's provider reads
# every attribute back that it has sent, so it notices each one that the embedded cloud does not keep as AWS does.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "endpoint" {
  description = "The URL of the embedded cloud."
  type        = string
}

variable "region" {
  description = "A region with at least two zones."
  type        = string
  default     = "eu-west-1"
}

provider "aws" {
  region            = var.region
  access_key        = "test"
  secret_key        = "test"
  s3_use_path_style = true

  default_tags {
    tags = {
      Environment = "local"
      ManagedBy   = "terraform"
    }
  }

  endpoints {
    applicationautoscaling = var.endpoint
    budgets                = var.endpoint
    cloudwatch             = var.endpoint
    ec2                    = var.endpoint
    iam                    = var.endpoint
    kms                    = var.endpoint
    logs                   = var.endpoint
    s3                     = var.endpoint
    sagemaker              = var.endpoint
    secretsmanager         = var.endpoint
    sns                    = var.endpoint
    sts                    = var.endpoint
  }
}

data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  state = "available"
}

locals {
  name    = "adeptai-terraform"
  account = data.aws_caller_identity.current.account_id
  zones   = slice(data.aws_availability_zones.available.names, 0, 2)
}
