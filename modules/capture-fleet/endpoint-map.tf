# Whose packets these are, for the data path that can tell: a function writes down which account owns each endpoint that is
# connected (docs/adr/0017-whose-packet-it-is.md). On destroy it goes before the endpoint service, which may then be refused
# while clients are connected: nodes go on with the last map, the alarm endpoint-map says so, and an apply makes it again.

locals {
  # The function once, or not at all; every resource of it goes over this set.
  endpoint_map = toset(module.inputs.capture.datapath == "bpf" ? ["endpoint-map"] : [])

  endpoint_map_name = "${var.name}-endpoint-map"
  # Beside clients.json, which is Terraform's. The function's alone: Terraform would put it back.
  endpoint_map_key = "endpoints.json"
}

module "endpoint_map" {
  source   = "../lambda-function"
  for_each = local.endpoint_map

  identity    = module.identity
  name        = local.endpoint_map_name
  function    = each.key
  description = "Writes down for the nodes of ${var.name} which account owns each connected endpoint"
  environment = {
    FLEET                        = var.name
    ENDPOINT_SERVICE_ID          = aws_vpc_endpoint_service.this.id
    CODE_BUCKET                  = local.code_bucket
    MAP_KEY                      = local.endpoint_map_key
    POWERTOOLS_SERVICE_NAME      = local.service_name
    POWERTOOLS_METRICS_NAMESPACE = local.metrics_namespace
  }
  environment_stand_ins = {
    ENDPOINT_SERVICE_ID = "vpce-svc-0123456789abcdef0"
    CODE_BUCKET         = "${var.name}-code-${local.account_id}-${local.region}"
  }
  policy_json = data.aws_iam_policy_document.endpoint_map[each.key].json

  # A scheduled run looks twice, half a minute apart, and ends before the next one begins.
  timeout     = 55
  memory_size = 256

  # The next run sees more than a repeated one would.
  event_invoke = {
    maximum_retry_attempts       = 0
    maximum_event_age_in_seconds = 60
  }

  lambda_package       = module.inputs.lambda_package
  vpc_config           = module.inputs.vpc_config
  iam_path             = var.iam_path
  permissions_boundary = var.permissions_boundary
  log_retention_days   = var.log_retention_days
  tags                 = var.tags
}

data "aws_iam_policy_document" "endpoint_map" {
  #checkov:skip=CKV_AWS_356:EC2 has no resource-level permissions for describing (Service Authorization Reference, "Amazon EC2").
  for_each = local.endpoint_map

  statement {
    sid       = "SeeConnections"
    actions   = ["ec2:DescribeVpcEndpointConnections"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  # One object of the bucket that nodes run code from, and no other.
  statement {
    sid       = "WriteMap"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.code.arn}/${local.endpoint_map_key}"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "EncryptMap"
      actions   = ["kms:GenerateDataKey", "kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${local.dns_suffix}"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = [aws_s3_bucket.code.arn]
      }
    }
  }
}

module "endpoint_map_schedule" {
  source   = "../function-schedule"
  for_each = local.endpoint_map

  identity            = module.identity
  name                = local.endpoint_map_name
  description         = "Starts the function ${local.endpoint_map_name}"
  schedule_expression = "rate(1 minute)"
  function_name       = module.endpoint_map[each.key].function_name
  function_arn        = module.endpoint_map[each.key].function_arn
  tags                = local.tags
}

moved {
  from = aws_cloudwatch_event_rule.endpoint_map["endpoint-map"]
  to   = module.endpoint_map_schedule["endpoint-map"].aws_cloudwatch_event_rule.this
}

moved {
  from = aws_cloudwatch_event_target.endpoint_map["endpoint-map"]
  to   = module.endpoint_map_schedule["endpoint-map"].aws_cloudwatch_event_target.this
}

moved {
  from = aws_lambda_permission.endpoint_map["endpoint-map"]
  to   = module.endpoint_map_schedule["endpoint-map"].aws_lambda_permission.this
}
