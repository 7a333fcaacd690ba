# The function that joins what nodes and controllers have handed in: functions/arrivals.

module "arrivals" {
  source   = "../lambda-function"
  for_each = local.arrivals

  identity    = module.identity
  name        = local.arrivals_name
  function    = each.key
  description = "Says for the controllers of ${var.name} whether the packets of what they mirror come in"
  environment = {
    FLEET                        = var.name
    ENDPOINT_SERVICE_ID          = aws_vpc_endpoint_service.this.id
    TARGET_GROUP_ARN             = aws_lb_target_group.this.arn
    ARRIVALS_BUCKET              = aws_s3_bucket.arrivals[each.key].id
    GROUP_MINIMUM                = module.inputs.arrivals.group_minimum
    CLIENT_METRICS               = module.inputs.arrivals.client_metrics
    POWERTOOLS_SERVICE_NAME      = local.service_name
    POWERTOOLS_METRICS_NAMESPACE = local.metrics_namespace
  }
  environment_stand_ins = {
    ENDPOINT_SERVICE_ID = "vpce-svc-0123456789abcdef0"
    TARGET_GROUP_ARN    = "arn:${local.partition}:elasticloadbalancing:${local.region}:${local.account_id}:targetgroup/${var.name}/0123456789abcdef"
    ARRIVALS_BUCKET     = local.arrivals_bucket_name
  }
  policy_json = data.aws_iam_policy_document.arrivals[each.key].json

  # 100,000 sources on 100 nodes are a few hundred thousand rows.
  timeout     = 55
  memory_size = 1024

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

data "aws_iam_policy_document" "arrivals" {
  #checkov:skip=CKV_AWS_356:EC2 and Elastic Load Balancing have no resource-level permissions for describing (Service Authorization Reference).
  for_each = local.arrivals

  statement {
    sid       = "SeeConnectionsAndTargets"
    actions   = ["ec2:DescribeVpcEndpointConnections", "elasticloadbalancing:DescribeTargetHealth"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  statement {
    sid       = "ListWhatIsHandedIn"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.arrivals[each.key].arn]
  }

  statement {
    sid     = "ReadWhatIsHandedIn"
    actions = ["s3:GetObject"]
    resources = [
      "${aws_s3_bucket.arrivals[each.key].arn}/nodes/*",
      "${aws_s3_bucket.arrivals[each.key].arn}/sources/*",
      "${aws_s3_bucket.arrivals[each.key].arn}/state.json.gz",
    ]
  }

  statement {
    sid     = "WriteAnswers"
    actions = ["s3:PutObject"]
    resources = [
      "${aws_s3_bucket.arrivals[each.key].arn}/verdicts/*",
      "${aws_s3_bucket.arrivals[each.key].arn}/state.json.gz",
    ]
  }
}

module "arrivals_schedule" {
  source   = "../function-schedule"
  for_each = local.arrivals

  identity            = module.identity
  name                = local.arrivals_name
  description         = "Starts the function ${local.arrivals_name}"
  schedule_expression = module.inputs.arrivals.schedule_minutes == 1 ? "rate(1 minute)" : "rate(${module.inputs.arrivals.schedule_minutes} minutes)"
  function_name       = module.arrivals[each.key].function_name
  function_arn        = module.arrivals[each.key].function_arn
  tags                = local.tags
}
