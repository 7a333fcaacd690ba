data "aws_iam_policy_document" "node_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.${local.dns_suffix}"]
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
    resources = ["arn:${local.partition}:ec2:${local.region}:${local.account_id}:instance/*"]
  }

  # Write-only: a node that was taken over can neither read nor delete what is in the bucket.
  statement {
    sid       = "WriteCaptures"
    actions   = ["s3:AbortMultipartUpload", "s3:PutObject"]
    resources = ["${aws_s3_bucket.this.arn}/${local.capture_prefix}*"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid = "EncryptCaptures"
      # A multipart upload decrypts the parts' key (Amazon S3, "Using server-side encryption with AWS KMS keys").
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
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
        values   = [aws_s3_bucket.this.arn]
      }
    }
  }
}

# IAM is global: the region keeps fleets of one name in two regions apart.
resource "aws_iam_role" "node" {
  name                 = "${var.name}-node-${local.region}"
  description          = "Capture nodes of ${var.name} in ${local.region}"
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  permissions_boundary = var.permissions_boundary

  tags = local.tags
}

resource "aws_iam_role_policy" "node" {
  name   = "node"
  role   = aws_iam_role.node.id
  policy = data.aws_iam_policy_document.node.json
}

resource "aws_iam_instance_profile" "node" {
  name = aws_iam_role.node.name
  role = aws_iam_role.node.name

  tags = local.tags
}
