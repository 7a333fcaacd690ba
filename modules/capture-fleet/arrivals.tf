# Whether the packets of what is mirrored come in: a bucket in which each node writes what is its own, and each controller may, and
# the function that joins them (docs/adr/0019-arrival-is-joined-in-the-hub.md). Apart from the bucket for evidence, since
# clients write here, and from that of the code, since nodes do.

locals {
  # The bucket and the function once, or not at all.
  arrivals = toset(module.inputs.arrivals == null ? [] : ["arrivals"])

  arrivals_name = "${var.name}-arrivals"
  # A resource policy has no room for more accounts, each named twice (Amazon S3, "Bucket policies": 20 KB).
  arrivals_principals_limit = 200
}

resource "aws_s3_bucket" "arrivals" {
  #checkov:skip=CKV_AWS_18:Who writes is in each key, and its objects end after a day
  #checkov:skip=CKV_AWS_21:Each object is replaced within minutes, and versions of it would be all that it costs
  #checkov:skip=CKV_AWS_144:Nodes and controllers write all of it again within minutes
  #checkov:skip=CKV_AWS_145:Clients write here, and a key of the hub would have to let each of them use it; counters and addresses, no packets
  #checkov:skip=CKV2_AWS_62:The function reads by schedule
  for_each = local.arrivals

  bucket        = local.arrivals_bucket_name
  force_destroy = true

  tags = local.tags

  # In us-east-1 CreateBucket answers for the account's own bucket as if it had made it (Amazon S3, CreateBucket): not
  # before what a second deployment of this name cannot make.
  depends_on = [aws_cloudwatch_event_bus.this]

  lifecycle {
    ignore_changes       = [bucket]
    replace_triggered_by = [terraform_data.name]
  }
}

resource "aws_s3_bucket_ownership_controls" "arrivals" {
  for_each = aws_s3_bucket.arrivals

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "arrivals" {
  for_each = aws_s3_bucket.arrivals

  bucket = each.value.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "arrivals" {
  for_each = aws_s3_bucket.arrivals

  bucket = each.value.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "arrivals" {
  for_each = aws_s3_bucket.arrivals

  bucket = each.value.id

  rule {
    id     = "a-day"
    status = "Enabled"

    filter {}

    # Of nodes and controllers that are no more. Of the others none that counts is older than half an hour.
    expiration {
      days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

data "aws_iam_policy_document" "arrivals_bucket" {
  for_each = aws_s3_bucket.arrivals

  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value.arn, "${each.value.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  # Each account has its own folder of either kind; which it is, IAM says and not the caller.
  dynamic "statement" {
    for_each = length(local.client_accounts) == 0 ? {} : {
      HandIn = { action = "s3:PutObject", folder = "sources" }
      Answer = { action = "s3:GetObject", folder = "verdicts" }
    }

    content {
      sid       = statement.key
      actions   = [statement.value.action]
      resources = ["${each.value.arn}/${statement.value.folder}/$${aws:PrincipalAccount}/*"]

      principals {
        type        = "AWS"
        identifiers = var.organization_id == null ? local.client_principals : ["*"]
      }

      dynamic "condition" {
        for_each = var.organization_id == null ? [] : [var.organization_id]

        content {
          test     = "StringEquals"
          variable = "aws:PrincipalOrgID"
          values   = [condition.value]
        }
      }
    }
  }
}

resource "aws_s3_bucket_policy" "arrivals" {
  for_each = aws_s3_bucket.arrivals

  bucket = each.value.id
  policy = data.aws_iam_policy_document.arrivals_bucket[each.key].json

  lifecycle {
    precondition {
      condition     = var.organization_id != null || length(local.client_accounts) <= local.arrivals_principals_limit
      error_message = <<-EOT
        clients has ${length(local.client_accounts)} accounts, and with arrivals at most ${local.arrivals_principals_limit} can
        be named in the policy of its bucket: set organization_id, which lets any account of the organization write its own.
      EOT
    }
  }

  # S3 refuses two of these changes at the same moment.
  depends_on = [aws_s3_bucket_public_access_block.arrivals]
}
