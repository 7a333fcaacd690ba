# What nodes fetch when they start, and the register of clients. Apart from the bucket for evidence: nodes write there
# and read here, and never the other way round.

resource "aws_s3_bucket" "code" {
  #checkov:skip=CKV_AWS_18:Only nodes read it, and what they run is in their own journal; data events are the account's to switch on
  #checkov:skip=CKV_AWS_144:Terraform makes its objects again wherever the module is applied
  #checkov:skip=CKV2_AWS_62:Nothing waits for its objects; nodes ask for the one that changes
  bucket        = "${var.name}-code-${local.account_id}-${local.region}"
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

locals {
  code_bucket = aws_s3_bucket.code.id
}

resource "aws_s3_bucket_ownership_controls" "code" {
  bucket = aws_s3_bucket.code.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "code" {
  bucket = aws_s3_bucket.code.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "code" {
  bucket = aws_s3_bucket.code.id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "code" {
  bucket = aws_s3_bucket.code.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "code" {
  bucket = aws_s3_bucket.code.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    # Launch templates name versions, so this is how long a rollback can reach.
    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.code]
}

data "aws_iam_policy_document" "code" {
  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.code.arn, "${aws_s3_bucket.code.arn}/*"]

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
}

resource "aws_s3_bucket_policy" "code" {
  bucket = aws_s3_bucket.code.id
  policy = data.aws_iam_policy_document.code.json

  depends_on = [aws_s3_bucket_public_access_block.code]
}
