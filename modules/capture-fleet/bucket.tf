resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:Who reads captures belongs in CloudTrail data events, which an account has once for all buckets
  #checkov:skip=CKV_AWS_144:Captures are large and short-lived; a copy in a second region is for those who need it to add
  # Region and account make the name unique, the word in the middle keeps it apart from buckets people make by hand.
  bucket        = "${var.name}-capture-${local.account_id}-${local.region}"
  force_destroy = var.bucket_force_destroy

  tags = local.tags

  # In us-east-1 CreateBucket answers for the account's own bucket as if it had made it (Amazon S3, CreateBucket): not
  # before what a second deployment of this name cannot make.
  depends_on = [aws_cloudwatch_event_bus.this]

  lifecycle {
    ignore_changes       = [bucket]
    replace_triggered_by = [terraform_data.name]
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "retention"
    status = "Enabled"

    filter {}

    expiration {
      days = var.bucket_retention_days
    }

    # Versions guard against deletion by mistake or malice (overwriting is denied by the bucket's policy); a week is enough to
    # notice.
    noncurrent_version_expiration {
      noncurrent_days = 7
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  # Rules about versions are refused on a bucket that has none yet.
  depends_on = [aws_s3_bucket_versioning.this]
}

# Not the argument of the bucket, which would replace one that exists: S3 takes the configuration for a bucket that has
# versions (Amazon S3, "Configuring S3 Object Lock").
resource "aws_s3_bucket_object_lock_configuration" "this" {
  count = module.inputs.object_lock == null ? 0 : 1

  bucket = aws_s3_bucket.this.id

  rule {
    default_retention {
      mode = module.inputs.object_lock.mode
      days = module.inputs.object_lock.days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_notification" "this" {
  count = module.inputs.notifications.eventbridge || length(module.inputs.notifications.queues) > 0 ? 1 : 0

  bucket      = aws_s3_bucket.this.id
  eventbridge = module.inputs.notifications.eventbridge

  dynamic "queue" {
    for_each = module.inputs.notifications.queues

    content {
      id            = queue.key
      queue_arn     = queue.value.queue_arn
      events        = ["s3:ObjectCreated:*"]
      filter_prefix = queue.value.prefix
      filter_suffix = queue.value.suffix
    }
  }
}
