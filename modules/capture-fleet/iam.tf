data "aws_iam_policy_document" "node_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [module.identity.service_principals.ec2]
    }
  }
}

data "aws_iam_policy_document" "node" {
  # Session Manager and nothing else of Systems Manager. The managed policy AmazonSSMManagedInstanceCore would also let
  # nodes, which parse whatever traffic the fleet sends them, read every SSM parameter of the account
  # (Systems Manager, "Create a custom IAM role for Session Manager").
  statement {
    sid = "SessionManagerChannels"
    actions = [
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "SessionManagerRegistration"
    actions   = ["ssm:UpdateInstanceInformation"]
    resources = ["${local.arns.ec2}:instance/*"]
  }

  # Write-only: a node that was taken over can neither read nor delete what is in the bucket. What it can abort is no
  # object yet.
  statement {
    sid     = "WriteCaptures"
    actions = ["s3:PutObject", "s3:AbortMultipartUpload"]
    resources = [
      "${aws_s3_bucket.this.arn}/${local.capture_prefix}*",
      "${aws_s3_bucket.this.arn}/${local.index_prefix}*",
    ]
  }

  # What a tool writes by itself, in a bucket of the caller's: write-only as well.
  dynamic "statement" {
    for_each = local.packets_bucket_arns

    content {
      sid       = "WritePackets"
      actions   = ["s3:PutObject", "s3:AbortMultipartUpload"]
      resources = ["${statement.value}/*"]
    }
  }

  # Its programs and the register of clients; read-only.
  statement {
    sid       = "ReadCode"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.code.arn}/*"]
  }

  # A node speaks for any instance of its groups, no further: Auto Scaling has no condition for one instance.
  statement {
    sid       = "CompleteHooks"
    actions   = ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"]
    resources = local.group_arns
  }

  # CloudWatch has no resource for it, only the namespace (Service Authorization Reference, "Amazon CloudWatch").
  statement {
    sid       = "WriteMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = [local.metrics_namespace]
    }
  }

  # Where the tool's image is in Amazon ECR.
  dynamic "statement" {
    for_each = local.image_repository_arns

    content {
      sid       = "PullImage"
      actions   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = local.image_repository_arns

    content {
      sid = "LogInToRegistry"
      # Takes no resource (Service Authorization Reference, "Amazon Elastic Container Registry").
      actions   = ["ecr:GetAuthorizationToken"]
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid = "EncryptCaptures"
      # Decrypt for multipart uploads, whose parts S3 reads again when it puts them together (Amazon S3, "Multipart upload API
      # and permissions"). Without s3:GetObject on the bucket it reads nothing.
      actions   = ["kms:GenerateDataKey", "kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${local.dns_suffix}"]
      }

      # With a bucket key the encryption context is the bucket's ARN, not the object's.
      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = concat([aws_s3_bucket.this.arn], local.packets_bucket_arns)
      }
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "DecryptCode"
      actions   = ["kms:Decrypt"]
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

locals {
  packets_bucket_arns = [for name in local.packets_bucket[*] : "arn:${local.partition}:s3:::${name}"]

  # 123456789012.dkr.ecr.eu-west-1.amazonaws.com/sensors/zeek:7.0.3 or …@sha256:…; with FIPS dkr.ecr-fips, dual-stack
  # dkr-ecr and on.aws: as node/bin/registry-login.
  image_parts = try(regex("^([0-9]{12})[.]dkr[.-]ecr(?:-fips)?[.]([a-z0-9-]+)[.][a-z0-9.]+/([^:@]+)", module.inputs.capture.tool.image), null)
  image_repository_arns = local.image_parts == null ? [] : [
    "arn:${local.partition}:ecr:${local.image_parts[1]}:${local.image_parts[0]}:repository/${local.image_parts[2]}",
  ]
}

data "aws_default_tags" "this" {}

locals {
  # What the provider puts on a resource.
  all_tags = merge(data.aws_default_tags.this.tags, var.tags)
}

# The path that the fleet was made with. IAM moves neither a role nor an instance profile to another one: both would be made
# anew, and running nodes would be without credentials, with captures that they have not delivered.
resource "terraform_data" "iam_path" {
  input = var.iam_path

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition     = self.input == var.iam_path
      error_message = <<-EOT
        iam_path is ${var.iam_path}, and this fleet was made with ${self.input}: its nodes would lose their
        role, and what they have captured with it. Set ${self.input} again, make another fleet beside this one, or accept
        the loss by -replace with the address of terraform_data.iam_path.
      EOT
    }
  }
}

# IAM is global: the region keeps fleets of one name in two regions apart.
resource "aws_iam_role" "node" {
  name                 = "${var.name}-node-${local.region}"
  description          = "Capture nodes of ${var.name} in ${local.region}"
  path                 = var.iam_path
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  permissions_boundary = var.permissions_boundary

  # Without Name: to IAM a key that the caller spells otherwise, name for one, is the same.
  tags = var.tags

  # A destroy that is refused half-way takes nothing that the role depends on: the check above stays.
  depends_on = [terraform_data.iam_path]

  lifecycle {
    ignore_changes       = [name]
    replace_triggered_by = [terraform_data.name]

    precondition {
      condition = length(local.all_tags) <= 50 && (
        length(distinct([for key in keys(local.all_tags) : lower(key)])) == length(local.all_tags)
      )
      error_message = <<-EOT
        tags and the provider's default_tags must have at most 50 keys together, none of which differ by case
        alone: IAM takes no more and counts such keys as one. They have ${join(", ", keys(local.all_tags))}.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "node" {
  name   = "node"
  role   = aws_iam_role.node.id
  policy = data.aws_iam_policy_document.node.json
}

resource "aws_iam_instance_profile" "node" {
  name = aws_iam_role.node.name
  path = var.iam_path
  role = aws_iam_role.node.name

  tags = var.tags
}
