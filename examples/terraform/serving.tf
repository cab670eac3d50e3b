# An endpoint with its role, scaling, alarms, dashboard and log group.

resource "aws_iam_role" "execution" {
  name        = "${local.name}-execution"
  description = "Runs the endpoint"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "execution" {
  name = "read-models"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject"], Resource = ["${aws_s3_bucket.models.arn}/*"] },
      { Effect = "Allow", Action = ["s3:ListBucket"], Resource = [aws_s3_bucket.models.arn] },
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = ["*"] },
    ]
  })
}

resource "aws_sagemaker_model" "llama" {
  name               = "${local.name}-llama"
  execution_role_arn = aws_iam_role.execution.arn

  primary_container {
    image = "763104351884.dkr.ecr.${var.region}.amazonaws.com/djl-inference:0.31.0-lmi13.0.0-cu124"
    model_data_source {
      s3_data_source {
        s3_uri           = "s3://${aws_s3_bucket.models.id}/llama/"
        s3_data_type     = "S3Prefix"
        compression_type = "None"
      }
    }
    environment = {
      HF_MODEL_ID          = "/opt/ml/model"
      OPTION_ROLLING_BATCH = "vllm"
    }
  }

  vpc_config {
    subnets            = aws_subnet.private[*].id
    security_group_ids = [aws_security_group.containers.id]
  }

  depends_on = [aws_iam_role_policy.execution, aws_s3_object.model]
}

resource "aws_sagemaker_endpoint_configuration" "llama" {
  name = "${local.name}-llama"
  production_variants {
    variant_name                                      = "AllTraffic"
    model_name                                        = aws_sagemaker_model.llama.name
    instance_type                                     = "ml.g5.2xlarge"
    initial_instance_count                            = 1
    initial_variant_weight                            = 1
    model_data_download_timeout_in_seconds            = 1800
    container_startup_health_check_timeout_in_seconds = 1800
  }
}

resource "aws_sagemaker_endpoint" "llama" {
  name                 = "${local.name}-llama"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.llama.name

  deployment_config {
    blue_green_update_policy {
      traffic_routing_configuration {
        type                     = "ALL_AT_ONCE"
        wait_interval_in_seconds = 300
      }
      termination_wait_in_seconds = 300
    }
    auto_rollback_configuration {
      alarms {
        alarm_name = aws_cloudwatch_metric_alarm.errors.alarm_name
      }
    }
  }

  depends_on = [aws_cloudwatch_log_group.llama]
}

resource "aws_appautoscaling_target" "llama" {
  service_namespace  = "sagemaker"
  resource_id        = "endpoint/${aws_sagemaker_endpoint.llama.name}/variant/AllTraffic"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  min_capacity       = 1
  max_capacity       = 4
}

resource "aws_appautoscaling_policy" "llama" {
  name               = "${local.name}-llama"
  service_namespace  = aws_appautoscaling_target.llama.service_namespace
  resource_id        = aws_appautoscaling_target.llama.resource_id
  scalable_dimension = aws_appautoscaling_target.llama.scalable_dimension
  policy_type        = "TargetTrackingScaling"
  target_tracking_scaling_policy_configuration {
    target_value       = 10
    scale_in_cooldown  = 300
    scale_out_cooldown = 60
    predefined_metric_specification {
      predefined_metric_type = "SageMakerVariantInvocationsPerInstance"
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "night" {
  name               = "night"
  service_namespace  = aws_appautoscaling_target.llama.service_namespace
  resource_id        = aws_appautoscaling_target.llama.resource_id
  scalable_dimension = aws_appautoscaling_target.llama.scalable_dimension
  schedule           = "cron(0 20 * * ? *)"
  timezone           = "Europe/Berlin"
  scalable_target_action {
    min_capacity = 1
    max_capacity = 1
  }
  depends_on = [aws_appautoscaling_policy.llama]
}

resource "aws_cloudwatch_log_group" "llama" {
  name              = "/aws/sagemaker/Endpoints/${local.name}-llama"
  retention_in_days = 30
}

resource "aws_cloudwatch_log_group" "rare" {
  name            = "/${local.name}/rarely-read"
  log_group_class = "INFREQUENT_ACCESS"
}
