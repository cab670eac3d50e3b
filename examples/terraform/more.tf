# More forms of the same kinds: what the shipped stack declares only with some settings.

resource "aws_iam_role" "caller" {
  name                 = "${local.name}-caller"
  path                 = "/service/"
  max_session_duration = 7200
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["ecs-tasks.amazonaws.com"], AWS = local.account }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "caller" {
  role       = aws_iam_role.caller.name
  policy_arn = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"
}

# Calls queue, and the answers go to a bucket.
resource "aws_sagemaker_endpoint_configuration" "bulk" {
  name_prefix = "${local.name}-bulk-"
  kms_key_arn = aws_kms_key.models.arn
  production_variants {
    variant_name           = "AllTraffic"
    model_name             = aws_sagemaker_model.llama.name
    instance_type          = "ml.inf2.8xlarge" # types with local disks take no key for their volumes
    initial_instance_count = 1
  }
  async_inference_config {
    output_config {
      s3_output_path  = "s3://${aws_s3_bucket.models.id}/answers/"
      s3_failure_path = "s3://${aws_s3_bucket.models.id}/failures/"
      notification_config {
        success_topic = aws_sns_topic.alerts.arn
        error_topic   = aws_sns_topic.alerts.arn
      }
    }
    client_config {
      max_concurrent_invocations_per_instance = 4
    }
  }
}

resource "aws_sagemaker_endpoint" "bulk" {
  name                 = "${local.name}-bulk"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.bulk.name
}

resource "aws_appautoscaling_target" "bulk" {
  service_namespace  = "sagemaker"
  resource_id        = "endpoint/${aws_sagemaker_endpoint.bulk.name}/variant/AllTraffic"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  min_capacity       = 0
  max_capacity       = 2
}

resource "aws_appautoscaling_policy" "queue" {
  name               = "queue"
  service_namespace  = aws_appautoscaling_target.bulk.service_namespace
  resource_id        = aws_appautoscaling_target.bulk.resource_id
  scalable_dimension = aws_appautoscaling_target.bulk.scalable_dimension
  policy_type        = "TargetTrackingScaling"
  target_tracking_scaling_policy_configuration {
    target_value = 5
    customized_metric_specification {
      namespace   = "AWS/SageMaker"
      metric_name = "ApproximateBacklogSizePerInstance"
      statistic   = "Average"
      dimensions {
        name  = "EndpointName"
        value = aws_sagemaker_endpoint.bulk.name
      }
    }
  }
}

resource "aws_appautoscaling_policy" "first_call" {
  name               = "first-call"
  service_namespace  = aws_appautoscaling_target.bulk.service_namespace
  resource_id        = aws_appautoscaling_target.bulk.resource_id
  scalable_dimension = aws_appautoscaling_target.bulk.scalable_dimension
  policy_type        = "StepScaling"
  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = 60
    metric_aggregation_type = "Maximum"
    step_adjustment {
      metric_interval_lower_bound = 0
      scaling_adjustment          = 1
    }
  }
}

# A model without a network, and a serverless variant.
resource "aws_sagemaker_model" "archive" {
  name               = "${local.name}-archive"
  execution_role_arn = aws_iam_role.execution.arn
  primary_container {
    image          = "763104351884.dkr.ecr.${var.region}.amazonaws.com/djl-inference:0.31.0-lmi13.0.0-cu124"
    model_data_url = "s3://${aws_s3_bucket.models.id}/${aws_s3_object.archive.key}"
  }
  depends_on = [aws_iam_role_policy.execution]
}

resource "aws_s3_object" "archive" {
  bucket  = aws_s3_bucket.models.id
  key     = "archive/model.tar.gz"
  content = "not an archive"
}

resource "aws_sagemaker_endpoint_configuration" "serverless" {
  name = "${local.name}-serverless"
  production_variants {
    variant_name = "AllTraffic"
    model_name   = aws_sagemaker_model.archive.name
    serverless_config {
      memory_size_in_mb = 2048
      max_concurrency   = 5
    }
  }
}

resource "aws_s3_bucket" "answers" {
  bucket_prefix = "${local.name}-"
  force_destroy = true
}

resource "aws_s3_bucket_lifecycle_configuration" "answers" {
  bucket                                 = aws_s3_bucket.answers.id
  transition_default_minimum_object_size = "varies_by_storage_class"
  rule {
    id     = "answers"
    status = "Enabled"
    filter {
      and {
        prefix = "answers/"
        tags   = { Kept = "no" }
      }
    }
    expiration {
      days = 30
    }
  }
}

resource "aws_sns_topic" "answers" {
  name              = "${local.name}-answers"
  kms_master_key_id = aws_kms_key.models.arn
}

resource "aws_sns_topic_subscription" "answers" {
  topic_arn            = aws_sns_topic.answers.arn
  protocol             = "sqs"
  endpoint             = "arn:aws:sqs:${var.region}:${local.account}:answers"
  raw_message_delivery = true
  filter_policy        = jsonencode({ kind = ["done", "failed"] })
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name          = "${local.name}-latency"
  namespace           = "AWS/SageMaker"
  metric_name         = "ModelLatency"
  extended_statistic  = "p95"
  period              = 300
  evaluation_periods  = 2
  threshold           = 30000000
  comparison_operator = "GreaterThanOrEqualToThreshold"
  actions_enabled     = false
  dimensions          = { EndpointName = aws_sagemaker_endpoint.bulk.name, VariantName = "AllTraffic" }
}

resource "aws_secretsmanager_secret" "sealed" {
  name                    = "${local.name}/sealed"
  kms_key_id              = aws_kms_key.models.arn
  recovery_window_in_days = 0
}

resource "aws_cloudwatch_log_group" "sealed" {
  name       = "/${local.name}/sealed"
  kms_key_id = aws_kms_key.models.arn
}

resource "aws_budgets_budget" "quarterly" {
  name         = "${local.name}-quarterly"
  budget_type  = "COST"
  limit_amount = "1500.5"
  limit_unit   = "USD"
  time_unit    = "QUARTERLY"

  dynamic "notification" {
    for_each = [50, 100]
    content {
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      notification_type          = "FORECASTED"
      subscriber_email_addresses = ["on-call@example.com"]
    }
  }
}
